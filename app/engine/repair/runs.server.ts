import { z } from "zod";
import { SEVERITY_RANK } from "~/billing/verdicts";
import type { Database, Tx } from "~/platform/client.server";
import type { ChangeActor } from "./repairs.server";
import { EMPTY_CURSOR, type RunCursor, runCursor } from "./run-cursor";
import type { RunMode, RunScope, RunState } from "./run-words";

/**
 * A full pass begins with `observe`, which reads the whole list; a tick with `events`, and `read`s the customers they
 * name. Then both `divide` the users into batches, `evaluate` them, and `lower`, each revocation on a fresh read.
 */
const PHASES = ["observe", "events", "read", "divide", "evaluate", "revoke", "finished"] as const;
export type RunPhase = (typeof PHASES)[number];

export type RunCounts = {
  synced: number;
  skipped: number;
  review: number;
  failed: number;
  notChecked: number;
};

export type RunRow = RunCounts & {
  id: string;
  actorKind: string;
  actor: string | null;
  mode: RunMode;
  scope: RunScope;
  state: RunState;
  phase: RunPhase;
  cursor: RunCursor;
  previewRunId: string | null;
  total: number;
  observed: number;
  stripeRequests: number;
  reason: string | null;
  leaseUntil: Date | null;
  cancelRequestedAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
};

const runRow: z.ZodType<RunRow> = z.object({
  id: z.string(),
  actorKind: z.string(),
  actor: z.string().nullable(),
  mode: z.enum(["preview", "apply", "undo"]),
  scope: z.enum(["one", "selection", "incremental", "full"]),
  state: z.enum(["running", "done", "failed", "cancelled", "abandoned"]),
  phase: z.enum(PHASES),
  cursor: runCursor,
  previewRunId: z.string().nullable(),
  total: z.number(),
  observed: z.number(),
  synced: z.number(),
  skipped: z.number(),
  review: z.number(),
  failed: z.number(),
  notChecked: z.number(),
  stripeRequests: z.number(),
  reason: z.string().nullable(),
  leaseUntil: z.date().nullable(),
  cancelRequestedAt: z.date().nullable(),
  createdAt: z.date(),
  finishedAt: z.date().nullable(),
});

export type NewRun = {
  actor: ChangeActor;
  mode: RunMode;
  scope: RunScope;
  phase: RunPhase;
  previewRunId?: string;
  state?: RunState;
  /** What stands from the beginning; all of it for a run that is over when it is written down, such as of one user. */
  counts?: Partial<RunCounts> & { total: number; stripeRequests?: number };
};

/** There is at most one live run of this key: runs over the whole account that write or read Stripe. */
const LIVE_KEY = "whole-account";

/** Creates a run that needs no lease (`one`, or a preview from what is stored). */
export async function createRun(db: Database | Tx, run: NewRun): Promise<RunRow> {
  const [row] = await insertRun(db, run, null);
  return runRow.parse(row);
}

/**
 * Creates the live whole-account run, or returns the one that is live already (`created: false`). One that has been
 * live for more than 24 hours is abandoned first and begun again.
 */
export async function createLiveRun(db: Database, run: NewRun): Promise<{ run: RunRow; created: boolean }> {
  await abandonOldRun(db);
  for (;;) {
    const [created] = await insertRun(db, run, LIVE_KEY);
    if (created) return { run: runRow.parse(created), created: true };
    const live = await liveRun(db);
    if (live) return { run: live, created: false };
  }
}

/**
 * Inserts a run; no row when the live place is taken. In SQL: the client would write the time of this process's clock,
 * and by it others would tell whether the run is too old, or who signed up since.
 */
