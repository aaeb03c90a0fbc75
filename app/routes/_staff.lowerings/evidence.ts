/** Reasons that say nothing against the lowering itself: no evidence is missing, or the confirmation brings the read. */
const ENOUGH = new Set([
  "writes_off",
  "raise_only",
  "on_hold",
  "breaker",
  "not_read_since",
  "other_customers_unknown",
]);

/** Whether evidence is missing, so that confirming overrides it and has to say why. `withheld` as the user's view has it. */
export function needsReason(withheld: string | null): boolean {
  return withheld !== null && !ENOUGH.has(withheld);
}
