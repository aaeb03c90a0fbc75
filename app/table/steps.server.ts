import { join, type Sql, sql } from "~/db/sql.server";
import type { Sort } from "./columns";
import type { KeyValue } from "./cursor.server";
import { allOf } from "./filters.server";
import { column, STRANGERS } from "./names.server";
import { BY_USER, ORDERS } from "./order.server";
import type { Part } from "./parts.server";

/** Where a page begins, which way it goes and how long it is. */
export type PageBounds = {
  sort: Sort;
  /** In the direction of the sort, or against it. */
  rising: boolean;
  /** Beyond which row the page begins; null for the first page. */
  start: { keys: KeyValue[]; id: string } | null;
  limit: number;
};

/**
 * The parts of a group beyond the start, nearest first: those equal to it in every key and beyond it by their id, then
 * those equal in all keys but the last, and so on. One comparison of rows would say the same, but PostgreSQL guesses how
 * many rows that holds from the first key alone: nobody, where a million users have the same value.
 */
export function stepsOf(bounds: PageBounds, parts: Part[]): Sql[][] {
  const { start } = bounds;
  if (!start) return [parts.map((part) => partSql(bounds, part, []))];
  const levels = [...ORDERS[bounds.sort].keys(), ORDERS[bounds.sort].length].reverse();
  return levels.map((level) =>
    parts.flatMap((part) => {
      const conditions = beyondAt({ ...bounds, start }, part, level);
      return conditions ? [partSql(bounds, part, conditions)] : [];
    }),
  );
}

/** What holds for a part's rows that equal the start in `level` keys and lie beyond it in the next; null: none can. */
function beyondAt(
  { sort, rising, start }: PageBounds & { start: NonNullable<PageBounds["start"]> },
  part: Part,
  level: number,
): Sql[] | null {
  const keys = ORDERS[sort];
  const bound = (n: number) => keys[n]?.bound(start.keys[n] ?? null) ?? sql`NULL`;
  const ranks = part.fixed.map((value, n) => {
    const rank = keys[n]?.rank ?? Number;
    return Math.sign(rank(value) - rank(start.keys[n] ?? null)) || 0;
  });
  const differs = ranks.findIndex((sign) => sign !== 0);
  if (differs !== -1) return level === differs && ranks[differs] === (rising ? 1 : -1) ? [] : null;
  if (level < part.fixed.length) return null;
  const equal = keys
    .slice(part.fixed.length, level)
    .map(({ value }, n) => sql`${value} = ${bound(n + part.fixed.length)}`);
  const [last, from] =
    level === keys.length
      ? [idOf(sort, part), sql`${start.id}::text`]
      : [keys[level]?.value ?? sql`NULL`, bound(level)];
  return [...equal, rising ? sql`${last} > ${from}` : sql`${last} < ${from}`];
}

const idOf = (sort: PageBounds["sort"], { over }: Part): Sql =>
  BY_USER.has(sort) || over === "user" || over === "strangers" ? sql`u."id"` : sql`s."userId"`;

function partSql({ sort, rising, limit }: PageBounds, part: Part, beyond: Sql[]): Sql {
  const keys = ORDERS[sort];
  const id = idOf(sort, part);
  const free = keys.slice(part.fixed.length);
  const columns = keys.map((key, n) => {
    const value = n < part.fixed.length ? key.bound(part.fixed[n] ?? null) : key.value;
    return sql`${value} AS ${column("o", n)}`;
  });
  const where = allOf([...part.conditions, ...beyond]);
  const select = sql`SELECT ${join([sql`${id} AS "id"`, ...columns])}`;
  const order = sql`ORDER BY ${ordered([...free.map(({ value }) => value), id], rising)}`;
  const most = sql`LIMIT ${limit}::int`;
  switch (part.over) {
    case "strangers":
      return sql`(${select} FROM ${STRANGERS} u WHERE ${where} ${order} ${most})`;
    case "user":
      return sql`(${select} FROM "User" u WHERE ${where} ${order} ${most})`;
    case "either":
      return sql`(${select} FROM "User" u LEFT JOIN "Standing" s ON s."userId" = u."id"
        WHERE ${where} ${order} ${most})`;
    case "both":
      return sql`(${select} FROM "Standing" s JOIN "User" u ON u."id" = s."userId" WHERE ${where} ${order} ${most})`;
    case "judged":
      return sql`(${select} FROM "Standing" s WHERE ${where} ${order} ${most})`;
  }
}

export function ordered(values: Sql[], rising: boolean): Sql {
  return join(values.map((value) => (rising ? sql`${value} ASC` : sql`${value} DESC`)));
}
