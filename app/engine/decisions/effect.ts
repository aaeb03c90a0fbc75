import { addMonthly, computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import type { Verdict } from "~/billing/verdicts/catalogue";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";

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

export const createEffect = (): Effect => ({
  users: 0,
  evaluated: 0,
  gaining: { users: 0, perMonth: [] },
  losing: { users: 0, perMonth: [] },
  verdicts: [],
  changed: [],
});

/** Counts a user in, with what is paid. */
export function addMoney(group: EffectGroup, { evaluation }: Pick<EvaluatedUser, "evaluation">): void {
  group.users += 1;
  const item = (evaluation.primary ?? evaluation.unmapped)?.item;
  const monthly = item ? computeMonthlyAmount(item) : null;
  if (monthly) group.perMonth = addMonthly(group.perMonth, monthly, 1);
}
