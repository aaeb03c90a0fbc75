/** Reasons for which an admin's word is enough: nothing is missing but the confirmation, or a read that it brings. */
const ENOUGH = new Set(["raise_only", "breaker", "not_read_since", "other_customers_unknown"]);

/** Whether evidence is missing, so that confirming overrides it and has to say why. `withheld` as the user's view has it. */
export function needsReason(withheld: string | null): boolean {
  return withheld !== null && !ENOUGH.has(withheld);
}
