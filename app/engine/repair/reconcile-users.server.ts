import type { Repair } from "~/billing/evaluation/decide";
import type { Version } from "~/billing/observation";
import { type EvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import {
  customerIdsOf,
  type Evaluated,
  evaluateOne,
  repairOf,
  toSyncStatus,
} from "~/engine/evaluate/evaluate-users.server";
import { type LoadedSnapshot, loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { saveSyncStatuses } from "~/engine/evaluate/sync-statuses.server";
import { dequeueRechecks, forgetRechecks, type QueuedRecheck } from "~/engine/observe/recheck-queue.server";
import type { Database, Tx } from "~/platform/client.server";
import { rowTroubleOf } from "~/platform/errors.server";
import type { Log } from "~/platform/log.server";
import { nextVersion } from "~/platform/stamps.server";
import {
  type AccessGiven,
  busyUsers,
  type ChangeActor,
  countRevocationsLeft,
  holdObservations,
  lockRecords,
  type RepairRow,
  writeRepairs,
} from "./repairs.server";
import { isPreviewed, type UserOutcome, userOutcomeOf } from "./user-outcome.server";

export type ReconcileInput = {
  log: Log;
  userIds: readonly string[];
  /**
   * These users as loaded just now, with an order stamp, on this ground: the first look is spared. Whom there is something
   * to write for is loaded and evaluated again under the lock all the same.
   */
  loaded?: readonly LoadedSnapshot[];
  ground: EvaluationContext;
  actor: ChangeActor;
  /** Write repairs; otherwise only evaluate. */
  apply: boolean;
  /** Write sync statuses; a preview from what is stored writes nothing at all. */
  saveStatuses: boolean;
  /** The users' addresses were read just now, or this is the end of a pass. */
  addressesRead: boolean;
  confirmed?: { override: boolean } | null;
  /** False when it is known already that the revocation limit has no room. */
  revocationLimitHasRoom?: boolean;
  /** Only changes that still have the hash that was previewed; null: all. */
  previewed?: ReadonlyMap<string, string> | null;
  /** Only complete reads that started after this are evidence for a revocation. */
  evidenceAfter?: Version | null;
  stripeRequestIds?: ReadonlyMap<string, string>;
  /** The run that changes are recorded under; asked for only when there is something to write. */
  runId: (tx: Tx) => Promise<string>;
  /** Work that must be committed together with the repairs: progress, cursors. */
  commit?: (tx: Tx, outcomes: readonly UserOutcome[]) => Promise<void>;
};

const LOCK_TIMEOUT_MS = 3_000;

/**
 * Evaluates users and repairs them, the same for one as for a thousand. Candidates are found without a lock; then, in one
 * transaction, their records are locked, evaluated again as they now are, written, audited, and evaluated once more for
 * their standing. A batch that one row spoils goes on without those that are locked, or (a unique key) is halved until
 * that row stands alone.
 */
export async function reconcileUsers(db: Database, input: ReconcileInput): Promise<UserOutcome[]> {
  try {
    const { outcomes, given } = await db.$transaction((tx) => reconcileBatch(tx, input));
    logGiven(input, given);
    return outcomes;
  } catch (error) {
    const sqlState = rowTroubleOf(error);
    if (sqlState === null) throw error;
    const pieces = await reconcileInPieces(db, { ...input, commit: undefined, loaded: undefined }, sqlState);
    if (input.commit) await db.$transaction((tx) => input.commit?.(tx, pieces) ?? Promise.resolve());
    return pieces;
  }
}

async function reconcileInPieces(
  db: Database,
  input: ReconcileInput,
  sqlState: string,
): Promise<UserOutcome[]> {
  const { userIds } = input;
  if (userIds.length === 1) return evaluatedOnly(db, input, sqlState);
  const outcomes: UserOutcome[] = [];
  const busy = sqlState === LOCK_NOT_GOT ? await db.$transaction((tx) => busyUsers(tx, userIds)) : null;
  if (busy && busy.size > 0) {
    const free = userIds.filter((id) => !busy.has(id));
    outcomes.push(...(await reconcileUsers(db, { ...input, userIds: free })));
    outcomes.push(...(await evaluatedOnly(db, { ...input, userIds: [...busy] }, sqlState)));
    return outcomes;
  }
  const middle = Math.ceil(userIds.length / 2);
  for (const half of [userIds.slice(0, middle), userIds.slice(middle)])
    outcomes.push(...(await reconcileUsers(db, { ...input, userIds: half })));
  return outcomes;
}

const LOCK_NOT_GOT = "55P03";

/** What a batch came to; `given` to whom, and under which run. */
type Batch = { outcomes: UserOutcome[]; given: (AccessGiven & { runId: string })[] };

/** From payment to access, the figure that all of this is for; said once it is committed. */
function logGiven({ log, actor }: ReconcileInput, given: Batch["given"]): void {
  for (const { userId, seconds, runId } of given)
    log.info(
      { userId, layer: actor.kind, seconds: Math.round(seconds * 1_000) / 1_000, runId },
      "access given",
    );
}

/** Evaluates without writing the record: those who would have been repaired have failed, the others are as they are. */
async function evaluatedOnly(db: Database, input: ReconcileInput, sqlState: string): Promise<UserOutcome[]> {
  const reason = sqlState === LOCK_NOT_GOT ? "record_busy" : `database_${sqlState}`;
  const { outcomes } = await db.$transaction((tx) => reconcileBatch(tx, { ...input, apply: false }));
  const isDue = ({ outcome, needs }: UserOutcome) => outcome === "intended" && needs === null;
  return outcomes.map((one) => (isDue(one) ? { ...one, outcome: "failed", reason } : one));
}

async function reconcileBatch(tx: Tx, input: ReconcileInput): Promise<Batch> {
  // Each load after a stamp of its own: an evaluation that has seen less never replaces one that has seen more.
  const load = async (userIds: readonly string[]) => {
    const stamp = input.saveStatuses ? await nextVersion(tx) : null;
    return loadSnapshots(tx, userIds, { ...loadOptions(input.ground, input.addressesRead), stamp });
  };
  const how = {
    automatic: input.actor.kind !== "staff",
    revocationLimitHasRoom: input.revocationLimitHasRoom ?? true,
    confirmed: input.confirmed ?? null,
    evidenceAfter: input.evidenceAfter ?? null,
  };
  const first = input.loaded ?? (await load(input.userIds));
  const evaluated = new Map(
    first.map((snapshot) => [snapshot.record.userId, evaluateOne(snapshot, input.ground, how)]),
  );
  const candidates = input.apply ? [...evaluated.values()].filter((one) => mayWrite(one, input)) : [];
  const before = new Map(evaluated);
  const written = new Map<string, RepairRow>();
  let given: Batch["given"] = [];
  if (candidates.length > 0) {
    const ids = candidates.map(({ snapshot }) => snapshot.record.userId);
    await lockRecords(tx, ids, LOCK_TIMEOUT_MS);
    const customerIds = candidates.flatMap(({ evaluation }) => customerIdsOf(evaluation));
    await holdObservations(tx, customerIds);
    let room: number | null = null;
    for (const snapshot of await load(ids)) {
      let again = evaluateOne(snapshot, input.ground, how);
      // Asked for only where it comes to a revocation: the count is made under a lock that all servers share.
      if (how.automatic && repairOf(again.decision)?.revokes) {
        room ??= await countRevocationsLeft(tx, input.ground.settings.revocationLimit, candidates.length);
        if (room <= 0) again = evaluateOne(snapshot, input.ground, { ...how, revocationLimitHasRoom: false });
      }
      before.set(snapshot.record.userId, again);
      evaluated.set(snapshot.record.userId, again);
      const repair = mayWrite(again, input) ? repairOf(again.decision) : null;
      if (!repair) continue;
      if (repair.revokes && room !== null) room -= 1;
      written.set(snapshot.record.userId, toRow(again, repair, input.stripeRequestIds));
    }
    const rows = [...written.values()];
    if (rows.length > 0) {
      const runId = await input.runId(tx);
      given = (await writeRepairs(tx, runId, input.actor, rows)).map((one) => ({ ...one, runId }));
      for (const snapshot of await load([...written.keys()]))
        evaluated.set(snapshot.record.userId, evaluateOne(snapshot, input.ground, how));
    }
  }
  const outcomes = [...evaluated.entries()].map(([userId, after]): UserOutcome => {
    const was = before.get(userId) ?? after;
    const row = written.get(userId) ?? null;
    return userOutcomeOf({ userId, was, after, row, previewed: input.previewed ?? null });
  });
  if (input.saveStatuses) await keep(tx, evaluated, outcomes, input);
  await input.commit?.(tx, outcomes);
  return { outcomes, given };
}

/** Keeps the sync statuses, and takes away the generation of those about whom nothing is left to be done now. */
async function keep(
  tx: Tx,
  evaluated: ReadonlyMap<string, Evaluated<LoadedSnapshot>>,
  outcomes: readonly UserOutcome[],
  { userIds, apply }: ReconcileInput,
): Promise<void> {
  const outdated = await saveSyncStatuses(tx, [...evaluated.values()].map(toSyncStatus));
  const seen = outcomes.flatMap(({ userId, outcome }): QueuedRecheck[] => {
    const generation = evaluated.get(userId)?.snapshot.kept.generation ?? null;
    return generation === null || outdated.has(userId) || !isSettled(outcome, apply)
      ? []
      : [{ userId, generation }];
  });
  await dequeueRechecks(tx, seen);
  const deleted = userIds.filter((userId) => !evaluated.has(userId));
  await forgetRechecks(tx, deleted);
}

/** What was failed, not checked, or is still to be read or written wants to be evaluated again. */
function isSettled(outcome: UserOutcome["outcome"], applied: boolean): boolean {
  if (outcome === "blocked") return applied;
  return outcome === "in_sync" || outcome === "review" || outcome === "synced";
}

/** Is there something to write for this user, and is it what was previewed? */
function mayWrite(evaluated: Evaluated, { previewed }: ReconcileInput): boolean {
  if (repairOf(evaluated.decision) === null) return false;
  return !previewed || isPreviewed(evaluated, previewed);
}

function toRow(
  { snapshot, evaluation }: Evaluated,
  { after, grants, revokes }: Repair,
  requestIds: ReadonlyMap<string, string> | undefined,
): RepairRow {
  const { userId, user, billing, workspaces } = snapshot.record;
  const customerId = evaluation.counting?.subscription.customerId;
  return {
    userId,
    verdict: evaluation.verdict,
    before: { user, billing, workspaces },
    after: { user: after.user, billing: after.billing, workspaces: after.workspaces },
    grants,
    revokes,
    stripeRequestId: (customerId && requestIds?.get(customerId)) || null,
    payment: grants ? paymentOf(evaluation) : null,
    emailLink: evaluation.emailLink,
  };
}

/** The payment behind an access that is expected; null when nothing was paid for it. */
function paymentOf({ accessExpected, counting }: Evaluated["evaluation"]): RepairRow["payment"] {
  if (!accessExpected || counting === null) return null;
  const { subscription, item } = counting;
  return { customerId: subscription.customerId, periodStart: item?.periodStart ?? subscription.startDate };
}
