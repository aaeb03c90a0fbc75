import type { Taken } from "~/billing/evaluation/taken";
import { addMonthly, computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import { SEAT_LABEL } from "~/billing/seat-label";
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
export type AccessEffect =
  | "gains"
  | "more_seats"
  | "keeps"
  | "fewer_seats"
  | "less"
  | "waits"
  | "denied"
  | "loses";

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
  /** They keep access and seats, and lose a recorded plan, a status or a later end. */
  less: EffectGroup;
  waiting: EffectGroup;
  denied: EffectGroup;
  /** Of those whose access changes: how many are on hold, so that nothing is written until it is released. */
  held: number;
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
  less: createGroup(),
  waiting: createGroup(),
  denied: createGroup(),
  held: 0,
  verdicts: [],
  changed: [],
});

/** Does the decision take something from a user, now or once a person agrees? Only an admin may make it then. */
export const takesFromUsers = ({ losing, fewerSeats, less, waiting, denied }: Effect): boolean =>
  [losing, fewerSeats, less, waiting, denied].some(({ users }) => users > 0);

/** Why a decision with this effect needs an admin, by the most that it takes. */
export function describeTaking({ losing, fewerSeats, waiting, denied }: Effect): string {
  const isAccess = losing.users + waiting.users + denied.users > 0;
  const what = isAccess ? "access" : fewerSeats.users > 0 ? SEAT_LABEL.many : "what is recorded";
  return `This takes ${what} from a user: an admin must decide it.`;
}

/** What a revocation is for the user, by what it takes. */
export const toAccessEffect = (taken: Taken): AccessEffect =>
  taken === "access" ? "loses" : taken === "seats" ? "fewer_seats" : "less";

/** The group of users that an effect is counted in; null where nothing changes. */
export function findGroup(effect: Effect, access: AccessEffect): EffectGroup | null {
  const groups: Record<AccessEffect, EffectGroup | null> = {
    ...{ gains: effect.gaining, more_seats: effect.moreSeats, keeps: null, less: effect.less },
    ...{ fewer_seats: effect.fewerSeats, waits: effect.waiting, denied: effect.denied, loses: effect.losing },
  };
  return groups[access];
}

/** Counts a user in, with what is paid. */
export function addMoney(group: EffectGroup, { evaluation }: Pick<EvaluatedUser, "evaluation">): void {
  group.users += 1;
  const item = (evaluation.primary ?? evaluation.unmapped)?.item;
  const monthly = item ? computeMonthlyAmount(item) : null;
  if (monthly) group.perMonth = addMonthly(group.perMonth, monthly, 1);
}
