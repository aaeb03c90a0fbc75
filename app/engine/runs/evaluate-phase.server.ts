import { setTimeout as wait } from "node:timers/promises";
import { saveEvaluatedContext } from "~/engine/account/cursors.server";
import { type Deps, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { revocationLimitHasRoom } from "~/engine/repair/repairs.server";
import {
  addCounts,
  findRun,
  LeaseLost,
  type RunCounts,
  type RunRow,
  saveProgress,
} from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import type { Tx } from "~/platform/client.server";
import { nextVersion } from "~/platform/stamps.server";
import {
  type Batch,
  batchesLeft,
  claimBatch,
  endBatch,
  forgetBatches,
  usersOfBatch,
} from "./run-batches.server";
import type { RunSession, StepResult } from "./run-session";
import { previewedHashes, type RunUserRow, saveRunUsers } from "./run-users.server";

/** Batches at once in one process: while Node evaluates one, PostgreSQL loads the others. */
const LANES = 3;
/** Others work on the last batches: so long this process looks away. Milliseconds. */
const LOOK_AGAIN_MS = 100;

/** Works on the batches of a run beside others, until they or the time are used up; then the run goes on. */
export async function runEvaluatePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  await workOnBatches(deps, run.id, {
    hasTime: () => performance.now() < session.until,
    afterEach: () =>
      saveProgress(deps.db, run.id, session.owner, session.leaseSeconds, {
        stripeRequests: session.takeRequestCount(),
      }),
  });
  if ((await batchesLeft(deps.db, run.id)) === 0) return endEvaluatePhase(deps, session);
  if (performance.now() < session.until) await wait(LOOK_AGAIN_MS);
  return { kind: "on" };
}

export type BatchWork = {
  hasTime: () => boolean;
  /** After each batch that this process evaluated. */
  afterEach?: () => Promise<void>;
};

/**
 * Evaluates batches of a run that nobody else works on, whoever holds its lease: a batch is ended in the transaction that
 * evaluated it, once. Returns when there is none left to take up, the run is over, or the time is.
 */
export async function workOnBatches(deps: Deps, runId: string, work: BatchWork): Promise<void> {
  const room = roomAhead(deps);
  const lane = async () => {
    do {
      const run = await findRun(deps.db, runId);
      if (run?.state !== "running" || run.phase !== "evaluate" || run.cancelRequestedAt !== null) return;
      const batch = await claimBatch(deps.db, runId);
      if (batch === null) return;
      try {
        await evaluateBatch(deps, run, batch, await room());
      } catch (error) {
        // Ended by somebody else, or the run was: what was evaluated here was not committed.
        if (!(error instanceof LeaseLost)) throw error;
      }
      await work.afterEach?.();
    } while (work.hasTime());
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const one of lanes) if (one.status === "rejected") throw one.reason;
}

/** Whether the revocation limit has room, looked up once: a repair asks again, under its lock. */
function roomAhead({ db }: Deps): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= loadEvaluationContext(db).then(({ settings }) =>
      revocationLimitHasRoom(db, settings.revocationLimit),
    );
    return asked;
  };
}

/** Evaluates the users of a batch and repairs what may be repaired at once. Revocations are only noted. */
async function evaluateBatch(deps: Deps, run: RunRow, batch: Batch, hasRoom: boolean): Promise<void> {
  const userIds = await usersOfBatch(deps.db, batch, run.cursor.everyone);
  const ground = await loadEvaluationContext(deps.db);
  const isPreview = run.mode === "preview";
  await reconcileUsers(deps.db, {
    log: deps.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: !isPreview,
    saveStatuses: savesStatuses(run),
    addressesRead: ground.pass?.runId === run.id,
    // Nothing is revoked here by what was read before, if only because this run may have lain still for hours since.
    evidenceAfter: await nextVersion(deps.db),
    revocationLimitHasRoom: run.actorKind === "staff" || hasRoom,
    previewed: run.previewRunId ? await previewedHashes(deps.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: (tx, outcomes) => commitBatch(tx, run, batch, outcomes),
  });
}

/** A preview from what is stored writes nothing but itself; one that read Stripe keeps what it evaluated. */
const savesStatuses = (run: RunRow) => run.mode !== "preview" || run.observed > 0;

async function commitBatch(
  tx: Tx,
  run: RunRow,
  batch: Batch,
  outcomes: readonly UserOutcome[],
): Promise<void> {
  await endBatch(tx, run.id, batch.n);
  await saveRunUsers(tx, run.id, outcomes.flatMap(toRunUser));
  // In an applying run what is still intended waits for its fresh read, and is counted when that is done.
  const counted = outcomes.filter(({ outcome }) => run.mode === "preview" || outcome !== "intended");
  await addCounts(tx, run.id, countsOf(counted));
}

/** The counts of a run, from the outcomes of its users. What a preview intends counts as what it would become. */
export function countsOf(outcomes: readonly UserOutcome[]): RunCounts {
  const counts: RunCounts = { synced: 0, skipped: 0, review: 0, failed: 0, notChecked: 0 };
  for (const { outcome } of outcomes) {
    if (outcome === "synced" || outcome === "intended") counts.synced += 1;
    else if (outcome === "in_sync") counts.skipped += 1;
    else if (outcome === "failed") counts.failed += 1;
    else if (outcome === "not_checked") counts.notChecked += 1;
    else counts.review += 1;
  }
  return counts;
}

/** The row of a run for a user; none for those in sync. */
export function toRunUser(outcome: UserOutcome): RunUserRow[] {
  if (outcome.outcome === "in_sync") return [];
  const { userId, reason, grants, revokes, intendedHash } = outcome;
  const { verdict } = outcome.before.evaluation;
  return [{ userId, verdict, intendedHash, outcome: outcome.outcome, reason, grants, revokes }];
}

async function endEvaluatePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const { everyone, ground } = run.cursor;
  await deps.db.$transaction(async (tx) => {
    await forgetBatches(tx, run.id);
    if (everyone && ground !== null && savesStatuses(run)) await saveEvaluatedContext(tx, ground);
    await saveProgress(tx, run.id, session.owner, session.leaseSeconds, { phase: "revoke" });
  });
  return run.mode === "preview" ? { kind: "over", failed: null } : { kind: "on" };
}
