import { join, type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import { type Conditions, joinConditions, listConditions, matchEither } from "./conditions.server";
import type { ListPart } from "./list-parts.server";
import type { ScanLimits } from "./scan-limits.server";
import { SORT_KEYS, SORTS_BY_USER } from "./sort-keys.server";
import { getName } from "./sql-names.server";
import { USER_COLUMNS } from "./users-without-status.server";

/** A way to collect all users that match a query, in any order. */
export type CandidateCollection = {
  /** Selects the candidates, at most `limit` + 1. When there are no more than `limit`, these are all users that match. */
  select: Sql;
  limit: number;
  includesUsersWithoutStatus: boolean;
  /** Makes rows with `id` and the keys of the sort from the selected candidates. */
  selectRows: (candidates: Sql) => Sql;
  /** With more candidates than this, an index is scanned with the ids at hand (`toPart`) before rows are made. */
  rowsLimit: number;
  toPart: ((candidates: Sql) => ListPart) | null;
};

/** In the order in which they are tried: a search usually leaves the fewest users, a plan the most. */
export function collectCandidates(sort: Sort, given: Conditions, limits: ScanLimits): CandidateCollection[] {
  const fromUsers = collectFromUsers(sort, given, limits);
  const fromStatuses = collectFromStatuses(sort, given, limits);
  const collections = given.user.length > 0 ? [fromUsers, fromStatuses] : [fromStatuses, fromUsers];
  return collections.filter((collection) => collection !== null);
}

function collectFromUsers(
  sort: Sort,
  given: Conditions,
  { joinedCandidates }: ScanLimits,
): CandidateCollection | null {
  const { user, planAlternatives, plans } = given;
  const limit = sql`LIMIT ${joinedCandidates + 1}::int`;
  const common = {
    limit: joinedCandidates,
    rowsLimit: joinedCandidates,
    includesUsersWithoutStatus: true,
    toPart: null,
  };
  const row = sql`SELECT ${listRowColumns(sort, sql`u."id"`)}`;
  if (user.length > 0)
    return {
      ...common,
      select: sql`SELECT ${USER_COLUMNS} FROM parity."User" u WHERE ${joinConditions(user)} ${limit}`,
      selectRows: (
        candidates,
      ) => sql`${row} FROM ${candidates} u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id"
        WHERE ${matchEither(given)}`,
    };
  // Indexes find users with a certain plan. No index finds users without a plan (the third alternative).
  if (plans.length === 0 || planAlternatives.length > 2) return null;
  return {
    ...common,
    select: sql`(SELECT s."userId" AS "id" FROM parity."SyncStatus" s WHERE s."stripePlan" = ANY(${plans}::text[]) ${limit})
      UNION (SELECT u."id" FROM parity."User" u WHERE u."plan" = ANY(${plans}::text[]) ${limit})`,
    selectRows: (candidates) => sql`${row} FROM ${candidates} c JOIN parity."User" u ON u."id" = c."id"
      LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id" WHERE ${matchEither(given)}`,
  };
}

function collectFromStatuses(sort: Sort, given: Conditions, limits: ScanLimits): CandidateCollection | null {
  const { user, syncStatus, verdicts, planAlternatives } = given;
  if (syncStatus.length + verdicts.length === 0) return null;
  const sortsByUser = SORTS_BY_USER.has(sort);
  const isJoined = user.length + planAlternatives.length > 0 || sortsByUser;
  const canScanUsers = sortsByUser && planAlternatives.length === 0;
  const limit = canScanUsers ? limits.candidateIds : isJoined ? limits.joinedCandidates : limits.candidates;
  const row = sql`SELECT ${listRowColumns(sort, sql`s."userId"`)}`;
  const rest = joinConditions(listConditions({ ...given, syncStatus: [], verdicts: [] }));
  return {
    select: sql`SELECT ${listStatusColumns(sort, given)} FROM parity."SyncStatus" s
      WHERE ${joinConditions(listConditions({ ...given, user: [], planAlternatives: [] }))} LIMIT ${limit + 1}::int`,
    limit,
    includesUsersWithoutStatus: false,
    selectRows: (candidates) =>
      isJoined
        ? sql`${row} FROM ${candidates} s JOIN parity."User" u ON u."id" = s."userId" WHERE ${rest}`
        : sql`${row} FROM ${candidates} s`,
    rowsLimit: canScanUsers ? limits.joinedCandidates : limit,
    // Without IS TRUE, PostgreSQL would turn the condition into a join and sort all candidates.
    toPart: canScanUsers
      ? (candidates) => ({
          source: "user",
          indexConditions: [],
          scanConditions: [sql`(u."id" IN (SELECT "userId" FROM ${candidates})) IS TRUE`, ...user],
          fixedKeys: [],
        })
      : null,
  };
}

/**
 * All users that match a query, sorted without any limit: for the case that they are too many to collect, and that the scan
 * of the index met too few of them. `isAfterStart` is a condition on `id` and the keys of the sort.
 */
export function selectAllUsers(sort: Sort, given: Conditions, isAfterStart: Sql): Sql {
  const { user, syncStatus, verdicts, planAlternatives } = given;
  const conditions = joinConditions(listConditions(given));
  let from: Sql;
  if (!SORTS_BY_USER.has(sort))
    from =
      user.length + planAlternatives.length > 0
        ? sql`parity."SyncStatus" s JOIN parity."User" u ON u."id" = s."userId" WHERE ${conditions}`
        : sql`parity."SyncStatus" s WHERE ${conditions}`;
  else if (syncStatus.length + verdicts.length + planAlternatives.length === 0)
    from = sql`parity."User" u WHERE ${joinConditions(user)}`;
  else if (given.withoutStatus)
    from = sql`parity."User" u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id" WHERE ${joinConditions([...user, matchEither(given)])}`;
  else from = sql`parity."SyncStatus" s JOIN parity."User" u ON u."id" = s."userId" WHERE ${conditions}`;
  const row = listRowColumns(sort, SORTS_BY_USER.has(sort) ? sql`u."id"` : sql`s."userId"`);
  // OFFSET 0 makes PostgreSQL collect the users first and sort them afterwards.
  return sql`SELECT * FROM (SELECT ${row} FROM ${from} OFFSET 0) all_users WHERE ${isAfterStart}`;
}

/** The columns of SyncStatus that the sort and the filter by plan need; with few columns an index often has all of them. */
function listStatusColumns(sort: Sort, { planAlternatives }: Conditions): Sql {
  const plan = planAlternatives.length > 0 ? [sql`s."stripePlan"`] : [];
  const keys = {
    severity: [sql`s."severity"`, sql`s."since"`],
    since: [sql`s."since"`],
    checked: [sql`s."observedAt"`],
    money: [sql`s."moneyPerMonth"`, sql`s."moneyCurrency"`],
    email: [],
    name: [],
  }[sort];
  return join([sql`s."userId"`, ...keys, ...plan]);
}

/** `id` and the keys of the sort, for users without a sync status too. */
function listRowColumns(sort: Sort, id: Sql): Sql {
  const keys = SORT_KEYS[sort].map((key, n) => {
    const missing = key.withoutStatus === undefined ? null : key.fromCursor(key.withoutStatus);
    return sql`${missing ? sql`coalesce(${key.value}, ${missing})` : key.value} AS ${getName("key", n)}`;
  });
  return join([sql`${id} AS "id"`, ...keys]);
}
