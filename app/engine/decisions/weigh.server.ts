import { findTaken, isEntitled, type Taken } from "~/billing/evaluation/taken";
import { type EvaluationContext, loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { AS_STAFF, type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import type { Tx } from "~/platform/client.server";
import { type AccessEffect, addMoney, createEffect, type Effect, findGroup, toAccessEffect } from "./effect";
import type { Prepared } from "./handler.server";

const BATCH = 1_000;
const MOST_SHOWN = 50;

/** Writes the decision, and says what it changes: the same users are evaluated before and after, in the one transaction. */
export async function weigh(tx: Tx, prepared: Prepared, context: EvaluationContext): Promise<Effect> {
  const before = await evaluateAll(tx, prepared.userIds, context);
  await prepared.write(tx);
  const after = await evaluateAll(tx, prepared.userIds, await loadEvaluationContext(tx));
  const effect = createEffect();
  effect.users = prepared.usersTotal ?? prepared.userIds.length;
  effect.evaluated = before.size;
  for (const [userId, was] of before) {
    const is = after.get(userId);
    if (is) addUser(effect, was, is);
  }
  return effect;
}

type Evaluated = EvaluatedUser;

async function evaluateAll(
  tx: Tx,
  userIds: readonly string[],
  context: EvaluationContext,
): Promise<Map<string, Evaluated>> {
  // What a decision leads to does not depend on whether repairs are paused now.
  const inFull = { ...context, settings: { ...context.settings, writeMode: "full" as const } };
  const all = new Map<string, Evaluated>();
  for (let at = 0; at < userIds.length; at += BATCH) {
    const batch = userIds.slice(at, at + BATCH);
    const snapshots = await loadSnapshots(tx, batch, loadOptions(inFull, false), inFull.rules.fields);
    for (const snapshot of snapshots)
      all.set(snapshot.record.userId, evaluateUser(snapshot, inFull, AS_STAFF));
  }
  return all;
}

function addUser(effect: Effect, was: Evaluated, is: Evaluated): void {
  const access = compare(was, is);
  const group = findGroup(effect, access);
  const isGain = access === "gains" || access === "more_seats";
  if (group) addMoney(group, isGain || !was.evaluation.primary ? is : was);
  if (access !== "keeps" && is.evaluation.onHold) effect.held += 1;
  const before = was.evaluation.verdict;
  const after = is.evaluation.verdict;
  if (before === after && access === "keeps") return;
  const same = effect.verdicts.find((one) => one.before === before && one.after === after);
  if (same) same.users += 1;
  else effect.verdicts.push({ before, after, users: 1 });
  if (effect.changed.length < MOST_SHOWN) {
    const { userId, name } = is.snapshot.record;
    effect.changed.push({ userId, name, before, after, access });
  }
}

function compare(was: Evaluated, is: Evaluated): AccessEffect {
  const { accessRecorded } = is.evaluation;
  if (takesAccess(is) && !takesAccess(was)) return toAccessEffect(findTakenFrom(is));
  if (isEntitled(was.evaluation) && !isEntitled(is.evaluation))
    return takesAccess(is) ? "loses" : accessRecorded ? "waits" : "denied";
  if (is.evaluation.grants && !was.evaluation.grants) return accessRecorded ? "more_seats" : "gains";
  return "keeps";
}

const findTakenFrom = (is: Evaluated): Taken =>
  findTaken({
    before: is.snapshot.record,
    after: is.evaluation.expected,
    isEntitled: isEntitled(is.evaluation),
  });

/** Is access to be taken, and nothing but a read of Stripe before it? */
const takesAccess = ({ evaluation, decision }: Evaluated): boolean =>
  evaluation.revokes && (decision.kind === "repair" || decision.kind === "read");
