import type { Database } from "~/db/client.server";
import { join, type Sql, sql } from "~/db/sql.server";
import { decodeCursor, encodeCursor, type KeyValue } from "./cursor.server";
import { allOf, type Found, judgedFilters, unjudgedFilters } from "./filters.server";
import { BY_USER, type Key, ORDERS } from "./order.server";
import type { UsersQuery } from "./users-query";

export const PAGE_LENGTH = 50;

export type UsersPage =
  | {
      ok: true;
      ids: string[];
      /** Cursors for `page`: `after` this one, `before` this one; null where there is nothing more. */
      next: string | null;
      previous: string | null;
      /** How many users stand before this page, as counted on the way here. */
      offset: number;
    }
  | { ok: false; reason: "bad_cursor" };

type Row = { id: string } & Record<string, KeyValue>;

/**
 * One page of the users that a query holds: by key, never by counting rows, so that the thousandth page costs what
 * the first does, and nobody is shown twice or left out while others come and go.
 */
export async function usersPage(db: Database, query: UsersQuery, found: Found): Promise<UsersPage> {
  const keys = ORDERS[query.sort];
  const place = query.page ? decodeCursor(query.page.cursor) : null;
  if (query.page && place?.sort !== query.sort) return { ok: false, reason: "bad_cursor" };
  const bounds = place ? boundsOf(keys, place.keys) : null;
  if (place && !bounds) return { ok: false, reason: "bad_cursor" };

  const backwards = query.page?.side === "before";
  const rising = query.reversed === backwards;
  const start = place && bounds ? sql`(${join([...bounds, sql`${place.id}::text`])})` : null;
  const parts = partsOf(query, found).map((part) => partSql({ ...part, keys, rising, start }));
  const rows = parts.length === 0 ? [] : await db.$queryRaw<Row[]>(together(parts, keys, rising));

  const more = rows.length > PAGE_LENGTH;
  const shown = rows.slice(0, PAGE_LENGTH);
  if (backwards) shown.reverse();
  const offset = Math.max(0, !place ? 0 : backwards ? place.at - shown.length : place.at + 1);
  const cursorOf = (row: Row | undefined, at: number) =>
    row
      ? encodeCursor({ sort: query.sort, keys: keys.map((_, n) => row[`k${n}`] ?? null), id: row.id, at })
      : null;
  const begins = backwards ? !more : place === null;
  const ends = backwards ? false : !more;
  return {
    ok: true,
    ids: shown.map(({ id }) => id),
    next: ends ? null : cursorOf(shown.at(-1), offset + shown.length - 1),
    previous: begins ? null : cursorOf(shown[0], offset),
    offset: begins ? 0 : offset,
  };
}

type Part = { from: Sql; conditions: Sql[]; value: (key: Key) => Sql };

/** Those who have been judged, and those who have not: each by its own index. In the order of `User`, both at once. */
export function partsOf(query: UsersQuery, found: Found): Part[] {
  const judged = judgedFilters(query, found);
  const unjudged = unjudgedFilters(query, found);
  const withStanding: Part = {
    from: sql`"Standing" s JOIN "User" u ON u."id" = s."userId"`,
    conditions: judged,
    value: (key) => key.value,
  };
  if (!unjudged) return [withStanding];
  if (BY_USER.has(query.sort)) {
    const either = sql`(CASE WHEN s."userId" IS NULL THEN ${allOf(unjudged)} ELSE ${allOf(judged)} END)`;
    const from = sql`"User" u LEFT JOIN "Standing" s ON s."userId" = u."id"`;
    return [{ from, conditions: [either], value: (key) => key.value }];
  }
  const missing = sql`NOT EXISTS (SELECT 1 FROM "Standing" s WHERE s."userId" = u."id")`;
  return [
    withStanding,
    { from: sql`"User" u`, conditions: [missing, ...unjudged], value: (key) => key.unjudged },
  ];
}

function partSql(part: Part & { keys: readonly Key[]; rising: boolean; start: Sql | null }): Sql {
  const { from, conditions, value, keys, rising, start } = part;
  const order = [...keys.map(value), sql`u."id"`];
  const beyond = start ? [rising ? sql`(${join(order)}) > ${start}` : sql`(${join(order)}) < ${start}`] : [];
  const named = keys.map((key, n) => sql`${value(key)} AS ${column("o", n)}`);
  return sql`(SELECT ${join([sql`u."id"`, ...named])} FROM ${from}
    WHERE ${allOf([...conditions, ...beyond])}
    ORDER BY ${ordered(order, rising)} LIMIT ${PAGE_LENGTH + 1}::int)`;
}

function together(parts: Sql[], keys: readonly Key[], rising: boolean): Sql {
  const kept = keys.map((key, n) => sql`${key.kept(column("o", n))} AS ${column("k", n)}`);
  const order = [...keys.map((_, n) => column("o", n)), sql`"id"`];
  return sql`SELECT ${join([sql`"id"`, ...kept])} FROM (${join(parts, " UNION ALL ")}) parts
    ORDER BY ${ordered(order, rising)} LIMIT ${PAGE_LENGTH + 1}::int`;
}

const columns = { o: [sql`"o0"`, sql`"o1"`, sql`"o2"`], k: [sql`"k0"`, sql`"k1"`, sql`"k2"`] };

function column(letter: "o" | "k", n: number): Sql {
  const name = columns[letter][n];
  if (!name) throw new Error("An order has at most three keys.");
  return name;
}

function ordered(values: Sql[], rising: boolean): Sql {
  return join(values.map((value) => (rising ? sql`${value} ASC` : sql`${value} DESC`)));
}

function boundsOf(keys: readonly Key[], kept: readonly KeyValue[]): Sql[] | null {
  if (kept.length !== keys.length) return null;
  const bounds = keys.map((key, n) => key.bound(kept[n] ?? null));
  return bounds.every((bound) => bound !== null) ? bounds : null;
}
