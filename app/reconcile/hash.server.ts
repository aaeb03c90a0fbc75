import { createHash } from "node:crypto";
import { fingerprintOf, type Mismatch } from "~/billing/mismatches";

/** Hash of an intended change: equal exactly when the same change is intended on the same record. */
export function intendedHash(mismatches: readonly Mismatch[]): string {
  return createHash("sha256").update(fingerprintOf(mismatches)).digest("base64url").slice(0, 22);
}
