import type { Database, Tx } from "~/platform/client.server";
import { sqlStateOf } from "~/platform/errors.server";
import { sql } from "~/platform/sql.server";
import { decodeCursor, encodeCursor, type KeyValue } from "./cursor.server";
import { type Conditions, conditionsOf, type Facts } from "./filters.server";
import { ORDERS } from "./order.server";
import { pageSql } from "./page-sql.server";
import { REACH } from "./reach.server";
import type { PageBounds } from "./steps.server";
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
  | { ok: false; reason: "bad_cursor" | "too_slow" };

type Row = { id: string; there: boolean } & Record<`k${number}`, KeyValue>;

/**
 * One page of the users that a query holds: by key, never by counting rows, so that the thousandth page costs what
 * the first does, and nobody is shown twice or left out while others come and go.
 */
export async function usersPage(
  db: Database,
  query: UsersQuery,
  facts: Facts,
  reach = REACH,
): Promise<UsersPage> {
  const keys = ORDERS[query.sort];
  const place = query.page ? decodeCursor(query.page.cursor) : null;
  const isPlace =
    place?.sort === query.sort &&
    place.keys.length === keys.length &&
    keys.every((key, n) => key.bound(place.keys[n] ?? null) !== null);
  if (query.page && !isPlace) return { ok: false, reason: "bad_cursor" };

  const backwards = query.page?.side === "before";
  const bounds: PageBounds = {
    sort: query.sort,
    rising: query.reversed === backwards,
    start: place,
    limit: PAGE_LENGTH + 1,
    reach,
  };
  const conditions = conditionsOf(query, facts);
  const rows = await db
    .$transaction(async (tx) => {
      await tx.$queryRaw(PLANNER);
      return rowsOf(tx, bounds, conditions);
    })
    .catch((error: unknown) => {
      if (sqlStateOf(error) === TIMED_OUT) return null;
      throw error;
    });
  if (!rows) return { ok: false, reason: "too_slow" };

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

const TIMED_OUT = "57014";

/**
 * What PostgreSQL's planner is told for these statements alone, whatever the server's settings: what is read lies in
 * memory; fifty rows are not worth other processes or a compiler; and where an index gives the order, it is the way.
 */
const PLANNER = sql`SELECT set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true), set_config('enable_sort', 'off', true),
  set_config('statement_timeout', '5s', true)`;

/** Rows of users who are there still: where some are gone the page goes on behind them. */
async function rowsOf(tx: Tx, bounds: PageBounds, conditions: Conditions): Promise<Row[]> {
  const rows: Row[] = [];
  let from = bounds;
  for (;;) {
    const statement = pageSql(from, conditions);
    const found = statement ? await tx.$queryRaw<Row[]>(statement) : [];
    rows.push(...found.filter(({ there }) => there));
    const last = found.at(-1);
    if (!last || found.length < from.limit || rows.length >= bounds.limit) return rows.slice(0, bounds.limit);
    const keys = ORDERS[bounds.sort].map((_, n) => last[`k${n}`] ?? null);
    from = { ...from, start: { keys, id: last.id }, limit: from.limit * 2 };
  }
}
