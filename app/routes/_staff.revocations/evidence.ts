import type { BlockReason } from "~/billing/verdicts/block-reasons";

/** Reasons that need no override: the evidence is complete, or the approval reads it from Stripe. */
const REASONS_WITHOUT_OVERRIDE: ReadonlySet<string> = new Set<BlockReason>([
  "writes_off",
  "grant_only",
  "on_hold",
  "revocation_limit",
  "not_read_since",
  "other_customers_unknown",
]);

/** Whether evidence is missing, so that an approval overrides it and needs a reason. */
export function needsReason(blocked: string | null): boolean {
  return blocked !== null && !REASONS_WITHOUT_OVERRIDE.has(blocked);
}
