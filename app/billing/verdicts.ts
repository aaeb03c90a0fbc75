/** The verdicts, in the order in which they are tried: the first that fits. */
export const VERDICTS = [
  "not_checked",
  "link_conflict",
  "missing_in_stripe",
  "unknown_status",
  "unmapped_price",
  "locked_out",
  "possible_match",
  "unpaid_access",
  "plan_mismatch",
  "access_mismatch",
  "status_mismatch",
  "detail_mismatch",
  "in_sync",
  "no_subscription",
] as const;

export type Verdict = (typeof VERDICTS)[number];

export type Severity = "critical" | "high" | "review" | "medium" | "warning" | "low" | "none";

/** Higher sorts first. */
export const SEVERITY_RANK: Record<Severity, number> = {
  critical: 6,
  high: 5,
  review: 4,
  medium: 3,
  warning: 2,
  low: 1,
  none: 0,
};

export const SEVERITY_OF: Record<Verdict, Severity> = {
  not_checked: "warning",
  link_conflict: "review",
  missing_in_stripe: "review",
  unknown_status: "review",
  unmapped_price: "review",
  locked_out: "critical",
  possible_match: "review",
  unpaid_access: "critical",
  plan_mismatch: "high",
  access_mismatch: "high",
  status_mismatch: "medium",
  detail_mismatch: "low",
  in_sync: "none",
  no_subscription: "none",
};

/** Verdicts about which staff decide: a sync changes nothing by itself. */
export const REVIEW_VERDICTS: ReadonlySet<Verdict> = new Set([
  "link_conflict",
  "missing_in_stripe",
  "unknown_status",
  "unmapped_price",
  "possible_match",
]);

/** Nothing differs: nothing to do. */
export const SETTLED_VERDICTS: ReadonlySet<Verdict> = new Set(["in_sync", "no_subscription"]);

/** What else is to be known about a user; none hides the verdict. */
export const FLAGS = [
  "several",
  "duplicate_customers",
  "comped",
  "on_hold",
  "acknowledged",
  "stale",
  "lookup_failed",
  "not_revoked",
] as const;

export type Flag = (typeof FLAGS)[number];

/** A user's state is called stale when it was last completely observed longer ago than this. */
export const STALE_AFTER_SECONDS = 24 * 3600;
