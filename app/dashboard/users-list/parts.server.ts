import { SEVERITY_OF, SEVERITY_RANK, type Verdict } from "~/billing/verdicts";
import { type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import type { KeyValue } from "./cursor.server";
import { type Conditions, eitherOf, evaluatedConditions, RARE_STATUS, STATUS } from "./filters.server";
import { BY_USER, ORDERS } from "./order.server";
import { WITHOUT_STANDING } from "./unevaluated.server";

/**
 * A piece of the list: what is `own` to it an index gives in order, and `rest` is looked at on the way through it.
 * `fixed`: the first keys of the order, where all users of the piece have the same. `over` says which tables it reads:
 * `either` is `User`, with the Standings of those who have one; `strangers` are those who are known to have none.
 */
export type Part = {
  over: "evaluated" | "user" | "both" | "bothByUser" | "either" | "strangers";
  own: Sql[];
  rest: Sql[];
  fixed: KeyValue[];
  /** Its index holds a small part of all users, and is followed to its end. */
  isSmall?: boolean;
};

/** Users without a Standing: in the order of their ids, unless the sort follows `User`. */
export function strangersOf(sort: Sort, { user, unevaluated, strangers }: Conditions): Part[] {
  if (!unevaluated) return [];
  const fixed = ORDERS[sort].flatMap(({ unevaluated }) => (unevaluated === undefined ? [] : [unevaluated]));
  const own = [...user, ...unevaluated];
  if (strangers) return [{ over: "strangers", own, rest: [], fixed }];
  return [{ over: "user", own: [...own, WITHOUT_STANDING], rest: [], fixed }];
}

/**
 * The list in pieces, grouped so that every user of a group stands before every user of the next one: a page that is
 * full after one group asks nothing of the others. In the order of the sort when it is not reversed.
 */
export function groupsOf(sort: Sort, given: Conditions): Part[][] {
  const { user, syncStatus, verdicts, statuses, ways } = given;
  const isNarrowed = syncStatus.length + verdicts.length + ways.length > 0;
  const all = evaluatedConditions(given);
  if (BY_USER.has(sort)) {
    if (!isNarrowed) return [[{ over: "user", own: [], rest: user, fixed: [] }]];
    if (given.unevaluated)
      return [[{ over: "either", own: [], rest: [...user, eitherOf(given)], fixed: [] }]];
    return [[{ over: "bothByUser", own: [], rest: all, fixed: [] }]];
  }
  const strangers = strangersOf(sort, given);
  const over = user.length + ways.length > 0 ? "both" : "evaluated";
  const part = (own: Sql[], rest: Sql[], fixed: KeyValue[] = []): Part => ({ over, own, rest, fixed });
  const butVerdict = evaluatedConditions({ ...given, verdicts: [] });
  const ofVerdict = (verdict: Verdict) => sql`s."verdict" = ${verdict}`;
  if (sort === "severity" && verdicts.length > 0)
    return bySeverity(verdicts).map(([rank, same]) => [
      ...same.map((verdict) => part([ofVerdict(verdict)], butVerdict, [-rank])),
      ...(same.includes("not_checked") ? strangers : []),
    ]);
  if (sort === "since" && verdicts.length > 0)
    return [[...verdicts.map((verdict) => part([ofVerdict(verdict)], butVerdict)), ...strangers]];
  if (isByStatus(sort, statuses)) {
    const rest = syncStatus.length > 1 || verdicts.length > 0 || over === "both" ? all : [];
    return [
      [...statuses.map((status) => part([sql`${STATUS} = ${status}`, RARE_STATUS], rest)), ...strangers],
    ];
  }
  switch (sort) {
    case "since":
      return [
        [{ ...part([sql`s."since" IS NOT NULL`], all), isSmall: true }],
        [part([sql`s."since" IS NULL`], all, [null]), ...strangers],
      ];
    case "money":
      return [
        [{ ...part([sql`s."moneyPerMonth" IS NOT NULL`], all, [0]), isSmall: true }],
        [part([sql`s."moneyPerMonth" IS NULL`], all, [1, "", 0]), ...strangers],
      ];
    default:
      return [[part([], all), ...strangers]];
  }
}

/** The index by status has its own order by severity, and leaves out one status. */
const isByStatus = (sort: Sort, statuses: string[]): boolean =>
  sort === "severity" && statuses.length > 0 && !statuses.includes("active");

/** Verdicts by the rank of their severity, worst first. */
function bySeverity(verdicts: readonly Verdict[]): [number, Verdict[]][] {
  const ranks = new Map<number, Verdict[]>();
  for (const verdict of verdicts) {
    const rank = SEVERITY_RANK[SEVERITY_OF[verdict]];
    ranks.set(rank, [...(ranks.get(rank) ?? []), verdict]);
  }
  return [...ranks].sort(([one], [other]) => other - one);
}