async function insertRun(db: Database | Tx, run: NewRun, liveKey: string | null): Promise<unknown[]> {
  const { actor, mode, scope, phase, previewRunId = null, state = "running", counts } = run;
  const { total = 0, synced = 0, skipped = 0, review = 0, failed = 0, notChecked = 0 } = counts ?? {};
  return db.$queryRaw<unknown[]>`
    INSERT INTO "Run" ("actorKind", actor, mode, scope, phase, state, "liveKey", cursor, "previewRunId", total,
      synced, skipped, review, failed, "notChecked", "stripeRequests", "finishedAt")
    VALUES (${actor.kind}, ${actor.id}::text, ${mode}, ${scope}, ${phase}, ${state}, ${liveKey}::text,
      ${JSON.stringify(EMPTY_CURSOR)}::jsonb, ${previewRunId}::text, ${total}::int, ${synced}::int,
      ${skipped}::int, ${review}::int, ${failed}::int, ${notChecked}::int, ${counts?.stripeRequests ?? 0}::int,
      CASE WHEN ${state}::text <> 'running' THEN now() END)
    ON CONFLICT ("liveKey") DO NOTHING RETURNING *`;
}

async function abandonOldRun(db: Database): Promise<void> {
  await db.$executeRaw`
    UPDATE "Run" SET state = 'abandoned', "liveKey" = NULL, "leaseUntil" = NULL, "finishedAt" = now(),
      phase = 'finished', reason = 'not finished within 24 hours'
    WHERE "liveKey" = ${LIVE_KEY} AND "createdAt" < now() - interval '24 hours'`;
}

export async function liveRun(db: Database | Tx): Promise<RunRow | null> {
  const row = await db.run.findUnique({ where: { liveKey: LIVE_KEY } });
  return row ? runRow.parse(row) : null;
}

/** A run by its id; null when there is none. */
export async function findRun(db: Database | Tx, id: string): Promise<RunRow | null> {
  const row = await db.run.findUnique({ where: { id } });
  return row ? runRow.parse(row) : null;
}

/** Newest first; `before` is the id of the last run of the page before. */
export async function listRuns(db: Database, limit: number, before?: string): Promise<RunRow[]> {
  const rows = await db.run.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
    ...(before !== undefined && { cursor: { id: before }, skip: 1 }),
  });
  return rows.map((row) => runRow.parse(row));
}

/** Takes the lease of a running run for some seconds; null while somebody else holds it, or when it is over. */
export async function takeLease(
  db: Database,
  runId: string,
  owner: string,
  seconds: number,
): Promise<RunRow | null> {
  const taken = await db.$executeRaw`
    UPDATE "Run" SET "leaseOwner" = ${owner}, "leaseUntil" = now() + make_interval(secs => ${seconds}::float8)
    WHERE id = ${runId} AND state = 'running'
      AND ("leaseUntil" IS NULL OR "leaseUntil" < now() OR "leaseOwner" = ${owner})`;
  return taken === 1 ? findRun(db, runId) : null;
}

/** Lets the next one go on at once. */
export async function releaseLease(db: Database, runId: string, owner: string): Promise<void> {
  await db.$executeRaw`UPDATE "Run" SET "leaseUntil" = NULL WHERE id = ${runId} AND "leaseOwner" = ${owner}`;
}

/** Somebody else has taken the run over, or it was ended: what this transaction did must not be committed. */
export class LeaseLost extends Error {
  constructor() {
    super("The run's lease was lost");
    this.name = "LeaseLost";
  }
}

export type Progress = Partial<RunCounts> & {
  cursor?: RunCursor;
  phase?: RunPhase;
  observed?: number;
  stripeRequests?: number;
  total?: number;
  scope?: RunScope;
};

/**
 * Records progress in the transaction that did the work, and prolongs the lease. Counts are added to what stands.
 * Throws LeaseLost when the lease is no longer this owner's.
 */
