import type { WriteMode } from "~/billing/policy";
import type { RunView } from "~/dashboard/run-view.server";

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

/** The state of a run. */
export const STATE_WORDS: Record<RunView["state"], string> = {
  running: "Running",
  done: "Done",
  failed: "Failed",
  cancelled: "Canceled",
  abandoned: "Abandoned",
};

/** Which users a run covers. */
export const SCOPE_WORDS: Record<RunView["scope"], string> = {
  one: "one user",
  selection: "selected users",
  incremental: "changed users",
  full: "all users",
};

/** Makes the first letter upper case. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
