import { readSupportContact } from "~/billing/words/support-contact";

/** Starts a sentence: "Contact help@…" or "Contact us". Renders nothing if the contact cannot be parsed. */
export function ContactLink({ contact }: { contact: string }) {
  const read = readSupportContact(contact);
  if (read === null) return null;
  const renderLink = (text: string) => (
    <a href={read.href} className="rounded text-accent underline underline-offset-2 break-words">
      {text}
    </a>
  );
  return read.kind === "email" ? <>Contact {renderLink(read.shown)}</> : renderLink("Contact us");
}
