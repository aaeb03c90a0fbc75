import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import { type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import { type Conditions, listConditions, matchEither } from "./conditions.server";
import type { KeyValue } from "./cursor.server";
import { RARE_STATUS, STATUS } from "./filter-conditions.server";
import { SORT_KEYS, SORTS_BY_USER } from "./sort-keys.server";
import { HAS_NO_STATUS } from "./users-without-status.server";

/** A part of the list that one index gives in the order of the sort. */
export type ListPart = {
  /**
   * Which tables are read; the first one gives the order. `userLeftJoinStatus` holds users without a sync status too;
   * `usersWithoutStatus` are those that are known to have none.
   */
  source:
    | "status"
    | "user"
    | "statusJoinUser"
    | "userJoinStatus"
    | "userLeftJoinStatus"
    | "usersWithoutStatus";
  /** Conditions that the index fulfils. */
  indexConditions: Sql[];
  /** Conditions that are checked for each entry of the index. */
  scanConditions: Sql[];
  /** The first keys of the sort, where they are the same for all users of the part. */
  fixedKeys: KeyValue[];
  /** The index holds a small share of all users, and is read to its end. */
  isSmall?: boolean;
};

/** Users without a sync status: in the order of their ids, except where the sort follows `User`. */
export function listPartsWithoutStatus(sort: Sort, given: Conditions): ListPart[] {
  const { user, withoutStatus, usersWithoutStatus } = given;
  if (!withoutStatus) return [];
  const fixedKeys = SORT_KEYS[sort].flatMap((key) =>
    key.withoutStatus === undefined ? [] : [key.withoutStatus],
  );
  const conditions = [...user, ...withoutStatus];
  const common = { scanConditions: [], fixedKeys };
  if (usersWithoutStatus) return [{ ...common, source: "usersWithoutStatus", indexConditions: conditions }];
  return [{ ...common, source: "user", indexConditions: [...conditions, HAS_NO_STATUS] }];
}

/**
 * Divides the list into groups of parts. Every user of a group comes before every user of the next group, so that a page
 * that is full after one group does not read the others. In the order of the sort when it is not reversed.
 */
export function divideList(sort: Sort, asked: Conditions): ListPart[][] {
  const given = { ...asked, syncStatus: asked.scanned };
  const { user, syncStatus, verdicts, statuses, planAlternatives } = given;
  const needsStatus = syncStatus.length + verdicts.length + planAlternatives.length > 0;
  const all = listConditions(given);
  if (SORTS_BY_USER.has(sort)) {
    const whole = { indexConditions: [], fixedKeys: [] };
    if (!needsStatus) return [[{ ...whole, source: "user", scanConditions: user }]];
    if (!given.withoutStatus) return [[{ ...whole, source: "userJoinStatus", scanConditions: all }]];
    const conditions = [...user, matchEither(given)];
    return [[{ ...whole, source: "userLeftJoinStatus", scanConditions: conditions }]];
  }
  const withoutStatus = listPartsWithoutStatus(sort, given);
  const source = user.length + planAlternatives.length > 0 ? "statusJoinUser" : "status";
  const createPart = (
    indexConditions: Sql[],
    scanConditions: Sql[],
    fixedKeys: KeyValue[] = [],
  ): ListPart => ({ source, indexConditions, scanConditions, fixedKeys });
  const matchVerdict = (verdict: Verdict) => sql`s."verdict" = ${verdict}`;
  const exceptVerdict = listConditions({ ...given, verdicts: [] });
  if (sort === "severity" && verdicts.length > 0)
    return rankVerdicts(verdicts).map(([rank, equal]) => [
      ...equal.map((verdict) => createPart([matchVerdict(verdict)], exceptVerdict, [-rank])),
      ...(equal.includes("not_checked") ? withoutStatus : []),
    ]);
  if (sort === "since" && verdicts.length > 0)
    return [
      [...verdicts.map((verdict) => createPart([matchVerdict(verdict)], exceptVerdict)), ...withoutStatus],
    ];
  if (canScanByStatus(sort, statuses)) {
    const rest = syncStatus.length > 1 || verdicts.length > 0 || source === "statusJoinUser" ? all : [];
    const parts = statuses.map((status) => createPart([sql`${STATUS} = ${status}`, RARE_STATUS], rest));
    return [[...parts, ...withoutStatus]];
  }
  switch (sort) {
    case "since":
      return [
        [{ ...createPart([sql`s."since" IS NOT NULL`], all), isSmall: true }],
        [createPart([sql`s."since" IS NULL`], all, [null]), ...withoutStatus],
      ];
    case "money":
      return [
        [{ ...createPart([sql`s."moneyPerMonth" IS NOT NULL`], all, [0]), isSmall: true }],
        [createPart([sql`s."moneyPerMonth" IS NULL`], all, [1, "", 0]), ...withoutStatus],
      ];
    default:
      return [[createPart([], all), ...withoutStatus]];
  }
}

/** The index by Stripe status is in the order of severity, and leaves out the status "active". */
const canScanByStatus = (sort: Sort, statuses: string[]): boolean =>
  sort === "severity" && statuses.length > 0 && !statuses.includes("active");

/** Verdicts by the rank of their severity, highest first. */
function rankVerdicts(verdicts: readonly Verdict[]): [number, Verdict[]][] {
  const ranks = new Map<number, Verdict[]>();
  for (const verdict of verdicts) {
    const rank = SEVERITY_RANK[VERDICT_CATALOGUE[verdict].severity];
    ranks.set(rank, [...(ranks.get(rank) ?? []), verdict]);
  }
  return [...ranks].sort(([one], [other]) => other - one);
}
