import { z } from "zod";
import type { RecordFields } from "~/billing/fields";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { recordHashParts } from "./record-hash.server";

/** For one statement and its transaction: a million users' fingerprints are compared in memory, not on the disk. */
const WORK_MEM = "64MB";

const driftRow = z.object({ enqueued: z.number(), gone: z.array(z.string()) });

/**
 * Enqueues the users whose record is not the one that their sync status was evaluated on: any program has changed it, or it
 * was never evaluated. One statement compares all users, and reads three tables and the sync statuses once: the parts of a
 * fingerprint and the stored fingerprint cancel each other out where they agree. Returns how many users were not in the
 * queue before, and the owners of what deleted users left.
 */
export async function enqueueDriftedUsers(
  tx: Tx,
  fields: RecordFields,
): Promise<{ enqueued: number; gone: string[] }> {
  await tx.$queryRaw`SELECT set_config('work_mem', ${WORK_MEM}, true)`;
  return queryOneOrThrow(
    tx,
    driftRow,
    sql`
    WITH found AS MATERIALIZED (${selectDriftedUsers(fields)}),
      enqueued AS (INSERT INTO parity."RecheckQueue" ("userId") SELECT "userId" FROM found WHERE "isThere" ORDER BY 1
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT (SELECT count(*) FROM enqueued)::int AS enqueued, ARRAY(SELECT "userId" FROM found WHERE NOT "isThere") AS gone`,
  );
}

const countRow = z.object({ users: z.number() });

/** How many users have another record than their sync status was evaluated on. Writes nothing. */
export async function countDriftedUsers(db: Database, fields: RecordFields): Promise<number> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('work_mem', ${WORK_MEM}, true)`;
    const query = sql`SELECT count(*)::int AS users FROM (${selectDriftedUsers(fields)}) drifted WHERE "isThere"`;
    return (await queryOneOrThrow(tx, countRow, query)).users;
  });
}

/** SQL: rows `("userId", "isThere")`. What deleted users left is no drift, but may concern others. */
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
    SELECT found."userId", EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = found."userId") AS "isThere" FROM (
      SELECT "userId" FROM (${parts} UNION ALL SELECT "userId", "recordHash" FROM parity."SyncStatus") parts
      GROUP BY "userId" HAVING bit_xor(hash) <> 0) found`;
}
