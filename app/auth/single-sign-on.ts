import { foldEmail } from "~/billing/email";
import { isPlainText, toOneLine } from "~/platform/plain-text";

/** What the identity provider says about a person that signs in; the address as it was sent. */
export type SingleSignOnProfile = { email: string; emailVerified: boolean };

/** The matching member of staff. */
export type SingleSignOnMember = {
  email: string;
  isRemoved: boolean;
  /** The member has signed in as another person at the provider before. */
  isBoundToAnother: boolean;
};

/** The longest address that a member can be given. */
const MOST_ADDRESS = 254;
/** Of a member's name. */
const MOST_NAME = 200;

/** The name of a new member as the provider sent it, as far as a member can have it; the address where there is none. */
export function readSingleSignOnName(sent: unknown, email: string): string {
  const name = typeof sent === "string" && isPlainText(sent) ? toOneLine(sent) : "";
  if (name === "") return email;
  // Cut in the middle of a character, its first half would be no text.
  return name.slice(0, MOST_NAME).replace(/\p{Surrogate}$/u, "");
}

export type SingleSignOnDecision =
  | { ok: true }
  | { ok: false; reason: "email_not_verified" | "not_invited" | "removed" | "another_person" };

/**
 * Accepts single sign-on for an invited address or an address of the allowed domain, when the provider has verified it. An
 * address with another letter than those of ASCII, or with a second "@", is never accepted: each library folds and splits them
 * in its own way. A member is bound to the first person that signed in as it, and a removed member stays removed.
 */
export function authorizeSingleSignOn(
  profile: SingleSignOnProfile,
  member: SingleSignOnMember | null,
  allowedDomain: string | null,
): SingleSignOnDecision {
  if (!profile.emailVerified) return { ok: false, reason: "email_not_verified" };
  const email = foldEmail(profile.email);
  const [local, domain, ...others] = email.split("@");
  if (email.length > MOST_ADDRESS || !/^[\x21-\x7e]+$/.test(email) || !local || !domain || others.length > 0)
    return { ok: false, reason: "not_invited" };
  if (member?.isRemoved) return { ok: false, reason: "removed" };
  if (member?.isBoundToAnother) return { ok: false, reason: "another_person" };
  if (member !== null && email === member.email) return { ok: true };
  return domain === allowedDomain ? { ok: true } : { ok: false, reason: "not_invited" };
}
