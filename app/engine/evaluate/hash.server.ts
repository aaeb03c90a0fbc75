import { fingerprintMismatches, type Mismatch } from "~/billing/mismatches";
import type { BillingRow } from "~/billing/record";
import { hashText } from "~/platform/text-hash.server";
import type { EvaluationContext } from "./deps.server";

/**
 * Hash of an intended change: equal exactly when the same change is intended on the same record. A `newRow` differs from
 * the record only by its id, so its other values are hashed too.
 */
export function hashChange(mismatches: readonly Mismatch[], newRow: BillingRow | null): string {
  return hashText(JSON.stringify([fingerprintMismatches(mismatches), newRow]));
}

/** Fingerprint of the plans, rules and mapping that users are evaluated by: when it changes, all users must be evaluated again. */
export function fingerprintContext({ settings, rules }: EvaluationContext): string {
  const { plans, byPriceId, byLookupKey, byProductId } = rules.catalogue;
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return hashText(
    JSON.stringify([
      settings.writeMode,
      settings.policy,
      settings.mappingVersion,
      sorted(plans),
      ...[byPriceId, byLookupKey, byProductId].map((mapped) =>
        sorted(mapped).map(([name, plan]) => [name, plan?.id ?? null]),
      ),
    ]),
  );
}
