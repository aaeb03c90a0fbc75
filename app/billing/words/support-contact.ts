/** Where customers write to: an address for their mail program, or a page of the application's. */
export type SupportContact = { kind: "email" | "page"; href: string; shown: string };

const EMAIL = /^[^\s@<>()[\]\\,:;"]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const LONGEST = 300;

/** What is wrong with a contact, in words for the person who typed it. */
export const CONTACT_HINT = "an email address (help@example.com) or an https address";

/** Reads a contact as an admin typed it; null when it is neither an email address nor an https address. */
export function readSupportContact(typed: string): SupportContact | null {
  const shown = typed.trim();
  if (shown.length > LONGEST) return null;
  if (EMAIL.test(shown)) {
    const at = shown.lastIndexOf("@");
    // A `?` in the name would begin the headers of the mail.
    const href = `mailto:${encodeURIComponent(shown.slice(0, at))}${shown.slice(at)}`;
    return { kind: "email", href, shown };
  }
  if (!URL.canParse(shown)) return null;
  const { protocol, username, password, href } = new URL(shown);
  return protocol === "https:" && username === "" && password === "" ? { kind: "page", href, shown } : null;
}
