/** Reasons that say nothing against the revocation itself: no evidence is missing, or the confirmation brings the read. */
const ENOUGH = new Set([
  "writes_off",
  "grant_only",
  "on_hold",
  "revocation_limit",
  "not_read_since",
  "other_customers_unknown",
]);

/** Whether evidence is missing, so that confirming overrides it and has to say why. `blocked` as the user's view has it. */
export function needsReason(blocked: string | null): boolean {
  return blocked !== null && !ENOUGH.has(blocked);
}
