import { LeaseLost } from "~/engine/repair/runs.server";
import type { Database, Tx } from "~/platform/client.server";
import { type Sql, sql } from "~/platform/sql.server";
import { firstRow } from "~/platform/stamps.server";

/** Users whose ids come behind `afterId` (null: from the first), up to and with `untilId` (null: to the last). */
export type Batch = { n: number; afterId: string | null; untilId: string | null };

/** So long a batch belongs to who took it up; a dead process keeps it no longer. */
const CLAIM_SECONDS = 20;

/** Whom a run evaluates: everybody, or only who is marked. */
const scope = (everyone: boolean): Sql =>
  everyone ? sql`SELECT id FROM "User"` : sql`SELECT "userId" AS id FROM "RecheckQueue"`;

/** Cuts the users of a run into batches of about `size`, in place of what was cut before; returns how many. */
export async function cutBatches(tx: Tx, runId: string, everyone: boolean, size: number): Promise<number> {
  await tx.runBatch.deleteMany({ where: { runId } });
  return tx.$executeRaw(sql`
    WITH cut AS (
      SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS at FROM (${scope(everyone)}) users) numbered
      WHERE at % ${size}::int = 0)
    INSERT INTO "RunBatch" ("runId", n, "afterId", "untilId")
    SELECT ${runId}, n, lag(id) OVER (ORDER BY n), CASE WHEN id = '' THEN NULL ELSE id END
    FROM (SELECT n, id FROM cut UNION ALL SELECT coalesce(max(n), 0) + 1, '' FROM cut) batches`);
}

/** Takes up the next batch that nobody works on; null when there is none just now. */
export async function claimBatch(db: Database, runId: string): Promise<Batch | null> {
  const [row] = await db.$queryRaw<Batch[]>`
    UPDATE "RunBatch" SET "claimedUntil" = now() + make_interval(secs => ${CLAIM_SECONDS}::float8)
    WHERE "runId" = ${runId} AND n = (
      SELECT n FROM "RunBatch" WHERE "runId" = ${runId} AND "doneAt" IS NULL
        AND ("claimedUntil" IS NULL OR "claimedUntil" < now())
      ORDER BY n LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING n, "afterId", "untilId"`;
  return row ?? null;
}

/** The users of a batch, in the order of their ids. */
export async function usersOfBatch(
  db: Database,
  { afterId, untilId }: Batch,
  everyone: boolean,
): Promise<string[]> {
  const rows = await db.$queryRaw<{ ids: string[] }[]>(sql`
    SELECT coalesce(array_agg(id ORDER BY id), ARRAY[]::text[]) AS ids FROM (${scope(everyone)}) users
    WHERE (${afterId}::text IS NULL OR id > ${afterId}) AND (${untilId}::text IS NULL OR id <= ${untilId})`);
  return firstRow(rows).ids;
}

/** Ends a batch, in the transaction that evaluated it. Throws LeaseLost when somebody else did it meanwhile. */
export async function endBatch(tx: Tx, runId: string, n: number): Promise<void> {
  const ended = await tx.$executeRaw`
    UPDATE "RunBatch" SET "doneAt" = now() WHERE "runId" = ${runId} AND n = ${n}::int AND "doneAt" IS NULL`;
  if (ended !== 1) throw new LeaseLost();
}

/** Batches that are not done, those under way counted. */
export async function batchesLeft(db: Database, runId: string): Promise<number> {
  return db.runBatch.count({ where: { runId, doneAt: null } });
}

/** A run that is through needs its batches no more. */
export async function forgetBatches(tx: Tx, runId: string): Promise<void> {
  await tx.runBatch.deleteMany({ where: { runId } });
}
