import { createHash } from "node:crypto";
import type { Database } from "~/platform/client.server";

/** An authenticator's code fits for 90 seconds: its own half minute, the one before it and the one after it. */
const FITS_SECONDS = 120;

/**
 * Notes that a code of an authenticator app was used. False when it was used before: a code opens one session, so that one
 * that was seen over a shoulder, or taken by another page, opens nothing (RFC 6238, 5.2). One statement, so that of two uses at
 * the same moment only one is the first.
 */
export async function claimCode(db: Database, staffId: string, code: string): Promise<boolean> {
  const id = `used-code-${createHash("sha256").update(`${staffId} ${code}`).digest("hex")}`;
  const claimed = await db.$executeRaw`
    INSERT INTO parity."StaffVerification" (id, identifier, value, "expiresAt", "updatedAt")
    VALUES (${id}, ${id}, '', now() + make_interval(secs => ${FITS_SECONDS}::int), now())
    ON CONFLICT (id) DO UPDATE SET "expiresAt" = EXCLUDED."expiresAt" WHERE parity."StaffVerification"."expiresAt" <= now()`;
  return claimed > 0;
}
