import { join, type Sql, sql } from "~/db/sql.server";
import type { Sort } from "./columns";
import { allOf, type Conditions, eitherOf, judgedConditions } from "./filters.server";
import { column } from "./names.server";
import { BY_USER, ORDERS } from "./order.server";
import type { Part } from "./parts.server";

/**
 * As many users as are put in order in a few milliseconds. Of more, the fiftieth is soon found by walking through an
 * index in the order of the sort.
 */
const FEW = 10_000;
/** The same where each of them has to be looked up in the other table too. */
const FEW_JOINED = 3_000;
/** So many ids are remembered, to walk through an index of the other table and know whom to take. */
const REMEMBERED = 30_000;

/**
 * A way to know all users that a query holds before any order: `ids` gives them, at most `most` + 1. When it gives no
 * more than `most`, they are all. Then `rows` makes rows of them (`id`, `o0`, `o1` … of the sort), or `part` is the list.
 */
export type Gathering = { ids: Sql; most: number; holdsUnjudged: boolean } & (
  | { rows: (ids: Sql) => Sql }
  | { part: (ids: Sql) => Part }
);

/**
 * PostgreSQL chooses between gathering and walking by what it guesses, and guesses far too well of walking: so it is
 * tried whether they are few, up to the number where walking is as fast. First by the search or the plan, then by what
 * was judged.
 */
export function gatheringsOf(sort: Sort, given: Conditions): Gathering[] {
  const gatherings: Gathering[] = [];
  const byId = idsByUser(given);
  if (byId)
    gatherings.push({
      ids: byId,
      most: FEW_JOINED,
      rows: (ids) => sql`SELECT ${rowOf(sort, sql`u."id"`)} FROM ${ids} c JOIN "User" u ON u."id" = c."id"
        LEFT JOIN "Standing" s ON s."userId" = u."id" WHERE ${eitherOf(given)}`,
      holdsUnjudged: true,
    });
  const { user, standing, verdicts, ways } = given;
  if (standing.length + verdicts.length === 0) return gatherings;
  const own = allOf(judgedConditions({ ...given, user: [], ways: [] }));
  const joined = user.length + ways.length > 0 || BY_USER.has(sort);
  const most = joined ? FEW_JOINED : FEW;
  const row = rowOf(sort, sql`s."userId"`);
  const rest = allOf(judgedConditions({ ...given, standing: [], verdicts: [] }));
  const ids = (upTo: number) =>
    sql`SELECT ${columnsOf(sort, given)} FROM "Standing" s WHERE ${own} LIMIT ${upTo + 1}::int`;
  gatherings.push({
    ids: ids(most),
    most,
    rows: (few) =>
      joined
        ? sql`SELECT ${row} FROM ${few} s JOIN "User" u ON u."id" = s."userId" WHERE ${rest}`
        : sql`SELECT ${row} FROM ${few} s`,
    holdsUnjudged: false,
  });
  if (BY_USER.has(sort) && ways.length === 0)
    gatherings.push({
      ids: ids(REMEMBERED),
      most: REMEMBERED,
      // IS TRUE: as a condition of its own PostgreSQL would make a join of it, and put all of them in order.
      part: (known) => ({
        over: "user",
        conditions: [sql`(u."id" IN (SELECT "userId" FROM ${known})) IS TRUE`, ...user],
        fixed: [],
      }),
      holdsUnjudged: false,
    });
  return gatherings;
}

/** Ids of those who fulfil the search, or else the filter by plan; null when neither narrows anything down. */
function idsByUser({ user, ways, plans }: Conditions): Sql | null {
  const limit = sql`LIMIT ${FEW_JOINED + 1}::int`;
  if (user.length > 0) return sql`SELECT u."id" FROM "User" u WHERE ${allOf(user)} ${limit}`;
  if (ways.length === 0 || plans.length === 0 || ways.length > 2) return null;
  return sql`(SELECT s."userId" AS "id" FROM "Standing" s WHERE s."stripePlan" = ANY(${plans}::text[]) ${limit})
    UNION (SELECT u."id" FROM "User" u WHERE u."plan" = ANY(${plans}::text[]) ${limit})`;
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
