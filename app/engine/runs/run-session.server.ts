import type { RunCounts } from "~/engine/repair/run-counts";
import { type CursorIn, FINISHED, type RunCursor, type RunPhase } from "~/engine/repair/run-cursor";
import type { RunScope, RunState } from "~/engine/repair/run-types";
import { addToCounts, findRun, type RunRow } from "~/engine/repair/runs.server";
import type { Database, Tx } from "~/platform/client.server";
import type { RequestOptions } from "~/stripe/reader.server";

const LEASE_SECONDS = 60;
/** All attempts of one request: not longer than this, and never less than one fair try. Milliseconds. */
const REQUEST_DEADLINE_MS = 25_000;
const LEAST_DEADLINE_MS = 2_000;

/** Added to what is recorded; `cursor` says where the run goes on, and with it in which phase. */
export type Progress = Partial<RunCounts> & {
  cursor?: RunCursor;
  observed?: number;
  total?: number;
  scope?: RunScope;
};

/** The result of a step of a phase: go on, wait for Stripe and go on later, or the run is over. */
export type StepResult =
  | { kind: "continue" }
  | { kind: "pause"; reason: string }
  | { kind: "finished"; failure: string | null };

/** Another process has taken the run over, or it was ended: what this transaction did must not be committed. */
export class LeaseLost extends Error {
  constructor() {
    super("The run's lease was lost");
    this.name = "LeaseLost";
  }
}

/** A run whose lease this process holds: its row, how Stripe is asked for it, and the only ways to record progress. */
export type RunSession = {
  readonly run: RunRow;
  /** Names this holder of the lease. */
  readonly owner: string;
  /** Background requests within the time that is left; each is counted with the run. */
  readonly requestOptions: RequestOptions;
  hasTime(): boolean;
  /** This process is shutting down: what was read last may be incomplete, and is not recorded. */
  isStopped(): boolean;
  /**
   * Records progress and prolongs the lease, in the transaction that did the work. Throws LeaseLost when the lease is no
   * longer this process's.
   */
  commit(tx: Database | Tx, progress: Progress): Promise<void>;
  /** Records why the run waits; it stays running. */
  pause(reason: string): Promise<void>;
  /** Ends the run and frees the live key. `reason`: why it failed or was cancelled. */
  finish(state: Exclude<RunState, "running">, reason: string | null): Promise<void>;
  /** Reads the row again: progress by other processes, a request to cancel. False when the run is no longer running. */
  refresh(): Promise<boolean>;
  /** Lets the next process continue at once. */
  release(): Promise<void>;
};

/**
 * Takes the lease of a running run for a minute; null while another process holds it, or when the run is over.
 * `owner` names this holder; `until` (milliseconds of `performance.now()`) is when no further step is begun. Once `stop`
 * is aborted there is no more time, and requests to Stripe are given up.
 */
export async function openRunSession(
  db: Database,
  { runId, owner, until, stop }: { runId: string; owner: string; until: number; stop: AbortSignal },
): Promise<RunSession | null> {
  const leased = await acquireLease(db, runId, owner);
  if (leased === null) return null;
  let run = leased;
  // Requests of earlier sessions, and all of this one: saved as a sum, so that a transaction that is repeated loses none.
  let stripeRequests = leased.stripeRequests;
  return {
    owner,
    get run() {
      return run;
    },
    requestOptions: {
      priority: "background",
      get deadlineMs() {
        return Math.min(REQUEST_DEADLINE_MS, Math.max(LEAST_DEADLINE_MS, until - performance.now()));
      },
      onRequest: () => {
        stripeRequests += 1;
      },
      signal: stop,
    },
    hasTime: () => !stop.aborted && performance.now() < until,
    isStopped: () => stop.aborted,
    commit: (tx, progress) => saveProgress(tx, { runId, owner, progress, stripeRequests }),
    pause: (reason) => saveReason(db, { runId, owner, reason, stripeRequests }),
    finish: (state, reason) => finishRun(db, { runId, owner, state, reason, stripeRequests }),
    async refresh() {
      const found = await findRun(db, runId);
      if (found?.state !== "running") return false;
      run = found;
      return true;
    },
    release: () => releaseLease(db, runId, owner),
  };
}

/** The session's cursor, when the run is in this phase. Throws when it is in another: a bug in the table of phases. */
export function readCursor<Phase extends RunPhase>(run: RunRow, phase: Phase): CursorIn<Phase> {
  const { cursor } = run;
  if (!isInPhase(cursor, phase)) throw new Error(`The run is in phase ${cursor.phase}, not ${phase}`);
  return cursor;
}

const isInPhase = <Phase extends RunPhase>(cursor: RunCursor, phase: Phase): cursor is CursorIn<Phase> =>
  cursor.phase === phase;

/** Takes the lease of a running run; null while another process holds it, or when the run is over. */
export async function acquireLease(
  db: Database,
  runId: string,
  owner: string,
  seconds = LEASE_SECONDS,
): Promise<RunRow | null> {
  const taken = await db.$executeRaw`
    UPDATE parity."Run" SET "leaseOwner" = ${owner}, "leaseUntil" = now() + make_interval(secs => ${seconds}::float8)
    WHERE id = ${runId} AND state = 'running'
      AND ("leaseUntil" IS NULL OR "leaseUntil" < now() OR "leaseOwner" = ${owner})`;
  return taken === 1 ? findRun(db, runId) : null;
}

async function releaseLease(db: Database, runId: string, owner: string): Promise<void> {
  await db.$executeRaw`UPDATE parity."Run" SET "leaseUntil" = NULL WHERE id = ${runId} AND "leaseOwner" = ${owner}`;
}

async function saveProgress(
  tx: Database | Tx,
  {
    runId,
    owner,
    progress,
    stripeRequests,
  }: { runId: string; owner: string; progress: Progress; stripeRequests: number },
): Promise<void> {
  const { cursor, scope = null, total = null, observed = 0, ...counts } = progress;
  const saved = await tx.$executeRaw`
    UPDATE parity."Run" SET
      cursor = coalesce(${cursor ? JSON.stringify(cursor) : null}::jsonb, cursor),
      phase = coalesce(${cursor?.phase ?? null}::text, phase), scope = coalesce(${scope}::text, scope),
      total = coalesce(${total}::int, total), observed = observed + ${observed}::int, ${addToCounts(counts)},
      "stripeRequests" = ${stripeRequests}::int,
      "leaseUntil" = now() + make_interval(secs => ${LEASE_SECONDS}::float8), "updatedAt" = now(), reason = NULL
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
  if (saved !== 1) throw new LeaseLost();
}

type SavedReason = { runId: string; owner: string; reason: string; stripeRequests: number };

async function saveReason(
  db: Database,
  { runId, owner, reason, stripeRequests }: SavedReason,
): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."Run" SET reason = ${reason}, "updatedAt" = now(),
      "stripeRequests" = ${stripeRequests}::int
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}

type RunEnd = Omit<SavedReason, "reason"> & { state: RunState; reason: string | null };

/** Only the holder of the lease may end a run. */
async function finishRun(
  db: Database,
  { runId, owner, state, reason, stripeRequests }: RunEnd,
): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."Run" SET state = ${state}, phase = ${FINISHED.phase}, cursor = ${JSON.stringify(FINISHED)}::jsonb,
      "liveKey" = NULL, "leaseUntil" = NULL, "stripeRequests" = ${stripeRequests}::int,
      "finishedAt" = now(), "updatedAt" = now(), reason = ${reason}
    WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}
