import { createHash } from "node:crypto";
import { fingerprintOf, type Mismatch } from "~/billing/mismatches";
import type { BillingRow } from "~/billing/record";

/**
 * Hash of an intended change: equal exactly when the same change is intended on the same record. A `newRow` differs from
 * the record by its id alone, so all that it would say is hashed too.
 */
export function intendedHash(mismatches: readonly Mismatch[], newRow: BillingRow | null): string {
  return hashText(JSON.stringify([fingerprintOf(mismatches), newRow]));
}

/** 22 letters that stand for a text: SHA-256, shortened. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
