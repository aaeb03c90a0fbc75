/** What the identity provider says about a person that signs in. */
export type SingleSignOnProfile = { email: string; emailVerified: boolean };

export type SingleSignOnDecision = { ok: true } | { ok: false; reason: "email_not_verified" | "not_invited" };

/**
 * Accepts single sign-on for an invited address or an address of the allowed domain, when the provider has verified it.
 * @param invitedEmail the address of the matching staff member, in lower case; null when there is none
 */
export function authorizeSingleSignOn(
  profile: SingleSignOnProfile,
  invitedEmail: string | null,
  allowedDomain: string | null,
): SingleSignOnDecision {
  if (!profile.emailVerified) return { ok: false, reason: "email_not_verified" };
  const email = profile.email.toLowerCase();
  if (invitedEmail !== null && email === invitedEmail) return { ok: true };
  // The last "@" is the one before the domain; a quoted local part may hold another.
  const domain = email.slice(email.lastIndexOf("@") + 1);
  if (allowedDomain !== null && email.includes("@") && domain === allowedDomain) return { ok: true };
  return { ok: false, reason: "not_invited" };
}
