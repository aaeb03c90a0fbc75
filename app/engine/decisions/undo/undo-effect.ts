import { pluralize } from "~/billing/words/counts";
import { addMoney, createEffect, type Effect, findGroup, toAccessEffect } from "~/engine/decisions/effect";
import { listCustomersToRead } from "~/engine/evaluate/evaluate-users.server";
import type { UndoOutcome } from "./undo-batch.server";
import { UNDO_SKIPS, type UndoSkip } from "./undo-skips";

/** What taking changes back does, or would do. */
export type UndoEffect = {
  effect: Effect;
  undone: number;
  skipped: Map<UndoSkip, number>;
  /** The users that lose something, with the customers that must be read before. */
  losing: { userId: string; customerIds: readonly string[] }[];
  /** The first users whose record is taken back. */
  userIds: string[];
};

const MOST_SHOWN = 50;
const MOST_EVALUATED = 200;

export const createUndoEffect = (): UndoEffect => ({
  effect: createEffect(),
  undone: 0,
  skipped: new Map(),
  losing: [],
  userIds: [],
});

/** Counts one user in. */
export function addUndone(sum: UndoEffect, outcome: UndoOutcome): void {
  const { change, evaluated, skip, grants, taken } = outcome;
  const { effect } = sum;
  const { userId } = change;
  effect.users += 1;
  effect.evaluated += 1;
  if (skip !== null || evaluated === null) {
    const why = skip ?? "no_user";
    sum.skipped.set(why, (sum.skipped.get(why) ?? 0) + 1);
    return;
  }
  sum.undone += 1;
  if (sum.userIds.length < MOST_EVALUATED) sum.userIds.push(userId);
  const { verdict } = evaluated.evaluation;
  const access = taken !== null ? toAccessEffect(taken) : grants ? "gains" : "keeps";
  const group = findGroup(effect, access);
  if (group) addMoney(group, evaluated);
  if (taken !== null) sum.losing.push({ userId, customerIds: listCustomersToRead(evaluated.evaluation) });
  const { name } = evaluated.snapshot.record;
  if (effect.changed.length < MOST_SHOWN)
    effect.changed.push({ userId, name, before: verdict, after: verdict, access });
}

/** "Not taken back for 2 users: the record is not what was written any more." */
export const describeSkips = ({ skipped }: UndoEffect): string[] =>
  [...skipped].map(([skip, users]) => `Not taken back for ${pluralize(users, "user")}: ${UNDO_SKIPS[skip]}.`);
