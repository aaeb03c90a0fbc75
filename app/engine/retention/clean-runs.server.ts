import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import type { Work } from "./walk.server";

/** Runs that are looked at together. */
const RUNS_AT_ONCE = 200;

/** The boundaries of one cleaning: what is older goes. `audit` NULL: the audit is kept for ever. */
export type RunCuts = { runs: Sql; audit: Sql };

const idRow = z.object({ id: z.string() });
const countRow = z.object({ rows: z.number() });

/**
 * The runs that stay whatever their age, because what is shown looks back to them: of each kind the one that began and the one
 * that ended last, the last one that read Stripe, and the first one of all (since when Parity is here).
 */
export async function listLastRuns(db: Database): Promise<string[]> {
  const ofKind = (at: Sql) => sql`
    SELECT DISTINCT ON (mode, scope, state) id FROM parity."Run" WHERE scope <> 'one' AND "finishedAt" IS NOT NULL
    ORDER BY mode, scope, state, ${at} DESC, id DESC`;
  const rows = await queryRows(
    db,
    idRow,
    sql`
    SELECT id FROM ((${ofKind(sql`"createdAt"`)}) UNION (${ofKind(sql`"finishedAt"`)})
      UNION (SELECT id FROM parity."Run" WHERE state = 'done' AND "stripeRequests" > 0 ORDER BY "createdAt" DESC LIMIT 1)
      UNION (SELECT id FROM parity."Run" WHERE "actorKind" = 'cron' AND scope IN ('full', 'incremental') AND state <> 'running'
        ORDER BY "createdAt" DESC LIMIT 1)
      UNION (SELECT id FROM parity."Run" ORDER BY "createdAt" LIMIT 1)) last`,
  );
  return rows.map(({ id }) => id);
}

/** SQL on `r` (Run): something that is kept needs the run itself. */
export const isNeeded = ({ audit }: Pick<RunCuts, "audit">): Sql => sql`(
  EXISTS (SELECT 1 FROM parity."Change" c WHERE c."runId" = r.id)
  OR EXISTS (SELECT 1 FROM parity."Decision" d WHERE d."runId" = r.id)
  OR EXISTS (SELECT 1 FROM parity."Run" k WHERE k."previewRunId" = r.id)
  OR EXISTS (SELECT 1 FROM parity."Run" k WHERE k."undoesRunId" = r.id)
  -- Its decision names it.
  OR (r.mode = 'undo' AND NOT coalesce(r."finishedAt" < ${audit}, false)))`;

/** SQL on `r` (Run): over for so long that it is looked at, and not yet done with. */
export const isOver = ({ runs }: Pick<RunCuts, "runs">, last: readonly string[]): Sql => sql`
  r."resultsRemovedAt" IS NULL AND r."finishedAt" IS NOT NULL AND r."finishedAt" < ${runs} AND r.id <> ALL(${[...last]}::text[])`;

const pageRow = z.object({ id: z.string(), at: z.string() });
type Place = { at: string; id: string };

/**
 * Removes old runs and their results. The newest first: what refers to a run is always newer, so it is gone when its turn
 * comes. A run that is needed keeps the results of users that it repaired. True when it came to the end.
 */
export async function cleanRuns(work: Work, cuts: RunCuts): Promise<boolean> {
  const { db } = work;
  const last = await listLastRuns(db);
  for (let before: Place | null = null; ; ) {
    const page: z.infer<typeof pageRow>[] = await queryRows(
      db,
      pageRow,
      sql`SELECT r.id, r."finishedAt"::text AS at FROM parity."Run" r WHERE ${isOver(cuts, last)}
        AND ${before === null ? sql`true` : sql`(r."finishedAt", r.id) < (${before.at}::timestamptz, ${before.id})`}
        ORDER BY r."finishedAt" DESC, r.id DESC LIMIT ${RUNS_AT_ONCE}::int`,
    );
    const end = page.at(-1);
    if (end === undefined) return true;
    const ids = page.map(({ id }) => id);
    if (!(await cleanPage(work, { cuts, last, ids }))) return false;
    before = end;
  }
}

type RunsPage = { cuts: RunCuts; last: readonly string[]; ids: readonly string[] };

async function cleanPage(work: Work, { cuts, last, ids }: RunsPage): Promise<boolean> {
  const { db } = work;
  let left = [...ids];
  // Until none is removed any more: a preview and the run that applied it may be on one page.
  for (let isMore = true; isMore && left.length > 0; ) {
    const free = await queryRows(
      db,
      idRow,
      sql`SELECT r.id FROM parity."Run" r WHERE r.id = ANY(${left}::text[]) AND NOT ${isNeeded(cuts)}`,
    );
    const freeIds = free.map(({ id }) => id);
    isMore = freeIds.length > 0;
    if (isMore) {
      if (!(await removeResults(work, sql`u."runId" = ANY(${freeIds}::text[])`))) return false;
      const { rows, again } = await removeRuns(db, { cuts, last, ids: freeIds });
      work.removed("Run", rows);
      // Newer than the end of this page, they would be looked at by the next cleaning only.
      left.push(...again.filter((id) => !left.includes(id)));
    }
    left = left.filter((id) => !freeIds.includes(id));
  }
  if (left.length === 0) return true;
  if (!(await removeResults(work, sql`u."runId" = ANY(${left}::text[]) AND u.outcome <> 'synced'`)))
    return false;
  await db.$executeRaw`UPDATE parity."Run" SET "resultsRemovedAt" = now() WHERE id = ANY(${left}::text[])`;
  return true;
}

