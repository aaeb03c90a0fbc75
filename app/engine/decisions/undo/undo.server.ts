import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { roleAllows } from "~/engine/account/roles";
import { type Decided, type DecisionRequest, findReasonProblem } from "~/engine/decisions/decide.server";
import { describeTaking, takesFromUsers } from "~/engine/decisions/effect";
import { type Refusal, refuse } from "~/engine/decisions/handler.server";
import { idInput } from "~/engine/decisions/handlers/inputs.server";
import { DECISIONS } from "~/engine/decisions/kinds";
import { lockSubjects } from "~/engine/decisions/lock-subjects.server";
import {
  findLatestDecision,
  insertDecision,
  type StoredDecision,
  type Subject,
} from "~/engine/decisions/store.server";
import { type Deps, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import {
  type AuditedChange,
  findChange,
  findChangeOfRun,
  listChangesOfRun,
} from "~/engine/repair/audited-changes.server";
import { FINISHED } from "~/engine/repair/run-cursor";
import { addToCounts, createRun, endUndoRun, findRun } from "~/engine/repair/runs.server";
import type { Database, Tx } from "~/platform/client.server";
import { maskText } from "~/platform/mask.server";
import { toRecordset } from "~/platform/write-rows.server";
import { planBatch, type UndoOutcome, undoBatch } from "./undo-batch.server";
import { addUndone, createUndoEffect, describeSkips, type UndoEffect } from "./undo-effect";
import { toSkipReason } from "./undo-skips";

type UndoDeps = Pick<Deps, "db" | "stripe" | "log">;
type Options = { preview?: boolean; signal?: AbortSignal };

const BATCH = 1_000;
/** Customers that are read at once, before something is taken from their users. */
const READ_AT_ONCE = 50;
const READ_MS = 60_000;

const changeInput = z.object({ changeId: idInput("a change") });
/** A change may also be named by its run and its user, as the result of a sync knows them. */
const repairInput = z.object({ runId: idInput("a run"), userId: idInput("a user") });
const runInput = z.object({ runId: idInput("a run") });

/** The changes that are to be taken back: one, or all of a run, in the order of their users. */
type Source = {
  subject: Subject;
  name: string;
  total: number;
  list: (afterUserId: string | null) => Promise<AuditedChange[]>;
};

/**
 * Takes back what a repair, or a whole run, wrote. Says what it would do first (`preview`). Where something is taken, Stripe is
 * read before, so that what it entitles to now is known. In batches, each with its audit; what is over when the process ends stays.
 */
export async function undoChanges(
  deps: UndoDeps,
  { kind, input, reason, by }: DecisionRequest & { kind: "undo_change" | "undo_run" },
  { preview = false, signal }: Options,
): Promise<Decided | Refusal> {
  const { db } = deps;
  if (!roleAllows(by.role, DECISIONS[kind].role))
    return refuse("forbidden", "Your role does not allow this decision.");
  const typed = maskText(reason?.trim() ?? "");
  const problem = preview ? null : findReasonProblem(typed, true);
  if (problem) return problem;
  const found = await (kind === "undo_run" ? findRunSource(db, input) : findChangeSource(db, input));
  if (!("list" in found)) return found;
  const before = await findLatestDecision(db, found.subject);
  const context = await loadEvaluationContext(db);
  const planned = await planAll(db, found);
  const decided = (effect: UndoEffect, decision: StoredDecision | null): Decided => ({
    ok: true,
    decision,
    sentence: `${found.name} ${decision === null ? "would be" : "is"} taken back${found.total === 1 && effect.undone === 1 ? "" : ` for ${effect.undone} of ${pluralize(found.total, "user")}`}.`,
    effect: effect.effect,
    notes: describeSkips(effect),
    writeMode: context.settings.writeMode,
    userIds: effect.userIds,
    followUp: "evaluate",
    mayRevoke: false,
  });
  if (takesFromUsers(planned.effect) && !roleAllows(by.role, "admin"))
    return refuse("forbidden", describeTaking(planned.effect));
  if (preview) return decided(planned, null);
  if (planned.undone === 0)
    return refuse(
      "changed",
      ["Nothing can be taken back.", ...describeSkips(planned)].join(" "),
      before ?? undefined,
    );
  const unread = await readBeforeTaking(deps, planned, signal);
  const started = await db.$transaction(async (tx) => {
    await lockSubjects(tx, [`undo:${found.subject.runId ?? ""}`]);
    const newer = await findLatestDecision(tx, found.subject, { after: before?.id ?? "0" });
    if (newer) return refuse("changed", "Another decision about this was made meanwhile.", newer);
    const run = await createRun(tx, {
      actor: by.actor,
      mode: "undo",
      scope: kind === "undo_run" ? "selection" : "one",
      cursor: FINISHED,
      undoesRunId: found.subject.runId,
      typedReason: typed,
      counts: { total: found.total },
    });
    const decision = await insertDecision(tx, {
      ...{ kind, subject: found.subject, before: null, after: { undoRunId: run.id } },
      ...{ actor: by.actor, reason: typed, undoes: null },
    });
    return { run, decision };
  });
  if (!("run" in started)) return started;
  const runId = started.run.id;
  const effect = createUndoEffect();
  let stopped: "cancelled" | "interrupted" | null = null;
  try {
    for await (const changes of batches(found)) {
      const run = await findRun(db, runId);
      // Ended by others: this process stood still for long.
      if (run?.state !== "running") stopped = "interrupted";
      else if (run.cancelRequestedAt !== null) stopped = "cancelled";
      if (stopped !== null) break;
      const outcomes = await undoBatch(db, {
        changes: changes.filter(({ userId }) => !unread.has(userId)),
        context: await loadEvaluationContext(db),
        ...{ runId, actor: by.actor, reason: typed },
        commit: (tx, done) => saveBatch(tx, runId, done),
      });
      const left = await leaveUnread(db, runId, changes, unread);
      for (const outcome of [...outcomes, ...left]) addUndone(effect, outcome);
    }
  } catch (error) {
    // What is committed stays. While the database is away, the next call of the scheduler ends the run.
    await endUndoRun(db, runId, "interrupted").catch((err: unknown) =>
      deps.log.warn({ err, runId }, "interrupted undo not ended; a scheduled run ends it"),
    );
    throw error;
  }
  await endUndoRun(db, runId, stopped ?? "done");
  const made = decided(effect, started.decision);
  return stopped === null ? made : { ...made, notes: [...made.notes, INCOMPLETE] };
}

const INCOMPLETE = "It ended before all were looked at. Undoing again does the rest.";

async function findChangeSource(db: Database, input: unknown): Promise<Source | Refusal> {
  const { rules } = await loadEvaluationContext(db);
  const place = repairInput.safeParse(input);
  const parsed = changeInput.safeParse(input);
  if (!parsed.success && !place.success)
    return refuse("bad_input", parsed.error.issues[0]?.message ?? "Give a change.");
  const change = place.success
    ? await findChangeOfRun(db, place.data, rules.fields)
    : await findChange(db, parsed.data?.changeId ?? "", rules.fields);
  if (change === null)
    return refuse(
      "not_found",
      place.success
        ? "The run changed nothing for this user."
        : `There is no change ${parsed.data?.changeId}.`,
    );
  const { id: changeId, runId, userId } = change;
  return {
    subject: { changeId, userId, runId },
    name: `The change ${changeId}`,
    total: 1,
    list: async (after) => (after === null ? [change] : []),
  };
}

async function findRunSource(db: Database, input: unknown): Promise<Source | Refusal> {
  const parsed = runInput.safeParse(input);
  if (!parsed.success) return refuse("bad_input", parsed.error.issues[0]?.message ?? "Give a run.");
  const { runId } = parsed.data;
  const run = await findRun(db, runId);
  if (run === null) return refuse("not_found", `There is no run ${runId}.`);
  if (run.state === "running") return refuse("refused", "The run is not over yet. Cancel it first.");
  const { rules } = await loadEvaluationContext(db);
  return {
    subject: { runId },
    name: "The run",
    total: await db.change.count({ where: { runId } }),
    list: (afterUserId) => listChangesOfRun(db, { runId, afterUserId, limit: BATCH }, rules.fields),
  };
}

async function* batches({ list }: Source): AsyncGenerator<AuditedChange[]> {
  for (let after: string | null = null; ; ) {
    const changes = await list(after);
    const last = changes.at(-1);
    if (last === undefined) return;
    yield changes;
    after = last.userId;
  }
}

async function planAll(db: Database, source: Source): Promise<UndoEffect> {
  const effect = createUndoEffect();
  for await (const changes of batches(source)) {
    for (const outcome of await planBatch(db, changes, await loadEvaluationContext(db)))
      addUndone(effect, outcome);
  }
  return effect;
}

/** Reads the customers of the users that would lose something. Returns the users that could not be read: they keep it. */
async function readBeforeTaking(
  deps: UndoDeps,
  { losing }: UndoEffect,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const unread = new Set<string>();
  for (let at = 0; at < losing.length; at += READ_AT_ONCE) {
    const users = losing.slice(at, at + READ_AT_ONCE);
    const options = { priority: "interactive" as const, deadlineMs: READ_MS, signal };
    const ids = users.flatMap(({ customerIds }) => customerIds);
    const { failures } = await readCustomers(deps, ids, options);
    for (const { userId, customerIds } of users)
      if (customerIds.some((id) => failures.has(id))) unread.add(userId);
  }
  return unread;
}

async function leaveUnread(
  db: Database,
  runId: string,
  changes: readonly AuditedChange[],
  unread: ReadonlySet<string>,
): Promise<UndoOutcome[]> {
  const left = changes.filter(({ userId }) => unread.has(userId));
  if (left.length === 0) return [];
  const planned = await planBatch(db, left, await loadEvaluationContext(db));
  const outcomes = planned.map((one) => ({ ...one, skip: "not_checked" as const }));
  await db.$transaction((tx) => saveBatch(tx, runId, outcomes));
  return outcomes;
}

/** The users of the undo, and how many were taken back, in the transaction that took them back. */
async function saveBatch(tx: Tx, runId: string, outcomes: readonly UndoOutcome[]): Promise<void> {
  const rows = outcomes.map(({ change, evaluated, skip, grants, revokes, taken }) => ({
    userId: change.userId,
    verdict: evaluated?.evaluation.verdict ?? change.verdict,
    outcome: skip === null ? "synced" : "blocked",
    reason: skip === null ? null : toSkipReason(skip),
    ...{ grants, revokes, taken },
  }));
  await tx.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", verdict, outcome, reason, grants, revokes, taken)
    SELECT ${runId}, r."userId", r.verdict, r.outcome, r.reason, r.grants, r.revokes, r.taken
    FROM ${toRecordset(rows, RUN_USER_COLUMNS)} ON CONFLICT DO NOTHING`;
  const synced = outcomes.filter(({ skip }) => skip === null);
  const counts = addToCounts({ synced: synced.length, review: outcomes.length - synced.length });
  await tx.$executeRaw`UPDATE parity."Run" SET ${counts}, "updatedAt" = now() WHERE id = ${runId}`;
  await enqueueRechecks(
    tx,
    synced.map(({ change }) => change.userId),
  );
}

const RUN_USER_COLUMNS = {
  userId: "text",
  verdict: "text",
  outcome: "text",
  reason: "text",
  grants: "boolean",
  revokes: "boolean",
  taken: "text",
} as const;
