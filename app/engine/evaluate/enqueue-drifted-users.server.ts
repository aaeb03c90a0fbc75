import { z } from "zod";
import type { RecordFields } from "~/billing/fields";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { recordHashParts } from "./record-hash.server";

/** For one statement and its transaction: a million users' fingerprints are compared in memory, not on the disk. */
const WORK_MEM = "64MB";

/**
 * Enqueues the users whose record is not the one that their sync status was evaluated on: any program has changed it, or it
 * was never evaluated. One statement compares all users, and reads three tables and the sync statuses once: the parts of a
 * fingerprint and the stored fingerprint cancel each other out where they agree. Returns how many users were not in the
 * queue before.
 */
export async function enqueueDriftedUsers(tx: Tx, fields: RecordFields): Promise<number> {
  await tx.$queryRaw`SELECT set_config('work_mem', ${WORK_MEM}, true)`;
  return tx.$executeRaw`
    INSERT INTO parity."RecheckQueue" ("userId") ${selectDriftedUsers(fields)} ORDER BY 1 ON CONFLICT DO NOTHING`;
}

const countRow = z.object({ users: z.number() });

/** How many users have another record than their sync status was evaluated on. Writes nothing. */
export async function countDriftedUsers(db: Database, fields: RecordFields): Promise<number> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('work_mem', ${WORK_MEM}, true)`;
    const query = sql`SELECT count(*)::int AS users FROM (${selectDriftedUsers(fields)}) drifted`;
    return (await queryOneOrThrow(tx, countRow, query)).users;
  });
}

function selectDriftedUsers(fields: RecordFields): Sql {
  const parts = recordHashParts(
    {
      users: sql`parity."User"`,
      billing: sql`parity."BillingSubscription"`,
      workspaces: sql`parity."Workspace"`,
    },
    fields,
  );
  return sql`
    SELECT found."userId" FROM (
      SELECT "userId" FROM (${parts} UNION ALL SELECT "userId", "recordHash" FROM parity."SyncStatus") parts
      GROUP BY "userId" HAVING bit_xor(hash) <> 0) found
    -- Rows of deleted users are no drift.
    WHERE EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = found."userId")`;
}
