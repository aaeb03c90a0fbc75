import { addMonthly, computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { type EvaluationContext, loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { AS_STAFF, type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import type { Tx } from "~/platform/client.server";
import type { Prepared } from "./handler.server";

/** What a decision changes for one user. */
export type UserEffect = {
  userId: string;
  name: string | null;
  before: Verdict;
  after: Verdict;
  access: "gains" | "loses" | "keeps";
};

export type EffectGroup = { users: number; perMonth: MonthlyMoney[] };

/** What a decision changes, as evaluated from what is stored. */
export type Effect = {
  /** Users concerned, and how many of them were evaluated. */
  users: number;
  evaluated: number;
  /** Users that are to be given access now; and those that nothing gives a right to it any more, or whose access is to be taken. */
  gaining: EffectGroup;
  losing: EffectGroup;
  verdicts: { before: Verdict; after: Verdict; users: number }[];
  /** The first users whose verdict or access changes. */
  changed: UserEffect[];
};

const BATCH = 1_000;
const MOST_SHOWN = 50;

/** Writes the decision, and says what it changes: the same users are evaluated before and after, in the one transaction. */
export async function weigh(tx: Tx, prepared: Prepared, context: EvaluationContext): Promise<Effect> {
  const before = await evaluateAll(tx, prepared.userIds, context);
  await prepared.write(tx);
  const after = await evaluateAll(tx, prepared.userIds, await loadEvaluationContext(tx));
  const effect: Effect = {
    users: prepared.usersTotal ?? prepared.userIds.length,
    evaluated: before.size,
    gaining: { users: 0, perMonth: [] },
    losing: { users: 0, perMonth: [] },
    verdicts: [],
    changed: [],
  };
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
  if (access === "gains") add(effect.gaining, is);
  if (access === "loses") add(effect.losing, was.evaluation.primary ? was : is);
  const before = was.evaluation.verdict;
  const after = is.evaluation.verdict;
  if (before === after && access === "keeps") return;
  const group = effect.verdicts.find((one) => one.before === before && one.after === after);
  if (group) group.users += 1;
  else effect.verdicts.push({ before, after, users: 1 });
  if (effect.changed.length < MOST_SHOWN) {
    const { userId, name } = is.snapshot.record;
    effect.changed.push({ userId, name, before, after, access });
  }
}

function compare(was: Evaluated, is: Evaluated): UserEffect["access"] {
  if ((takesAccess(is) && !takesAccess(was)) || (isEntitled(was) && !isEntitled(is))) return "loses";
  return is.evaluation.grants && !was.evaluation.grants ? "gains" : "keeps";
}

/** Does anything say that the user is to have access? */
const isEntitled = ({ evaluation }: Evaluated): boolean =>
  evaluation.accessExpected || evaluation.comp !== null;

/** Is access to be taken, and nothing but a read of Stripe before it? */
const takesAccess = ({ evaluation, decision }: Evaluated): boolean =>
  evaluation.revokes && (decision.kind === "repair" || decision.kind === "read");

function add(group: EffectGroup, { evaluation }: Evaluated): void {
  group.users += 1;
  const item = (evaluation.primary ?? evaluation.unmapped)?.item;
  const monthly = item ? computeMonthlyAmount(item) : null;
  if (monthly) group.perMonth = addMonthly(group.perMonth, monthly, 1);
}