export async function saveProgress(
  tx: Database | Tx,
  runId: string,
  owner: string,
  leaseSeconds: number,
  progress: Progress,
): Promise<void> {
  const saved = await tx.$executeRaw`
    UPDATE "Run" SET
      cursor = coalesce(${progress.cursor ? JSON.stringify(progress.cursor) : null}::jsonb, cursor),
      phase = coalesce(${progress.phase ?? null}::text, phase),
      scope = coalesce(${progress.scope ?? null}::text/*x*/, scope),
      total = coalesce(${progress.total ?? null}::int, total),
      observed = observed + ${progress.observed ?? 0}::int,
      synced = synced + ${progress.synced ?? 0}::int, skipped = skipped + ${progress.skipped ?? 0}::int,
      review = review + ${progress.review ?? 0}::int, failed = failed + ${progress.failed ?? 0}::int,
      "notChecked" = "notChecked" + ${progress.notChecked ?? 0}::int,
      "stripeRequests" = "stripeRequests" + ${progress.stripeRequests ?? 0}::int,
      "leaseUntil" = now() + make_interval(secs => ${leaseSeconds}::float8), "updatedAt" = now(), reason = NULL
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
  if (saved !== 1) throw new LeaseLost();
}

/**
 * Adds what a batch came to, in the transaction that evaluated it, whoever did. Throws LeaseLost when the run is over: what
 * the transaction did must not be committed then.
 */
export async function addCounts(tx: Tx, runId: string, counts: RunCounts): Promise<void> {
  const saved = await tx.$executeRaw`
    UPDATE "Run" SET synced = synced + ${counts.synced}::int, skipped = skipped + ${counts.skipped}::int,
      review = review + ${counts.review}::int, failed = failed + ${counts.failed}::int,
      "notChecked" = "notChecked" + ${counts.notChecked}::int, "updatedAt" = now(), reason = NULL
    WHERE id = ${runId} AND state = 'running' AND phase = 'evaluate'`;
  if (saved !== 1) throw new LeaseLost();
}

/**
 * Counts the users whom a tick did not evaluate because nothing had changed for them: for review, or blocked, as they
 * stand; everybody else is in sync.
 */
export async function countSkippedUsers(db: Database, runId: string, owner: string): Promise<void> {
  await db.$executeRaw`
    WITH counted AS (
      SELECT (SELECT count(*) FROM "User")::int AS users, (SELECT count(*) FROM "SyncStatus" s
        WHERE (s.severity = ${SEVERITY_RANK.review}::int OR s.blocked IS NOT NULL)
          AND EXISTS (SELECT 1 FROM "User" u WHERE u.id = s."userId"))::int AS review)
    UPDATE "Run" SET review = counted.review,
      skipped = greatest(0, total - synced - counted.review - failed - "notChecked")
    FROM counted WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}

/** Ends a run: the live place is free again. `reason` when it failed or was cancelled. */
export async function finishRun(
  db: Database | Tx,
  { runId, owner, state, reason, stripeRequests }: RunEnd,
): Promise<void> {
  await db.$executeRaw`
    UPDATE "Run" SET state = ${state}, phase = 'finished', "liveKey" = NULL, "leaseUntil" = NULL,
      "stripeRequests" = "stripeRequests" + ${stripeRequests}::int,
      "finishedAt" = now(), "updatedAt" = now(), reason = ${reason}
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}

export type RunEnd = {
  runId: string;
  /** The holder of the lease: nobody else may end a run. */
  owner: string;
  state: Exclude<RunState, "running">;
  reason: string | null;
  /** Sent since the last progress was saved. */
  stripeRequests: number;
};

/** Says why a run waits; it stays running. */
export async function noteReason(
  db: Database,
  runId: string,
  owner: string,
  { reason, stripeRequests }: Pick<RunEnd, "reason" | "stripeRequests">,
): Promise<void> {
  await db.$executeRaw`
    UPDATE "Run" SET reason = ${reason}, "updatedAt" = now(),
      "stripeRequests" = "stripeRequests" + ${stripeRequests}::int
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}

/** Asks a run to stop after its present piece. */
export async function requestCancel(db: Database, runId: string): Promise<void> {
  await db.$executeRaw`
    UPDATE "Run" SET "cancelRequestedAt" = coalesce("cancelRequestedAt", now())
    WHERE id = ${runId} AND state = 'running'`;
}
