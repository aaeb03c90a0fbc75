import type { WriteMode } from "~/billing/policy";
import type { Flag, Verdict } from "~/billing/verdicts";

/** A verdict in a few words, as it stands in a row. */
export const VERDICT_WORDS: Record<Verdict, string> = {
  not_checked: "not checked yet",
  link_conflict: "link conflict",
  missing_in_stripe: "customer gone",
  unknown_status: "unknown status",
  unmapped_price: "unknown price",
  locked_out: "paid, not recorded",
  possible_match: "link suggested",
  unpaid_access: "access without payment",
  plan_mismatch: "plan differs",
  access_mismatch: "access differs",
  status_mismatch: "status differs",
  detail_mismatch: "details differ",
  in_sync: "in sync",
  no_subscription: "no subscription",
};

/** A verdict as the name of a group of users. */
export const VERDICT_GROUPS: Record<Verdict, string> = {
  not_checked: "Not checked yet",
  link_conflict: "Link conflicts",
  missing_in_stripe: "Customer gone",
  unknown_status: "Unknown status",
  unmapped_price: "Unknown price",
  locked_out: "Locked out",
  possible_match: "Link suggested",
  unpaid_access: "Unpaid access",
  plan_mismatch: "Plan differs",
  access_mismatch: "Access differs",
  status_mismatch: "Status differs",
  detail_mismatch: "Details differ",
  in_sync: "In sync",
  no_subscription: "No subscription",
};

export const FLAG_WORDS: Record<Flag, string> = {
  several: "several subscriptions",
  duplicate_customers: "several customers",
  comped: "comped",
  on_hold: "on hold",
  acknowledged: "acknowledged",
  stale: "stale",
  lookup_failed: "lookup failed",
  not_revoked: "not revoked",
};

export const WRITE_MODE_WORDS: Record<WriteMode, string> = {
  off: "off",
  grant_only: "raise only",
  full: "full",
};

/** What each choice of `writes` means, as a sentence. */
export const WRITE_MODE_MEANINGS: Record<WriteMode, string> = {
  off: "Nobody writes, staff included. Parity goes on reading and evaluating.",
  grant_only:
    "Repairs that give access are made. Nothing is taken away, except what an admin confirms by name.",
  full: "All repairs are made. Access is taken away only on positive evidence, and never from many at once.",
};

/** `1, "user"` → `1 user`; `1204, "user"` → `1,204 users`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1204` → `1,204`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat("en-US").format(count);
}

/** The first letter in upper case: for a word that begins a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
