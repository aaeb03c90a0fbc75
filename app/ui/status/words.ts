import type { WriteMode } from "~/billing/policy";

/** Whether repairs are made, for each write mode: "Repairs: paused". */
export const WRITE_MODE_WORDS: Record<WriteMode, string> = {
  off: "paused",
  grant_only: "grant only",
  full: "on",
};

/** What each write mode means. */
export const WRITE_MODE_MEANINGS: Record<WriteMode, string> = {
  off: "No repairs are made, not even by staff. Parity still reads Stripe and checks users.",
  grant_only:
    "Repairs that grant access are made. Access is revoked only if an admin approves it for each user.",
  full: "All repairs are made. Access is revoked only if Stripe confirms it, and only up to the revocation limit.",
};

/** `1, "user"` → `1 user`; `1204, "user"` → `1,204 users`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1204` → `1,204`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat("en-US").format(count);
}

/** Makes the first letter upper case. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
