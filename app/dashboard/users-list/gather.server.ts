import { join, type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import { allOf, type Conditions, eitherOf, judgedConditions } from "./filters.server";
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
  holdsUnjudged: boolean;
  rows: (ids: Sql) => Sql;
  rowsUpTo: number;
  part: ((ids: Sql) => Part) | null;
};

/** The ways to gather, in the order in which they are tried: a search narrows most, a plan least. */
export function gatheringsOf(sort: Sort, given: Conditions, reach: Reach): Gathering[] {
  const [ofUser, ofStanding] = [ofUsers(sort, given, reach), ofStandings(sort, given, reach)];
  return (given.user.length > 0 ? [ofUser, ofStanding] : [ofStanding, ofUser]).filter((one) => one !== null);
}

function ofUsers(sort: Sort, given: Conditions, { fewJoined }: Reach): Gathering | null {
  const { user, ways, plans } = given;
  const limit = sql`LIMIT ${fewJoined + 1}::int`;
  const common = { most: fewJoined, rowsUpTo: fewJoined, holdsUnjudged: true, part: null };
  const row = sql`SELECT ${rowOf(sort, sql`u."id"`)}`;
  if (user.length > 0)
    return {
      ...common,
      ids: sql`SELECT u."id", u."email", u."name", u."plan" FROM "User" u WHERE ${allOf(user)} ${limit}`,
      rows: (found) => sql`${row} FROM ${found} u LEFT JOIN "Standing" s ON s."userId" = u."id"
        WHERE ${eitherOf(given)}`,
    };
  // Without a plan by name, by Stripe's word or the database's, there is no index for it.
  if (plans.length === 0 || ways.length > 2) return null;
  return {
    ...common,
    ids: sql`(SELECT s."userId" AS "id" FROM "Standing" s WHERE s."stripePlan" = ANY(${plans}::text[]) ${limit})
      UNION (SELECT u."id" FROM "User" u WHERE u."plan" = ANY(${plans}::text[]) ${limit})`,
    rows: (found) => sql`${row} FROM ${found} c JOIN "User" u ON u."id" = c."id"
      LEFT JOIN "Standing" s ON s."userId" = u."id" WHERE ${eitherOf(given)}`,
  };
}

function ofStandings(sort: Sort, given: Conditions, reach: Reach): Gathering | null {
  const { user, standing, verdicts, ways } = given;
  if (standing.length + verdicts.length === 0) return null;
  const byUser = BY_USER.has(sort);
  const isJoined = user.length + ways.length > 0 || byUser;
  const isKnown = byUser && ways.length === 0;
  const most = isKnown ? reach.known : isJoined ? reach.fewJoined : reach.few;
  const row = sql`SELECT ${rowOf(sort, sql`s."userId"`)}`;
  const rest = allOf(judgedConditions({ ...given, standing: [], verdicts: [] }));
  return {
    ids: sql`SELECT ${columnsOf(sort, given)} FROM "Standing" s
      WHERE ${allOf(judgedConditions({ ...given, user: [], ways: [] }))} LIMIT ${most + 1}::int`,
    most,
    holdsUnjudged: false,
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
  const { user, standing, verdicts, ways } = given;
  const judged = allOf(judgedConditions(given));
  let from: Sql;
  if (!BY_USER.has(sort))
    from =
      user.length + ways.length > 0
        ? sql`"Standing" s JOIN "User" u ON u."id" = s."userId" WHERE ${judged}`
        : sql`"Standing" s WHERE ${judged}`;
  else if (standing.length + verdicts.length + ways.length === 0) from = sql`"User" u WHERE ${allOf(user)}`;
  else if (given.unjudged)
    from = sql`"User" u LEFT JOIN "Standing" s ON s."userId" = u."id" WHERE ${allOf([...user, eitherOf(given)])}`;
  else from = sql`"Standing" s JOIN "User" u ON u."id" = s."userId" WHERE ${judged}`;
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
    const unjudged = key.unjudged === undefined ? null : key.bound(key.unjudged);
    return sql`${unjudged ? sql`coalesce(${key.value}, ${unjudged})` : key.value} AS ${column("o", n)}`;
  });
  return join([sql`${id} AS "id"`, ...keys]);
}
