import type { Database } from "../../../app/platform/client.server";

const UPDATED = 100_000;

/** The indexes before the present ones. */
const BEFORE = [
  `CREATE INDEX before_severity ON parity."SyncStatus" ("severity" DESC, "since", "userId")`,
  `CREATE INDEX before_verdict ON parity."SyncStatus" ("verdict", "userId")`,
];

/** What the indexes cost a write: 100,000 sync statuses updated in one statement, with these indexes and the former. */
export async function measureBulkUpdates(db: Database): Promise<string[][]> {
  const now = await measureUpdate(db);
  const made = await db.$queryRaw<{ name: string; definition: string }[]>`
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE tablename = 'SyncStatus' AND indexname NOT IN ('SyncStatus_pkey', 'SyncStatus_nextCheckAt_idx')`;
  for (const { name } of made) await db.$executeRawUnsafe(`DROP INDEX "${name}"`);
  for (const statement of BEFORE) await db.$executeRawUnsafe(statement);
  const before = await measureUpdate(db);
  return [
    [`update of ${UPDATED} sync statuses, s`, "read again", "another verdict"],
    ["with the present indexes", ...now],
    ["with the former two", ...before],
  ];
}

async function measureUpdate(db: Database): Promise<string[]> {
  const times: string[] = [];
  for (const set of [
    `"observedAt" = now()`,
    `"verdict" = 'detail_mismatch', "severity" = 1, "observedAt" = now()`,
  ]) {
    await db.$executeRawUnsafe(`VACUUM parity."SyncStatus"`);
    await db.$executeRawUnsafe("CHECKPOINT");
    const startedAt = performance.now();
    await db.$executeRawUnsafe(`UPDATE parity."SyncStatus" SET ${set}, "evaluatedAt" = now() WHERE "userId" IN (
      SELECT "userId" FROM parity."SyncStatus" ORDER BY md5("userId") LIMIT ${UPDATED})`);
    times.push(((performance.now() - startedAt) / 1000).toFixed(1));
  }
  return times;
}
