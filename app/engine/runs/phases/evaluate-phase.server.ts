import { setTimeout as wait } from "node:timers/promises";
import {
  findEvaluatedContext,
  saveEvaluatedContext,
  saveEvaluatedShare,
} from "~/engine/account/cursors.server";
import { type Deps, type EvaluationContext, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { revocationLimitHasRoom } from "~/engine/repair/revocation-limit.server";
import type { CursorIn } from "~/engine/repair/run-cursor";
import { findRun, type RunRow } from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import { LeaseLost, type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import { loadPreviewed, saveRunUsers, toRunUser } from "~/engine/runs/run-users.server";
import type { Tx } from "~/platform/client.server";
import { nextVersion } from "~/platform/versions.server";
import { addBatchCounts, countOutcomes } from "./count-users.server";
import {
  type Batch,
  claimBatch,
  countBatchesLeft,
  deleteBatches,
  endBatch,
  listBatchUsers,
} from "./run-batches.server";

/** Batches at once in one process: while Node evaluates one, PostgreSQL loads the others. */
const CONCURRENCY = 3;
/** Other processes work on the last batches: how long this one waits before it looks again. Milliseconds. */
const LOOK_AGAIN_MS = 100;

/** Works on the batches of a run beside other processes, until the batches or the time are used up. */
export async function runEvaluatePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  await workOnBatches(deps, run.id, {
    hasTime: session.hasTime,
    afterEach: () => session.commit(deps.db, {}),
  });
  if ((await countBatchesLeft(deps.db, run.id)) === 0) return endEvaluatePhase(deps, session);
  if (session.hasTime()) await wait(LOOK_AGAIN_MS);
  return { kind: "continue" };
}

export type BatchWork = {
  hasTime: () => boolean;
  /** After each batch that this process evaluated. */
  afterEach?: () => Promise<void>;
};

/**
 * Evaluates batches of a run that no other process works on, whichever process holds its lease: a batch is ended once, in the
 * transaction that evaluated it. Returns when no batch is left to claim, the run is over, or the time is.
 */
export async function workOnBatches(deps: Deps, runId: string, work: BatchWork): Promise<void> {
  const hasRoom = lookUpRoomOnce(deps);
  // In a first run most users are repaired; after it, what the last batch shows.
  let expectsRepairs = (await findEvaluatedContext(deps.db)) === null;
  const workThrough = async () => {
    do {
      const run = await findRun(deps.db, runId);
      if (run?.state !== "running" || run.cursor.phase !== "evaluate" || run.cancelRequestedAt !== null)
        return;
      const batch = await claimBatch(deps.db, runId);
      if (batch === null) return;
      try {
        expectsRepairs = await evaluateBatch(deps, {
          ...{ run, cursor: run.cursor, batch, expectsRepairs },
          hasRoom: await hasRoom(),
        });
      } catch (error) {
        // Another process ended the batch or the run: what was evaluated here was not committed.
        if (!(error instanceof LeaseLost)) throw error;
      }
      await work.afterEach?.();
    } while (work.hasTime());
  };
  const workers = await Promise.allSettled(Array.from({ length: CONCURRENCY }, workThrough));
  for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
}

/** Whether the revocation limit has room, looked up once: a repair asks again, under its lock. */
function lookUpRoomOnce({ db }: Deps): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= loadEvaluationContext(db).then(({ settings }) =>
      revocationLimitHasRoom(db, settings.revocationLimit),
    );
    return asked;
  };
}

type BatchInput = {
  run: RunRow;
  cursor: CursorIn<"evaluate">;
  batch: Batch;
  expectsRepairs: boolean;
  hasRoom: boolean;
};

/**
 * Evaluates the users of a batch and repairs what may be repaired at once. Revocations are only noted. Returns whether most
 * users were repaired.
 */
async function evaluateBatch(
  deps: Deps,
  { run, cursor, batch, expectsRepairs, hasRoom }: BatchInput,
): Promise<boolean> {
  const { ids: userIds, settled } = await listBatchUsers(deps.db, batch, {
    allUsers: cursor.allUsers,
    selectionId: run.selectionId,
    shareOfSettled: cursor.shareOfSettled,
  });
  const context = await loadEvaluationContext(deps.db);
  const isPreview = run.mode === "preview";
  const { outcomes } = await reconcileUsers(deps.db, {
    log: deps.log,
    userIds,
    expectsRepairs,
    context,
    actor: run.actor,
    apply: !isPreview,
    saveStatuses: savesStatuses(run),
    addressesRead: knowsAddresses(run, context),
    // No access is revoked here by what was read before: this run may have been paused for hours since.
    evidenceAfter: await nextVersion(deps.db),
    revocationLimitHasRoom: run.actor.kind === "staff" || hasRoom,
    previewed: await loadPreviewed(deps.db, run, userIds),
    bulk: true,
    typedReason: run.typedReason,
    run: { id: run.id },
    commit: (tx, outcomes) => commitBatch(tx, run, batch, { outcomes, settled }),
  });
  return outcomes.filter(({ outcome }) => outcome === "synced").length > userIds.length / 2;
}

/**
 * Are the addresses of all customers known as of this run? A full run has read all customers, and an incremental run every event
 * since: then new users cost no request each. A preview from what is stored has read neither.
 */
const knowsAddresses = ({ id, mode }: RunRow, { fullRun }: EvaluationContext) =>
  mode === "apply" || fullRun?.runId === id;

/** A preview from what is stored writes only itself; one that read Stripe keeps what it evaluated. */
const savesStatuses = (run: RunRow) => run.mode !== "preview" || run.observed > 0;

async function commitBatch(
  tx: Tx,
  run: RunRow,
  batch: Batch,
  { outcomes, settled }: { outcomes: readonly UserOutcome[]; settled: number },
): Promise<void> {
  await endBatch(tx, run.id, batch.number);
  await saveRunUsers(
    tx,
    run.id,
    outcomes.flatMap((outcome) => toRunUser(outcome, run.mode)),
  );
  // In an applying run what is still intended waits for its fresh read, and is counted when that is done.
  const counted = outcomes.filter(({ outcome }) => run.mode === "preview" || outcome !== "intended");
  const counts = countOutcomes(counted);
  await addBatchCounts(tx, run.id, { ...counts, skipped: counts.skipped + settled });
}

async function endEvaluatePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const { allUsers, contextFingerprint, shareOfSettled } = readCursor(run, "evaluate");
  await deps.db.$transaction(async (tx) => {
    await deleteBatches(tx, run.id);
    if (allUsers && savesStatuses(run)) await saveEvaluatedContext(tx, contextFingerprint);
    if (shareOfSettled !== null) await saveEvaluatedShare(tx, shareOfSettled);
    await session.commit(tx, { cursor: { phase: "revoke", allUsers, afterUserId: null } });
  });
  return run.mode === "preview" ? { kind: "finished", failure: null } : { kind: "continue" };
}
