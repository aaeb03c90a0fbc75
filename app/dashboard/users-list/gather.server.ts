import { join, type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import { allOf, type Conditions, eitherOf, evaluatedConditions } from "./filters.server";
import { column } from "./names.server";
import { BY_USER, ORDERS } from "./order.server";
import type { Part } from "./parts.server";
import type { Reach } from "./reach.server";

/**
 * A way to know all users that a query holds before any order: `ids` gives them, at most `most` + 1. When it gives no
 * more than `most`, they are all. Then `rows` makes rows of them: `id`, `o0`, `o1` … of the sort; or, when they are more
 * than `rowsUpTo`, `part` is the list.
 */
export type Gathering = {
  ids: Sql;
  most: number;
  holdsUnevaluated: boolean;
  rows: (ids: Sql) => Sql;
  rowsUpTo: number;
  part: ((ids: Sql) => Part) | null;
};

/** The ways to gather, in the order in which they are tried: a search narrows most, a plan least. */
export function gatheringsOf(sort: Sort, given: Conditions, reach: Reach): Gathering[] {
  const [ofUser, ofStatus] = [ofUsers(sort, given, reach), planOverStatuses(sort, given, reach)];
  return (given.user.length > 0 ? [ofUser, ofStatus] : [ofStatus, ofUser]).filter((one) => one !== null);
}

function ofUsers(sort: Sort, given: Conditions, { fewJoined }: Reach): Gathering | null {
  const { user, ways, plans } = given;
  const limit = sql`LIMIT ${fewJoined + 1}::int`;
  const common = { most: fewJoined, rowsUpTo: fewJoined, holdsUnevaluated: true, part: null };
  const row = sql`SELECT ${rowOf(sort, sql`u."id"`)}`;
  if (user.length > 0)
    return {
      ...common,
      ids: sql`SELECT u."id", u."email", u."name", u."plan" FROM "User" u WHERE ${allOf(user)} ${limit}`,
      rows: (found) => sql`${row} FROM ${found} u LEFT JOIN "SyncStatus" s ON s."userId" = u."id"
        WHERE ${eitherOf(given)}`,
    };
  // Without a plan by name, by Stripe's word or the database's, there is no index for it.
  if (plans.length === 0 || ways.length > 2) return null;
  return {
    ...common,
    ids: sql`(SELECT s."userId" AS "id" FROM "SyncStatus" s WHERE s."stripePlan" = ANY(${plans}::text[]) ${limit})
      UNION (SELECT u."id" FROM "User" u WHERE u."plan" = ANY(${plans}::text[]) ${limit})`,
    rows: (found) => sql`${row} FROM ${found} c JOIN "User" u ON u."id" = c."id"
      LEFT JOIN "SyncStatus" s ON s."userId" = u."id" WHERE ${eitherOf(given)}`,
  };
}

function planOverStatuses(sort: Sort, given: Conditions, reach: Reach): Gathering | null {
  const { user, syncStatus, verdicts, ways } = given;
  if (syncStatus.length + verdicts.length === 0) return null;
  const byUser = BY_USER.has(sort);
  const isJoined = user.length + ways.length > 0 || byUser;
  const isKnown = byUser && ways.length === 0;
  const most = isKnown ? reach.known : isJoined ? reach.fewJoined : reach.few;
  const row = sql`SELECT ${rowOf(sort, sql`s."userId"`)}`;
  const rest = allOf(evaluatedConditions({ ...given, syncStatus: [], verdicts: [] }));
  return {
    ids: sql`SELECT ${columnsOf(sort, given)} FROM "SyncStatus" s
      WHERE ${allOf(evaluatedConditions({ ...given, user: [], ways: [] }))} LIMIT ${most + 1}::int`,
    most,
    holdsUnevaluated: false,
    rows: (few) =>
      isJoined
        ? sql`${row} FROM ${few} s JOIN "User" u ON u."id" = s."userId" WHERE ${rest}`
        : sql`${row} FROM ${few} s`,
    rowsUpTo: isKnown ? reach.fewJoined : most,
    // Through the index of User, with the ids at hand. IS TRUE: as a condition of its own PostgreSQL would make a join of
    // it, and put all of them in order.
    part: isKnown
      ? (few) => ({
          over: "user",
          own: [],
          rest: [sql`(u."id" IN (SELECT "userId" FROM ${few})) IS TRUE`, ...user],
          fixed: [],
        })
      : null,
  };
}

/**
 * Everybody whom a query holds, put in order: where they are neither few nor on the way through the index of the sort.
 * `beyond` is a condition on `id`, `o0`, `o1` …
 */
export function everybody(sort: Sort, given: Conditions, beyond: Sql): Sql {
  const { user, syncStatus, verdicts, ways } = given;
  const evaluated = allOf(evaluatedConditions(given));
  let from: Sql;
  if (!BY_USER.has(sort))
    from =
      user.length + ways.length > 0
        ? sql`"SyncStatus" s JOIN "User" u ON u."id" = s."userId" WHERE ${evaluated}`
        : sql`"SyncStatus" s WHERE ${evaluated}`;
  else if (syncStatus.length + verdicts.length + ways.length === 0) from = sql`"User" u WHERE ${allOf(user)}`;
  else if (given.unevaluated)
    from = sql`"User" u LEFT JOIN "SyncStatus" s ON s."userId" = u."id" WHERE ${allOf([...user, eitherOf(given)])}`;
  else from = sql`"SyncStatus" s JOIN "User" u ON u."id" = s."userId" WHERE ${evaluated}`;
  const row = rowOf(sort, BY_USER.has(sort) ? sql`u."id"` : sql`s."userId"`);
  // OFFSET 0: gathered first, and put in order then.
  return sql`SELECT * FROM (SELECT ${row} FROM ${from} OFFSET 0) everybody WHERE ${beyond}`;
}

/** What of a Standing the sort and the filter by plan ask for: the less it is, the more often an index has all of it. */
function columnsOf(sort: Sort, { ways }: Conditions): Sql {
  const plan = ways.length > 0 ? [sql`s."stripePlan"`] : [];
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

/** `id` and the keys of the sort, of somebody without a Standing too. */
function rowOf(sort: Sort, id: Sql): Sql {
  const keys = ORDERS[sort].map((key, n) => {
    const unevaluated = key.unevaluated === undefined ? null : key.bound(key.unevaluated);
    return sql`${unevaluated ? sql`coalesce(${key.value}, ${unevaluated})` : key.value} AS ${column("o", n)}`;
  });
  return join([sql`${id} AS "id"`, ...keys]);
}
