/** What an identity provider says about someone who wants in. */
export type SingleSignOnProfile = { email: string; emailVerified: boolean };

export type SingleSignOnDecision = { ok: true } | { ok: false; reason: "email_not_verified" | "not_invited" };

/**
 * Who may come in by single sign-on: an address that was invited, or one of the allowed domain, when the provider
 * vouches for it. Nobody else.
 * @param invitedEmail the address of the staff member whom this would be, in lower case; null when there is none
 */
export function authorizeSingleSignOn(
  arrival: SingleSignOnProfile,
  invitedEmail: string | null,
  allowedDomain: string | null,
): SingleSignOnDecision {
  if (!arrival.emailVerified) return { ok: false, reason: "email_not_verified" };
  const email = arrival.email.toLowerCase();
  if (invitedEmail !== null && email === invitedEmail) return { ok: true };
  // The last "@" is the one before the domain; a quoted local part may hold another.
  const domain = email.slice(email.lastIndexOf("@") + 1);
  if (allowedDomain !== null && email.includes("@") && domain === allowedDomain) return { ok: true };
  return { ok: false, reason: "not_invited" };
}
