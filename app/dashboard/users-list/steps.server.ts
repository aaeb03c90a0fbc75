import { empty, join, type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import type { KeyValue } from "./cursor.server";
import { allOf } from "./filters.server";
import { column, STRANGERS } from "./names.server";
import { ORDERS } from "./order.server";
import type { Part } from "./parts.server";
import type { Reach } from "./reach.server";

/** Where a page begins, which way it goes and how long it is. */
export type PageBounds = {
  sort: Sort;
  /** In the direction of the sort, or against it. */
  rising: boolean;
  /** Beyond which row the page begins; null for the first page. */
  start: { keys: KeyValue[]; id: string } | null;
  limit: number;
  reach: Reach;
};

/**
 * The parts of a group beyond the start, nearest first: those equal to it in every key and beyond it by their id, then
 * those equal in all keys but the last, and so on. One comparison of rows would say the same, but PostgreSQL guesses how
 * many rows that holds from the first key alone: nobody, where a million users have the same value.
 */
export function stepsOf(bounds: PageBounds, parts: Part[]): Step[][] {
  const { start } = bounds;
  if (!start) return [parts.map((part) => partSql(bounds, part, EVERYWHERE))];
  const levels = [...ORDERS[bounds.sort].keys(), ORDERS[bounds.sort].length].reverse();
  return levels.map((level) =>
    parts.flatMap((part) => {
      const conditions = beyondAt({ ...bounds, start }, part, level);
      return conditions ? [partSql(bounds, part, conditions)] : [];
    }),
  );
}

/** Conditions on rows, and those by which they are to be found first, whatever PostgreSQL guesses. */
type Beyond = { found: Sql[]; where: Sql[] };
const EVERYWHERE: Beyond = { found: [], where: [] };

/** What holds for a part's rows that equal the start in `level` keys and lie beyond it in the next; null: none can. */
function beyondAt(
  { sort, rising, start }: PageBounds & { start: NonNullable<PageBounds["start"]> },
  part: Part,
  level: number,
): Beyond | null {
  const keys = ORDERS[sort];
  const bound = (n: number) => keys[n]?.bound(start.keys[n] ?? null) ?? sql`NULL`;
  const ranks = part.fixed.map((value, n) => {
    const rank = keys[n]?.rank ?? Number;
    return Math.sign(rank(value) - rank(start.keys[n] ?? null)) || 0;
  });
  const differs = ranks.findIndex((sign) => sign !== 0);
  if (differs !== -1) return level === differs && ranks[differs] === (rising ? 1 : -1) ? EVERYWHERE : null;
  if (level < part.fixed.length) return null;
  const equal = keys
    .slice(part.fixed.length, level)
    .map(({ value }, n) => sql`${value} = ${bound(n + part.fixed.length)}`);
  const [last, from] =
    level === keys.length
      ? [idOf(part), sql`${start.id}::text`]
      : [keys[level]?.value ?? sql`NULL`, bound(level)];
  const where = [rising ? sql`${last} > ${from}` : sql`${last} < ${from}`];
  // Otherwise an index by id would be read from there to its end, to have those few in order.
  const isFew = level === keys.length && keys.at(-1)?.nearlyUnique;
  return isFew ? { found: equal, where } : { found: [], where: [...equal, ...where] };
}

const idOf = ({ over }: Part): Sql => (TABLES[over].alias === u ? sql`u."id"` : sql`s."userId"`);

function partSql({ sort, rising, limit, reach }: PageBounds, part: Part, { found, where }: Beyond): Step {
  const keys = ORDERS[sort];
  const id = idOf(part);
  const columns = keys.map((key, n) => {
    const value = n < part.fixed.length ? key.bound(part.fixed[n] ?? null) : key.value;
    return sql`${value} AS ${column("o", n)}`;
  });
  const free = keys.slice(part.fixed.length);
  const order = sql`ORDER BY ${ordered([...free.map(({ value }) => value), id], rising)}`;
  const own = sql`WHERE ${allOf([...part.own, ...where])}`;
  const { first: whole, alias, second } = TABLES[part.over];
  const first =
    found.length > 0 ? sql`(SELECT * FROM ${whole} WHERE ${allOf(found)} OFFSET 0) ${alias}` : whole;
  if (part.rest.length === 0) {
    const rows = sql`(SELECT ${join([sql`${id} AS "id"`, ...columns])} FROM ${first} ${own} ${order} LIMIT ${limit}::int)`;
    return { rows, toTheEnd: null };
  }
  // The index is followed so far and no further, whatever PostgreSQL guesses; and as its keys come out as columns, it
  // knows that nothing is left to sort.
  const usual = second === null ? reach.followed : reach.followedJoined;
  const most = part.isSmall ? usual * SMALL : usual;
  const followed = sql`(SELECT ${join([sql`${alias}.*`, ...columns])} FROM ${first} ${own} ${order}
    LIMIT ${most}::int) ${alias}`;
  const names = keys.map((_, n) => sql`${alias}.${column("o", n)}`);
  const inOrder = ordered([...names.slice(part.fixed.length), id], rising);
  const rows = sql`(SELECT ${join([sql`${id} AS "id"`, ...names])} FROM ${followed} ${second ?? empty}
    WHERE ${allOf(part.rest)} ORDER BY ${inOrder} LIMIT ${limit}::int)`;
  const toTheEnd = sql`(SELECT count(*) FROM (SELECT 1 FROM ${first} ${own} LIMIT ${most + 1}::int) way) <= ${most}::int`;
  return { rows, toTheEnd };
}

/** A part's rows beyond the start; and whether it was followed to its end. Null: it always is. */
export type Step = { rows: Sql; toTheEnd: Sql | null };

/** A small part is worth following so many times as far. */
const SMALL = 5;

const [u, s] = [sql`u`, sql`s`];
const user = sql`"User" u`;
const syncStatus = sql`"SyncStatus" s`;

/** In the order of which table a part goes, and what is looked up in the other one for each. */
const TABLES: Record<Part["over"], { first: Sql; alias: Sql; second: Sql | null }> = {
  strangers: { first: sql`${STRANGERS} u`, alias: u, second: null },
  user: { first: user, alias: u, second: null },
  evaluated: { first: syncStatus, alias: s, second: null },
  both: { first: syncStatus, alias: s, second: sql`JOIN ${user} ON u."id" = s."userId"` },
  bothByUser: { first: user, alias: u, second: sql`JOIN ${syncStatus} ON s."userId" = u."id"` },
  either: { first: user, alias: u, second: sql`LEFT JOIN ${syncStatus} ON s."userId" = u."id"` },
};

export function ordered(values: Sql[], rising: boolean): Sql {
  return join(values.map((value) => (rising ? sql`${value} ASC` : sql`${value} DESC`)));
}