/** SQL condition on `u` (RunUser). */
async function removeResults(work: Work, where: Sql): Promise<boolean> {
  for (let rows = work.rowsAtOnce; rows === work.rowsAtOnce; ) {
    if (!work.hasTime()) return false;
    rows = await work.db.$executeRaw`
      DELETE FROM parity."RunUser" WHERE ctid = ANY(ARRAY(
        SELECT u.ctid FROM parity."RunUser" u WHERE ${where} LIMIT ${work.rowsAtOnce}::int))`;
    work.removed("RunUser", rows);
  }
  return true;
}

const removedRow = countRow.extend({ again: z.array(z.string()) });

/**
 * Where still nothing needs them. `again`: the runs that they referred to and that had stayed only with what was needed. Nothing else may
 * have kept them, so they are looked at again.
 */
async function removeRuns(db: Database, { cuts, last, ids }: RunsPage): Promise<z.infer<typeof removedRow>> {
  return queryOneOrThrow(
    db,
    removedRow,
    sql`
    WITH gone AS (
      DELETE FROM parity."Run" r WHERE r.id = ANY(${[...ids]}::text[]) AND NOT ${isNeeded(cuts)}
      RETURNING r."previewRunId", r."undoesRunId"),
    again AS (
      UPDATE parity."Run" r SET "resultsRemovedAt" = NULL WHERE r."resultsRemovedAt" IS NOT NULL
        AND r.id IN (SELECT "previewRunId" FROM gone UNION SELECT "undoesRunId" FROM gone)
      RETURNING r.id, (${isOver(cuts, last)}) AS over)
    SELECT (SELECT count(*) FROM gone)::int AS rows, ARRAY(SELECT id FROM again WHERE over) AS again`,
  );
}

/** Parts of runs that are over, or gone: a run that ends removes its own. */
export async function cleanBatches(work: Work, cut: Sql): Promise<boolean> {
  return repeat(
    work,
    "RunBatch",
    (limit) => sql`
    DELETE FROM parity."RunBatch" WHERE ctid = ANY(ARRAY(
      SELECT b.ctid FROM parity."RunBatch" b WHERE ${isIdleBatch(cut)} LIMIT ${limit}::int))`,
  );
}

export const isIdleBatch = (cut: Sql): Sql => sql`NOT EXISTS (SELECT 1 FROM parity."Run" r
  WHERE r.id = b."runId" AND (r."finishedAt" IS NULL OR r."finishedAt" >= ${cut}))`;

/** SQL on `s` (Selection). */
export const isIdleSelection = (cut: Sql): Sql => sql`(s."createdAt" < ${cut} AND NOT EXISTS (
  SELECT 1 FROM parity."Run" r WHERE r."selectionId" = s.id AND r."finishedAt" IS NULL))`;

/** Selections with their users. */
export async function cleanSelections(work: Work, cut: Sql): Promise<boolean> {
  const users = await repeat(
    work,
    "SelectedUser",
    (limit) => sql`
    DELETE FROM parity."SelectedUser" WHERE ctid = ANY(ARRAY(
      SELECT u.ctid FROM parity."SelectedUser" u JOIN parity."Selection" s ON s.id = u."selectionId"
      WHERE ${isIdleSelection(cut)} LIMIT ${limit}::int))`,
  );
  return (
    users &&
    repeat(
      work,
      "Selection",
      (limit) => sql`
      DELETE FROM parity."Selection" WHERE id = ANY(ARRAY(
        SELECT s.id FROM parity."Selection" s WHERE ${isIdleSelection(cut)} LIMIT ${limit}::int))`,
    )
  );
}

/** SQL on `j` (jobs): it has failed for good, and nothing replaced it. */
export const isDeadJob = (cut: Sql): Sql =>
  sql`(j.attempts >= j.max_attempts AND j.locked_at IS NULL AND j.updated_at < ${cut})`;

/** Jobs that have failed for good. */
export async function cleanJobs(work: Work, cut: Sql): Promise<boolean> {
  return repeat(
    work,
    "jobs",
    (limit) => sql`
    SELECT parity.complete_jobs(ARRAY(SELECT j.id FROM parity.jobs j WHERE ${isDeadJob(cut)} LIMIT ${limit}::int))::text`,
  );
}

async function repeat(
  work: Work,
  name: "RunBatch" | "SelectedUser" | "Selection" | "jobs",
  remove: (limit: number) => Sql,
): Promise<boolean> {
  for (let rows = work.rowsAtOnce; rows === work.rowsAtOnce; ) {
    if (!work.hasTime()) return false;
    rows = await work.db.$executeRaw(remove(work.rowsAtOnce));
    work.removed(name, rows);
  }
  return true;
}
