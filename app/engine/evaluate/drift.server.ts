import { FIELDS, type RecordFields } from "~/billing/fields";
import type { Tx } from "~/platform/client.server";
import { sql } from "~/platform/sql.server";
import { recordHashParts } from "./record-hash.server";

/** For one statement and its transaction: a million users' fingerprints are compared in memory, not on the disk. */
const WORK_MEM = "64MB";

/**
 * Marks users whose record is not the one that their standing was evaluated on: changed in the database by whatever program,
 * or never evaluated. One comparison over all of them, of three tables and the sync statuses, each read once from end to end:
 * the parts of a fingerprint and the one that is kept cancel each other where they agree. Returns how many were found
 * that were not marked before.
 */
export async function enqueueDriftedUsers(tx: Tx, fields: RecordFields = FIELDS): Promise<number> {
  const parts = recordHashParts(
    { users: sql`"User"`, billing: sql`"BillingSubscription"`, workspaces: sql`"Workspace"` },
    fields,
  );
  await tx.$queryRaw`SELECT set_config('work_mem', ${WORK_MEM}, true)`;
  return tx.$executeRaw`
    INSERT INTO "RecheckQueue" ("userId")
    SELECT found."userId" FROM (
      SELECT "userId" FROM (${parts} UNION ALL SELECT "userId", "recordHash" FROM "SyncStatus") parts
      GROUP BY "userId" HAVING bit_xor(hash) <> 0) found
    -- What a deleted user left behind is nobody's drift.
    WHERE EXISTS (SELECT 1 FROM "User" u WHERE u.id = found."userId")
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}
