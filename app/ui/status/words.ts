import type { Writes } from "~/billing/policy";
import type { Flag, Verdict } from "~/billing/verdicts";

/** A verdict in a few words, as it stands in a row. */
export const VERDICT_WORDS: Record<Verdict, string> = {
  not_checked: "not checked yet",
  link_conflict: "link conflict",
  customer_gone: "customer gone",
  unknown: "unknown status",
  unknown_price: "unknown price",
  paid_not_recorded: "paid, not recorded",
  link_suggested: "link suggested",
  recorded_not_paid: "access without payment",
  plan_differs: "plan differs",
  access_differs: "access differs",
  status_differs: "status differs",
  details_differ: "details differ",
  in_sync: "in step",
  no_subscription: "no subscription",
};

/** A verdict as the name of a group of users. */
export const VERDICT_GROUPS: Record<Verdict, string> = {
  not_checked: "Not checked yet",
  link_conflict: "Link conflicts",
  customer_gone: "Customer gone",
  unknown: "Unknown status",
  unknown_price: "Unknown price",
  paid_not_recorded: "Locked out",
  link_suggested: "Link suggested",
  recorded_not_paid: "Unpaid access",
  plan_differs: "Plan differs",
  access_differs: "Access differs",
  status_differs: "Status differs",
  details_differ: "Details differ",
  in_sync: "In step",
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
  not_lowered: "not lowered",
};

export const WRITES_WORDS: Record<Writes, string> = { off: "off", raise_only: "raise only", full: "full" };

/** What each choice of `writes` means, as a sentence. */
export const WRITES_MEANING: Record<Writes, string> = {
  off: "Nobody writes, staff included. Parity goes on reading and judging.",
  raise_only:
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
