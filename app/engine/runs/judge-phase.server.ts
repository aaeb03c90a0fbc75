import { setTimeout as wait } from "node:timers/promises";
import type { Tx } from "~/platform/client.server";
import { saveGround } from "~/engine/account/cursors.server";
import { breakerHasRoom } from "~/engine/repair/repairs.server";
import {
  type Batch,
  batchesLeft,
  claimBatch,
  endBatch,
  forgetBatches,
  usersOfBatch,
} from "./run-batches.server";
import { previewedHashes, type RunUserRow, saveRunUsers } from "./run-users.server";
import { addCounts, findRun, LeaseLost, type RunCounts, type RunRow, saveProgress } from "~/engine/repair/runs.server";
import { nextStamp } from "~/platform/stamps.server";
import type { HeldRun, PieceResult } from "./held-run";
import { loadGround, type Parts } from "~/engine/evaluate/parts.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";

/** Batches at once in one process: while Node judges one, PostgreSQL loads the others. */
const LANES = 3;
/** Others work on the last batches: so long this process looks away. Milliseconds. */
const LOOK_AGAIN_MS = 100;

/** Works on the batches of a run beside others, until they or the time are used up; then the run goes on. */
export async function judgePieces(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  await workOnBatches(parts, run.id, {
    hasTime: () => performance.now() < held.until,
    afterEach: () =>
      saveProgress(parts.db, run.id, held.owner, held.leaseSeconds, {
        stripeRequests: held.takeRequestCount(),
      }),
  });
  if ((await batchesLeft(parts.db, run.id)) === 0) return endOfJudging(parts, held);
  if (performance.now() < held.until) await wait(LOOK_AGAIN_MS);
  return { kind: "on" };
}

export type BatchWork = {
  hasTime: () => boolean;
  /** After each batch that this process judged. */
  afterEach?: () => Promise<void>;
};

/**
 * Judges batches of a run that nobody else works on, whoever holds its lease: a batch is ended in the transaction that
 * judged it, once. Returns when there is none left to take up, the run is over, or the time is.
 */
export async function workOnBatches(parts: Parts, runId: string, work: BatchWork): Promise<void> {
  const room = roomAhead(parts);
  const lane = async () => {
    do {
      const run = await findRun(parts.db, runId);
      if (run?.state !== "running" || run.phase !== "judge" || run.cancelRequestedAt !== null) return;
      const batch = await claimBatch(parts.db, runId);
      if (batch === null) return;
      try {
        await judgeBatch(parts, run, batch, await room());
      } catch (error) {
        // Ended by somebody else, or the run was: what was judged here was not committed.
        if (!(error instanceof LeaseLost)) throw error;
      }
      await work.afterEach?.();
    } while (work.hasTime());
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const one of lanes) if (one.status === "rejected") throw one.reason;
}

/** Whether the circuit breaker has room, looked up once: a repair asks again, under its lock. */
function roomAhead({ db }: Parts): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= loadGround(db).then(({ settings }) => breakerHasRoom(db, settings.breaker));
    return asked;
  };
}

/** Judges the users of a batch and repairs what may be repaired at once. Lowerings are only noted. */
async function judgeBatch(parts: Parts, run: RunRow, batch: Batch, hasRoom: boolean): Promise<void> {
  const userIds = await usersOfBatch(parts.db, batch, run.cursor.everyone);
  const ground = await loadGround(parts.db);
  const isPreview = run.intent === "preview";
  await reconcileUsers(parts.db, {
    log: parts.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: !isPreview,
    keepStandings: keepsStandings(run),
    addressesRead: ground.pass?.runId === run.id,
    // Nothing is lowered here by what was read before, if only because this run may have lain still for hours since.
    evidenceAfter: await nextStamp(parts.db),
    breakerHasRoom: run.actorKind === "staff" || hasRoom,
    previewed: run.previewRunId ? await previewedHashes(parts.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: (tx, outcomes) => commitBatch(tx, run, batch, outcomes),
  });
}

/** A preview from what is stored writes nothing but itself; one that read Stripe keeps what it judged. */
const keepsStandings = (run: RunRow) => run.intent !== "preview" || run.observed > 0;

async function commitBatch(
  tx: Tx,
  run: RunRow,
  batch: Batch,
  outcomes: readonly UserOutcome[],
): Promise<void> {
  await endBatch(tx, run.id, batch.n);
  await saveRunUsers(tx, run.id, outcomes.flatMap(toRunUser));
  // In an applying run what is still intended waits for its fresh read, and is counted when that is done.
  const counted = outcomes.filter(({ outcome }) => run.intent === "preview" || outcome !== "intended");
  await addCounts(tx, run.id, countsOf(counted));
}

/** The counts of a run, from the outcomes of its users. What a preview intends counts as what it would become. */
export function countsOf(outcomes: readonly UserOutcome[]): RunCounts {
  const counts: RunCounts = { synced: 0, skipped: 0, review: 0, failed: 0, notChecked: 0 };
  for (const { outcome } of outcomes) {
    if (outcome === "synced" || outcome === "intended") counts.synced += 1;
    else if (outcome === "in_step") counts.skipped += 1;
    else if (outcome === "failed") counts.failed += 1;
    else if (outcome === "not_checked") counts.notChecked += 1;
    else counts.review += 1;
  }
  return counts;
}

/** The row of a run for a user; none for those in step. */
export function toRunUser(outcome: UserOutcome): RunUserRow[] {
  if (outcome.outcome === "in_step") return [];
  const { userId, reason, raises, lowers, intendedHash } = outcome;
  const { verdict } = outcome.before.judgement;
  return [{ userId, verdict, intendedHash, outcome: outcome.outcome, reason, raises, lowers }];
}

async function endOfJudging(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const { everyone, ground } = run.cursor;
  await parts.db.$transaction(async (tx) => {
    await forgetBatches(tx, run.id);
    if (everyone && ground !== null && keepsStandings(run)) await saveGround(tx, ground);
    await saveProgress(tx, run.id, held.owner, held.leaseSeconds, { phase: "lower" });
  });
  return run.intent === "preview" ? { kind: "over", failed: null } : { kind: "on" };
}
