import type { Taken } from "~/billing/evaluation/taken";
import type { Actor } from "~/engine/account/actor";
import { nameActor } from "~/engine/decisions/handler.server";
import { describeHeldState } from "~/engine/decisions/held-state";
import { type EvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { AS_STAFF, type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { type LoadedSnapshot, loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { withWrittenRecord } from "~/engine/evaluate/written-snapshot";
import type { AuditedChange } from "~/engine/repair/audited-changes.server";
import { lockRecords } from "~/engine/repair/lock-records.server";
import { checkKept, LOST, LostRepairs } from "~/engine/repair/lost-repairs.server";
import { type RepairRow, writeRepairs } from "~/engine/repair/repairs.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { findRowTrouble } from "~/platform/errors.server";
import { toRecordset } from "~/platform/write-rows.server";
import { planUndo, type UndoPlan } from "./plan-undo";
import type { UndoSkip } from "./undo-skips";

/** One change of a run, and what became of it, or would become of it. */
export type UndoOutcome = {
  change: AuditedChange;
  /** Null: the user does not exist any more. */
  evaluated: EvaluatedUser<LoadedSnapshot> | null;
  skip: UndoSkip | null;
  grants: boolean;
  revokes: boolean;
  /** What it takes from the user; null when it takes nothing. */
  taken: Taken | null;
};

type Planned = { change: AuditedChange; evaluated: EvaluatedUser<LoadedSnapshot> | null; plan: UndoPlan };

const LOCK_TIMEOUT_MS = 3_000;
/** PostgreSQL's code for a lock that was not available in time. */
const LOCK_NOT_AVAILABLE = "55P03";

/** What taking these changes back would do; at most one change a user. */
export async function planBatch(
  tx: Database | Tx,
  changes: readonly AuditedChange[],
  context: EvaluationContext,
): Promise<UndoOutcome[]> {
  return (await plan(tx, changes, context)).map(toOutcome);
}

async function plan(
  tx: Database | Tx,
  changes: readonly AuditedChange[],
  context: EvaluationContext,
): Promise<Planned[]> {
  const { rules, settings } = context;
  const userIds = changes.map(({ userId }) => userId);
  const snapshots = await loadSnapshots(tx, userIds, loadOptions(context, false), rules.fields);
  const users = new Map(snapshots.map((snapshot) => [snapshot.record.userId, snapshot]));
  return changes.map((change): Planned => {
    const snapshot = users.get(change.userId);
    if (!snapshot) return { change, evaluated: null, plan: { ok: false, skip: "no_user" } };
    const evaluated = evaluateUser(snapshot, context, AS_STAFF);
    const options = { context: rules, writeMode: settings.writeMode };
    return { change, evaluated, plan: planUndo(change, evaluated, options) };
  });
}

const toOutcome = ({ change, evaluated, plan }: Planned): UndoOutcome =>
  plan.ok
    ? { change, evaluated, skip: null, grants: plan.grants, revokes: plan.revokes, taken: plan.taken }
    : { change, evaluated, skip: plan.skip, grants: false, revokes: false, taken: null };

export type UndoBatch = {
  changes: readonly AuditedChange[];
  context: EvaluationContext;
  runId: string;
  actor: Actor;
  reason: string;
  /** Work that is committed together with what was taken back. */
  commit: (tx: Tx, outcomes: readonly UndoOutcome[]) => Promise<void>;
};

/**
 * Takes changes back, set-wise: the records are locked, planned under the lock, written and audited, and their users are put on
 * hold, in one transaction. A row that the database refuses, or that is busy, is left out alone.
 */
export async function undoBatch(db: Database, batch: UndoBatch): Promise<UndoOutcome[]> {
  try {
    return await retryOnDeadlock(db, (tx) => writeUndo(tx, batch));
  } catch (error) {
    const trouble = error instanceof LostRepairs ? LOST : findRowTrouble(error);
    if (trouble === null) throw error;
    const { changes } = batch;
    if (changes.length > 1) {
      const middle = Math.ceil(changes.length / 2);
      const first = await undoBatch(db, { ...batch, changes: changes.slice(0, middle) });
      return [...first, ...(await undoBatch(db, { ...batch, changes: changes.slice(middle) }))];
    }
    const skip = trouble.state === LOCK_NOT_AVAILABLE ? "record_busy" : "refused";
    const outcomes = (await planBatch(db, changes, batch.context)).map((one) => ({ ...one, skip }) as const);
    await db.$transaction((tx) => batch.commit(tx, outcomes));
    return outcomes;
  }
}

async function writeUndo(
  tx: Tx,
  { changes, context, runId, actor, reason, commit }: UndoBatch,
): Promise<UndoOutcome[]> {
  const userIds = changes.map(({ userId }) => userId);
  await lockRecords(tx, userIds, LOCK_TIMEOUT_MS);
  const planned = await plan(tx, changes, context);
  const rows: RepairRow[] = [];
  const holds: { userId: string; stripeState: string }[] = [];
  for (const { change, evaluated, plan: one } of planned) {
    if (!one.ok || evaluated === null) continue;
    rows.push(toUndoRow(evaluated, one, reason));
    holds.push({ userId: change.userId, stripeState: describeStateAfter(evaluated, one.target, context) });
  }
  const { fields } = context.rules;
  await writeRepairs(tx, runId, actor, rows, fields);
  await checkKept(tx, rows, { ...loadOptions(context, false), fields });
  await insertHolds(tx, holds, nameActor(actor), reason);
  const outcomes = planned.map(toOutcome);
  await commit(tx, outcomes);
  return outcomes;
}

function toUndoRow(
  { snapshot, evaluation }: EvaluatedUser,
  { target, grants, revokes }: Extract<UndoPlan, { ok: true }>,
  reason: string,
): RepairRow {
  const { userId, user, billing, workspaces } = snapshot.record;
  return {
    userId,
    verdict: evaluation.verdict,
    before: { user, billing, workspaces },
    after: target,
    grants,
    revokes,
    reason,
    override: false,
    stripeRequestId: null,
    payment: null,
    emailLink: null,
    takesOverRow: false,
    ends: false,
    subscriptions: [],
  };
}

/** Links follow the record, so that the hold is compared with what they will be. */
function describeStateAfter(
  { snapshot }: EvaluatedUser<LoadedSnapshot>,
  target: UndoOutcome["change"]["before"],
  context: EvaluationContext,
): string {
  const written = withWrittenRecord(
    snapshot,
    { record: target, emailLink: null, stored: snapshot.stored },
    loadOptions(context, false),
  );
  return describeHeldState(evaluateUser(written, context, AS_STAFF));
}

const HOLD_COLUMNS = { userId: "text", stripeState: "text" } as const;

async function insertHolds(
  tx: Tx,
  holds: readonly { userId: string; stripeState: string }[],
  actor: string,
  reason: string,
): Promise<void> {
  if (holds.length === 0) return;
  const userIds = holds.map(({ userId }) => userId);
  await tx.$executeRaw`UPDATE parity."Hold" SET "releasedAt" = now() WHERE "userId" = ANY(${userIds}) AND "releasedAt" IS NULL`;
  await tx.$executeRaw`INSERT INTO parity."Hold" (id, "userId", reason, actor, "stripeState", "createdAt")
    SELECT gen_random_uuid()::text, r."userId", ${reason}, ${actor}, r."stripeState", now()
    FROM ${toRecordset(holds, HOLD_COLUMNS)}`;
}
