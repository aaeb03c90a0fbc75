import type { WriteMode } from "~/billing/policy";
import type { Actor } from "~/engine/account/actor";
import { type Role, roleAllows } from "~/engine/account/roles";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { maskText } from "~/platform/mask.server";
import { isPlainText } from "~/platform/plain-text";
import { describeTaking, type Effect, takesFromUsers } from "./effect";
import { type DecisionContext, nameActor, type Prepared, type Refusal, refuse } from "./handler.server";
import { HANDLERS } from "./handlers.server";
import { DECISIONS, type DecisionKind, type RowKind } from "./kinds";
import { lockSubjects } from "./lock-subjects.server";
import { findLatestDecision, insertDecision, type StoredDecision } from "./store.server";
import { weigh } from "./weigh.server";

/** A person who decides. The command line decides as an admin: it has the database's password. */
export type Decider = { actor: Actor; role: Role };

export type DecisionRequest = {
  kind: DecisionKind;
  /** Parsed by the schema of the kind. */
  input: unknown;
  /** What was typed. */
  reason?: string | null;
  by: Decider;
  /** Id of the newest decision about this that the person has seen: another person’s newer one is shown first, and nothing is decided. */
  basedOn?: string | null;
  /** What was typed as the name of whose access is taken. Left out on the command line, where the user is typed. */
  typedName?: string;
};

export type Decided = {
  ok: true;
  /** Null in a preview: nothing was written. */
  decision: StoredDecision | null;
  sentence: string;
  effect: Effect;
  /** What else is to be said of it, in sentences. */
  notes: string[];
  writeMode: WriteMode;
  /** Users concerned; the first one is synced where `followUp` says so. */
  userIds: readonly string[];
  followUp: Prepared["followUp"];
  mayRevoke: boolean;
};

const MOST_REASON = 1_000;

/** Ends the transaction without a trace, with what it found. */
class NothingWritten extends Error {
  constructor(readonly found: Decided | Refusal) {
    super("Nothing is written");
  }
}

/**
 * Makes a decision of staff: checks who may, locks what it is about, writes its effect and its row of `Decision` in one
 * transaction, and enqueues the users concerned. `preview`: does the same, says what it changes, and writes nothing.
 */
export async function decide(
  { db }: { db: Database },
  request: DecisionRequest & { kind: RowKind },
  { preview = false }: { preview?: boolean } = {},
): Promise<Decided | Refusal> {
  const { kind, by, basedOn = null } = request;
  const entry = DECISIONS[kind];
  if (!roleAllows(by.role, entry.role)) return refuse("forbidden", FORBIDDEN);
  const bound = HANDLERS[kind].bind(request.input);
  if (!bound.ok) return refuse("bad_input", bound.message);
  const typed = request.reason?.trim() ?? "";
  const problem = preview ? null : findReasonProblem(typed, entry.reason === "required");
  if (problem) return problem;
  const reason = maskText(typed);
  return decideOnce(db, async (tx) => {
    await lockSubjects(tx, bound.handler.lock);
    const evaluation = await loadEvaluationContext(tx);
    const context: DecisionContext = { evaluation, actor: by.actor, actorName: nameActor(by.actor), reason };
    const prepared = await bound.handler.prepare(tx, context);
    if (!prepared.ok) return prepared;
    const newer =
      basedOn === null
        ? null
        : await findLatestDecision(tx, prepared.subject, { after: basedOn, notBy: by.actor });
    if (newer) return refuse("changed", "Another decision about this was made meanwhile.", newer);
    return writeDecision(tx, prepared, { context, kind, by, preview });
  });
}

const FORBIDDEN = "Your role does not allow this decision.";

/** Runs the transaction; what refuses, or is only a preview, leaves nothing behind. */
export async function decideOnce(
  db: Database,
  work: (tx: Tx) => Promise<Decided | Refusal>,
): Promise<Decided | Refusal> {
  try {
    return await retryOnDeadlock(db, async (tx) => {
      const found = await work(tx);
      if (!found.ok || found.decision === null) throw new NothingWritten(found);
      return found;
    });
  } catch (error) {
    if (error instanceof NothingWritten) return error.found;
    throw error;
  }
}

/** What is wrong with a typed reason; null when nothing is. */
export function findReasonProblem(reason: string, isRequired: boolean): Refusal | null {
  if (isRequired && reason === "") return refuse("reason_missing", "Enter a reason.");
  if (reason.length > MOST_REASON || !isPlainText(reason))
    return refuse("bad_input", `A reason has at most ${MOST_REASON} characters.`);
  return null;
}

type Writing = {
  context: DecisionContext;
  kind: DecisionKind;
  by: Decider;
  preview: boolean;
};

/** Writes what was prepared, with its row of `Decision`; what takes access from a user only for an admin. */
export async function writeDecision(
  tx: Tx,
  prepared: Prepared,
  { context, kind, by, preview }: Writing,
): Promise<Decided | Refusal> {
  const { subject, before, after, sentence, userIds, followUp, mayRevoke = false, undoes = null } = prepared;
  const effect = await weigh(tx, prepared, context.evaluation);
  if (!roleAllows(by.role, "admin")) {
    if (takesFromUsers(effect)) return refuse("forbidden", describeTaking(effect));
    if (prepared.needsAdmin) return refuse("forbidden", "An admin must decide this.");
  }
  const decided = {
    ok: true as const,
    ...{ sentence, effect, userIds, followUp, notes: [] },
    writeMode: context.evaluation.settings.writeMode,
    mayRevoke: mayRevoke || takesFromUsers(effect),
  };
  if (preview) return { ...decided, decision: null };
  const { actor, reason } = context;
  const decision = await insertDecision(tx, {
    ...{ kind, subject, before, after, actor, undoes },
    reason: reason || null,
  });
  await enqueueRechecks(tx, userIds);
  return { ...decided, decision };
}
