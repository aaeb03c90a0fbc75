import { z } from "zod";
import { LeaseLost } from "~/engine/runs/run-session.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { isLeftOut } from "./settled-users.server";

/** Users with ids after `afterId` (null: from the first), up to and including `untilId` (null: to the last). */
export type Batch = z.infer<typeof batchRow>;
const batchRow = z.object({
  number: z.number(),
  afterId: z.string().nullable(),
  untilId: z.string().nullable(),
});
const idsRow = z.object({ ids: z.array(z.string()), settled: z.number() });

/** How long a batch belongs to the process that claimed it; a dead process keeps it no longer. */
const CLAIM_SECONDS = 20;

/** The users that a run evaluates: those of its selection, all, or those in the recheck queue. */
export type BatchScope = { allUsers: boolean; selectionId: string | null };

const selectScope = ({ allUsers, selectionId }: BatchScope): Sql => {
  if (selectionId !== null)
    return sql`SELECT "userId" AS id FROM parity."SelectedUser" WHERE "selectionId" = ${selectionId}`;
  return allUsers ? sql`SELECT id FROM parity."User"` : sql`SELECT "userId" AS id FROM parity."RecheckQueue"`;
};

/** Cuts the users of a run into batches of about `size`, in place of what was cut before; returns how many. */
export async function cutBatches(tx: Tx, runId: string, scope: BatchScope, size: number): Promise<number> {
  await tx.runBatch.deleteMany({ where: { runId } });
  return tx.$executeRaw(sql`
    WITH cut AS (
      SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS at FROM (${selectScope(scope)}) users) numbered
      WHERE at % ${size}::int = 0)
    INSERT INTO parity."RunBatch" ("runId", number, "afterId", "untilId")
    SELECT ${runId}, n, lag(id) OVER (ORDER BY n), CASE WHEN id = '' THEN NULL ELSE id END
    FROM (SELECT n, id FROM cut UNION ALL SELECT coalesce(max(n), 0) + 1, '' FROM cut) batches`);
}

/** Claims the next batch that no process works on; null when there is none now. */
export async function claimBatch(db: Database, runId: string): Promise<Batch | null> {
  return queryOne(
    db,
    batchRow,
    sql`
    UPDATE parity."RunBatch" SET "claimedUntil" = now() + make_interval(secs => ${CLAIM_SECONDS}::float8)
    WHERE "runId" = ${runId} AND number = (
      SELECT number FROM parity."RunBatch" WHERE "runId" = ${runId} AND "doneAt" IS NULL
        AND ("claimedUntil" IS NULL OR "claimedUntil" < now())
      ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING number, "afterId", "untilId"`,
  );
}

/**
 * The users of a batch, in the order of their ids; `settled`: how many are left out because their status is settled.
 * `shareOfSettled`: as in the run's cursor.
 */
export async function listBatchUsers(
  db: Database,
  { afterId, untilId }: Batch,
  { shareOfSettled, ...scope }: BatchScope & { shareOfSettled: number | null },
): Promise<{ ids: string[]; settled: number }> {
  const leftOut = shareOfSettled === null ? sql`false` : isLeftOut(sql`id`, shareOfSettled);
  return queryOneOrThrow(
    db,
    idsRow,
    sql`
    SELECT coalesce(array_agg(id ORDER BY id) FILTER (WHERE NOT "leftOut"), ARRAY[]::text[]) AS ids,
      (count(*) FILTER (WHERE "leftOut"))::int AS settled
    FROM (SELECT id, ${leftOut} AS "leftOut" FROM (${selectScope(scope)}) users
      WHERE (${afterId}::text IS NULL OR id > ${afterId}) AND (${untilId}::text IS NULL OR id <= ${untilId})) listed`,
  );
}

/** Ends a batch, in the transaction that evaluated it. Throws LeaseLost when another process did meanwhile. */
export async function endBatch(tx: Tx, runId: string, number: number): Promise<void> {
  const ended = await tx.$executeRaw`
    UPDATE parity."RunBatch" SET "doneAt" = now() WHERE "runId" = ${runId} AND number = ${number}::int AND "doneAt" IS NULL`;
  if (ended !== 1) throw new LeaseLost();
}

/** Batches that are not done, including those that a process works on. */
export async function countBatchesLeft(db: Database, runId: string): Promise<number> {
  return db.runBatch.count({ where: { runId, doneAt: null } });
}

/** A run that has evaluated its users needs its batches no longer. */
export async function deleteBatches(tx: Tx, runId: string): Promise<void> {
  await tx.runBatch.deleteMany({ where: { runId } });
}
