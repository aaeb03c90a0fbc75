import { FIELDS } from "~/billing/fields";
import type { Version } from "~/billing/observation";
import type { Actor } from "~/engine/account/actor";
import { type EvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import {
  chooseRepair,
  type DecideOptions,
  decideUser,
  type EvaluatedUser,
  evaluateUser,
  listCustomersToRead,
  type RevocationApproval,
} from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { findRowTrouble, type RowTrouble } from "~/platform/errors.server";
import { forEachInSlices, mapInSlices } from "~/platform/event-loop/in-slices";
import type { Log } from "~/platform/log.server";
import { nextVersion } from "~/platform/versions.server";
import {
  findLockedUsers,
  lockObservations,
  lockObservationsOfUsers,
  lockRecords,
} from "./lock-records.server";
import { LOST, LostRepairs } from "./lost-repairs.server";
import { type AccessGiven, type RepairRow, writeRepairs } from "./repairs.server";
import { countRefusals, logAccessGiven } from "./report-repairs.server";
import { countRevocationsLeft } from "./revocation-limit.server";
import { createRun, type NewRun } from "./runs.server";
import { type EvaluatedUsers, evaluateWritten, saveStatuses } from "./save-statuses.server";
import { toRepairRow } from "./to-repair-row";
import { isPreviewed, type Previewed, toUserOutcome, type UserOutcome } from "./user-outcome.server";

export type ReconcileInput = {
  log: Log;
  userIds: readonly string[];
  /**
   * Stripe was read just now for these users, namely these customers: they are locked at once and evaluated only under the
   * lock. Without it, users with something to repair are found first, without a lock.
   */
  justRead?: { customerIds: readonly string[] };
  /** Probably most of these users will be repaired: a sample decides whether all are locked at once. */
  expectsRepairs?: boolean;
  context: EvaluationContext;
  actor: Actor;
  /** Write repairs; otherwise only evaluate. */
  apply: boolean;
  /** Write sync statuses; a preview from what is stored does not. */
  saveStatuses: boolean;
  /** The users' addresses were read just now, or this is the end of a full run. */
  addressesRead: boolean;
  approval?: RevocationApproval | null;
  /** False when it is known already that the revocation limit has no room. */
  revocationLimitHasRoom?: boolean;
  /** Only changes that still have the hash that was previewed; null: all. */
  previewed?: Previewed | null;
  /** Many users at once: holds and acknowledgements apply to staff too. */
  bulk?: boolean;
  /** What the person typed who started it: audited with each revocation. */
  typedReason?: string | null;
  /** Only complete reads that started after this are evidence for a revocation. */
  evidenceAfter?: Version | null;
  /** Stripe could not be read just now: nothing is taken. */
  unread?: boolean;
  stripeRequestIds?: ReadonlyMap<string, string | null>;
  /** The run that changes are recorded under: one that exists, or one that is created when there is something to write. */
  run: { id: string } | { create: NewRun } | null;
  /** Work that is committed together with the repairs: progress, cursors. */
  commit?: (tx: Tx, outcomes: readonly UserOutcome[], runId: string | null) => Promise<void>;
};

/** The result of reconciling; `runId`: the run that changes were recorded under, null when nothing was written. */
export type Reconciled = { outcomes: UserOutcome[]; runId: string | null };

const LOCK_TIMEOUT_MS = 3_000;
/** Users of a batch that are evaluated to learn whether most will be repaired. */
const SAMPLE = 50;
/** PostgreSQL's code for a lock that was not available in time. */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Evaluates users and repairs them, the same way for one user as for a thousand: in one transaction the records are
 * locked, evaluated as they are under the lock, written and audited, and the sync status is saved. When one row spoils a
 * batch, the batch goes on without the users that are locked, or (a unique key) is halved until that row is alone.
 */
export async function reconcileUsers(db: Database, input: ReconcileInput): Promise<Reconciled> {
  try {
    const { outcomes, runId, given } = await retryOnDeadlock(db, (tx) => reconcileBatch(tx, input));
    logAccessGiven(input, runId, given);
    if (input.apply) countRefusals(input.actor, outcomes);
    return { outcomes, runId };
  } catch (error) {
    const lost = error instanceof LostRepairs ? error.userIds : null;
    const trouble = lost === null ? findRowTrouble(error) : LOST;
    if (trouble === null) throw error;
    const pieces = await reconcileInPieces(db, { ...input, commit: undefined }, trouble, lost);
    if (input.commit)
      await retryOnDeadlock(
        db,
        (tx) => input.commit?.(tx, pieces.outcomes, pieces.runId) ?? Promise.resolve(),
      );
    return pieces;
  }
}

async function reconcileInPieces(
  db: Database,
  input: ReconcileInput,
  trouble: RowTrouble,
  lost: ReadonlySet<string> | null,
): Promise<Reconciled> {
  const { userIds } = input;
  if (userIds.length === 1) return evaluateOnly(db, input, trouble);
  const isBusy = trouble.state === LOCK_NOT_AVAILABLE;
  const locked = isBusy ? await db.$transaction((tx) => findLockedUsers(tx, userIds)) : new Set<string>();
  const apart = lost ?? locked;
  if (apart.size > 0) {
    const free = userIds.filter((id) => !apart.has(id));
    return join([
      ...(free.length > 0 ? [await reconcileUsers(db, { ...input, userIds: free })] : []),
      await evaluateOnly(db, { ...input, userIds: [...apart] }, trouble),
    ]);
  }
  const middle = Math.ceil(userIds.length / 2);
  return join([
    await reconcileUsers(db, { ...input, userIds: userIds.slice(0, middle) }),
    await reconcileUsers(db, { ...input, userIds: userIds.slice(middle) }),
  ]);
}

const join = (pieces: readonly Reconciled[]): Reconciled => ({
  outcomes: pieces.flatMap(({ outcomes }) => outcomes),
  runId: pieces.find(({ runId }) => runId !== null)?.runId ?? null,
});

/** Evaluates without writing the record: a repair that is due has failed, everything else is as evaluated. */
async function evaluateOnly(
  db: Database,
  input: ReconcileInput,
  { state, message }: RowTrouble,
): Promise<Reconciled> {
  const reason = state === LOCK_NOT_AVAILABLE ? "record_busy" : `database_${state}: ${message}`;
  const { outcomes } = await retryOnDeadlock(db, (tx) => reconcileBatch(tx, { ...input, apply: false }));
  const isDue = ({ outcome, needs }: UserOutcome) => outcome === "intended" && needs === null;
  const failed = outcomes.map((one) => (isDue(one) ? { ...one, outcome: "failed" as const, reason } : one));
  countRefusals(input.actor, failed);
  return { outcomes: failed, runId: null };
}

type Written = { rows: Map<string, RepairRow>; runId: string | null; given: AccessGiven[] };

async function reconcileBatch(tx: Tx, input: ReconcileInput): Promise<Reconciled & { given: AccessGiven[] }> {
  const found = await findCandidates(tx, input);
  const decided = await evaluateUnderLock(tx, input, found);
  const written = await applyDecisions(tx, input, decided);
  const before = new Map([...found.users, ...decided]);
  const after = new Map(before);
  const overtaken = await evaluateWritten(tx, {
    input,
    options: toDecideOptions(input),
    rows: written.rows,
    users: after,
  });
  const outcomes = await mapInSlices(after, ([userId, evaluated]) =>
    toUserOutcome({
      userId,
      fields: input.context.rules.fields ?? FIELDS,
      before: before.get(userId) ?? evaluated,
      after: evaluated,
      row: written.rows.get(userId) ?? null,
      previewed: input.previewed ?? null,
    }),
  );
  if (input.saveStatuses) await saveStatuses(tx, input, { users: after, outcomes, overtaken });
  await input.commit?.(tx, outcomes, written.runId);
  return { outcomes, runId: written.runId, given: written.given };
}

const toDecideOptions = (input: ReconcileInput): DecideOptions => ({
  automatic: input.actor.kind !== "staff",
  bulk: input.bulk === true && input.actor.kind === "staff",
  revocationLimitHasRoom: input.revocationLimitHasRoom ?? true,
  approval: input.approval ?? null,
  evidenceAfter: input.evidenceAfter ?? null,
  unread: input.unread ?? false,
});

/** Takes a version before loading, so that an older evaluation never overwrites a newer one; `taken` with the locks. */
async function evaluateAll(
  tx: Tx,
  input: ReconcileInput,
  userIds: readonly string[],
  taken: Version | null = null,
): Promise<EvaluatedUsers> {
  const version = input.saveStatuses ? (taken ?? (await nextVersion(tx))) : null;
  const options = { ...loadOptions(input.context, input.addressesRead), version };
  const snapshots = await loadSnapshots(tx, userIds, options, input.context.rules.fields);
  const decideOptions = toDecideOptions(input);
  return new Map(
    await mapInSlices(snapshots, (snapshot) => [
      snapshot.record.userId,
      evaluateUser(snapshot, input.context, decideOptions),
    ]),
  );
}

type Found = {
  users: EvaluatedUsers;
  candidateIds: readonly string[];
  /** The customers to lock; null for those that are stored as the candidates'. */
  customerIds: readonly string[] | null;
};

/**
 * The users to lock: those that Stripe was just read for, or those that a look without a lock finds something to repair for.
 * Where a sample shows that most of many will be repaired, as in a first run, the look would cost more than it spares.
 */
async function findCandidates(tx: Tx, input: ReconcileInput): Promise<Found> {
  if (input.apply && input.justRead)
    return {
      users: new Map(),
      candidateIds: input.userIds,
      customerIds: input.justRead.customerIds,
    };
  if (input.apply && input.expectsRepairs && input.userIds.length > SAMPLE) {
    const step = Math.ceil(input.userIds.length / SAMPLE);
    const sample = input.userIds.filter((_, at) => at % step === 0);
    const candidates = listCandidates(await evaluateAll(tx, input, sample), input);
    if (candidates.length > sample.length / 2)
      return { users: new Map(), candidateIds: input.userIds, customerIds: null };
  }
  const users = await evaluateAll(tx, input, input.userIds);
  const candidates = listCandidates(users, input);
  return {
    users,
    candidateIds: candidates.map(([userId]) => userId),
    customerIds: candidates.flatMap(([, { evaluation }]) => listCustomersToRead(evaluation)),
  };
}

const listCandidates = (users: EvaluatedUsers, input: ReconcileInput) =>
  input.apply ? [...users].filter(([, evaluated]) => mayWrite(evaluated, input)) : [];

/** Evaluates the candidates again under the lock: what is evaluated is then what is written. */
async function evaluateUnderLock(tx: Tx, input: ReconcileInput, found: Found): Promise<EvaluatedUsers> {
  if (found.candidateIds.length === 0) return new Map();
  await lockRecords(tx, found.candidateIds, LOCK_TIMEOUT_MS);
  const version = found.customerIds
    ? await lockObservations(tx, found.customerIds)
    : await lockObservationsOfUsers(tx, found.candidateIds, input.context.rules.fields);
  const users = await evaluateAll(tx, input, found.candidateIds, version);
  const options = toDecideOptions(input);
  if (!options.automatic) return users;
  let room: number | null = null;
  for (const [userId, evaluated] of users) {
    if (!chooseRepair(evaluated.decision)?.revokes || !mayWrite(evaluated, input)) continue;
    // Counted only when it comes to a revocation: the count is made under a lock that all servers share.
    room ??= await countRevocationsLeft(tx, input.context.settings.revocationLimit, users.size);
    if (room > 0) room -= 1;
    else {
      const { snapshot, evaluation } = evaluated;
      const noRoom = { ...options, revocationLimitHasRoom: false };
      const decision = decideUser(snapshot, evaluation, input.context, noRoom);
      users.set(userId, { snapshot, evaluation, decision });
    }
  }
  return users;
}

/** Writes the repairs that were decided, each with its audit entry. */
async function applyDecisions(tx: Tx, input: ReconcileInput, decided: EvaluatedUsers): Promise<Written> {
  const rows = new Map<string, RepairRow>();
  await forEachInSlices(decided, ([userId, evaluated]) => {
    const repair = mayWrite(evaluated, input) ? chooseRepair(evaluated.decision) : null;
    if (repair) rows.set(userId, toRepairRow(evaluated, repair, input, input.context.settings));
  });
  if (rows.size === 0) return { rows, runId: null, given: [] };
  if (input.run === null) throw new Error("There is something to write, and no run to record it under");
  const runId = "id" in input.run ? input.run.id : (await createRun(tx, input.run.create)).id;
  const { fields } = input.context.rules;
  return { rows, runId, given: await writeRepairs(tx, runId, input.actor, [...rows.values()], fields) };
}

/** Is there something to write for this user, and is it what was previewed? */
function mayWrite(evaluated: EvaluatedUser, { previewed }: ReconcileInput): boolean {
  if (chooseRepair(evaluated.decision) === null) return false;
  return !previewed || isPreviewed(evaluated, previewed);
}
