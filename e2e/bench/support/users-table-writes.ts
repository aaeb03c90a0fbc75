import type { Database } from "../../../app/platform/client.server";

const UPDATED = 100_000;

/** What these indexes replaced. */
const BEFORE = [
  `CREATE INDEX before_severity ON "SyncStatus" ("severity" DESC, "since", "userId")`,
  `CREATE INDEX before_verdict ON "SyncStatus" ("verdict", "userId")`,
];

/** What the indexes cost who writes: 100,000 Standings updated in one statement, with these indexes and with the former. */
export async function bulkUpdates(db: Database): Promise<string[][]> {
  const now = await update(db);
  const made = await db.$queryRaw<{ name: string; definition: string }[]>`
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE tablename = 'SyncStatus' AND indexname NOT IN ('SyncStatus_pkey', 'SyncStatus_nextCheckAt_idx')`;
  for (const { name } of made) await db.$executeRawUnsafe(`DROP INDEX "${name}"`);
  for (const statement of BEFORE) await db.$executeRawUnsafe(statement);
  const before = await update(db);
  return [
    [`update of ${UPDATED} Standings, s`, "seen again", "another verdict"],
    ["with these indexes", ...now],
    ["with the two before them", ...before],
  ];
}

async function update(db: Database): Promise<string[]> {
  const times: string[] = [];
  for (const set of [
    `"observedAt" = now()`,
    `"verdict" = 'detail_mismatch', "severity" = 1, "observedAt" = now()`,
  ]) {
    await db.$executeRawUnsafe(`VACUUM "SyncStatus"`);
    await db.$executeRawUnsafe("CHECKPOINT");
    const began = performance.now();
    await db.$executeRawUnsafe(`UPDATE "SyncStatus" SET ${set}, "evaluatedAt" = now() WHERE "userId" IN (
      SELECT "userId" FROM "SyncStatus" ORDER BY md5("userId") LIMIT ${UPDATED})`);
    times.push(((performance.now() - began) / 1000).toFixed(1));
  }
  return times;
}
