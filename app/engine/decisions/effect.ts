import { addMonthly, computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import type { Verdict } from "~/billing/verdicts/catalogue";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";

/** What a decision changes for one user. */
export type UserEffect = {
  userId: string;
  name: string | null;
  before: Verdict;
  after: Verdict;
  access: AccessEffect;
};

/**
 * `waits`: nothing gives a right to the access any more, and it is kept until a person decides. `denied`: the same of access that
 * is not recorded yet.
 */
export type AccessEffect = "gains" | "more_seats" | "keeps" | "fewer_seats" | "waits" | "denied" | "loses";

export type EffectGroup = { users: number; perMonth: MonthlyMoney[] };

/** What a decision changes, as evaluated from what is stored. */
export type Effect = {
  /** Users concerned, and how many of them were evaluated. */
  users: number;
  evaluated: number;
  gaining: EffectGroup;
  moreSeats: EffectGroup;
  losing: EffectGroup;
  fewerSeats: EffectGroup;
  waiting: EffectGroup;
  denied: EffectGroup;
  verdicts: { before: Verdict; after: Verdict; users: number }[];
  /** The first users whose verdict or access changes. */
  changed: UserEffect[];
};

const createGroup = (): EffectGroup => ({ users: 0, perMonth: [] });

export const createEffect = (): Effect => ({
  users: 0,
  evaluated: 0,
  gaining: createGroup(),
  moreSeats: createGroup(),
  losing: createGroup(),
  fewerSeats: createGroup(),
  waiting: createGroup(),
  denied: createGroup(),
  verdicts: [],
  changed: [],
});

/** Does the decision take something from a user, now or once a person agrees? Only an admin may make it then. */
export const takesFromUsers = ({ losing, fewerSeats, waiting, denied }: Effect): boolean =>
  [losing, fewerSeats, waiting, denied].some(({ users }) => users > 0);

/** Counts a user in, with what is paid. */
export function addMoney(group: EffectGroup, { evaluation }: Pick<EvaluatedUser, "evaluation">): void {
  group.users += 1;
  const item = (evaluation.primary ?? evaluation.unmapped)?.item;
  const monthly = item ? computeMonthlyAmount(item) : null;
  if (monthly) group.perMonth = addMonthly(group.perMonth, monthly, 1);
}
