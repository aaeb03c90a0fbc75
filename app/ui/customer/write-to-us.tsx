import { readSupportContact } from "~/billing/words/support-contact";

/** Begins a sentence, "Write to help@…" or "Write to us". The caller leaves the sentence out where there is nobody to write to. */
export function WriteToUs({ contact }: { contact: string }) {
  const read = readSupportContact(contact);
  if (read === null) return null;
  const link = (words: string) => (
    <a href={read.href} className="rounded text-accent underline underline-offset-2 break-words">
      {words}
    </a>
  );
  return read.kind === "email" ? <>Write to {link(read.shown)}</> : link("Write to us");
}
