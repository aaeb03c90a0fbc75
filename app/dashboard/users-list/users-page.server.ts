import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { readSqlState } from "~/platform/errors.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { Conditions } from "./conditions.server";
import { decodeCursor, encodeCursor, type KeyValue } from "./cursor.server";
import { buildPageSql } from "./page-sql.server";
import type { PageBounds } from "./page-steps.server";
import { SCAN_LIMITS } from "./scan-limits.server";
import { SORT_KEYS } from "./sort-keys.server";
import type { UsersQuery } from "./users-query";

export const PAGE_LENGTH = 50;

export type UsersPage =
  | {
      ok: true;
      ids: string[];
      /** Cursors of the next and the previous page; null where there is none. */
      next: string | null;
      previous: string | null;
      /** How many users come before this page, as counted on the way here. */
      offset: number;
    }
  | { ok: false; reason: "bad_cursor" | "too_slow" };

const keyValue = z.union([z.string(), z.number(), z.null()]);
const pageRow = z
  .object({
    id: z.string(),
    exists: z.boolean(),
    cursor0: keyValue,
    cursor1: keyValue.optional(),
    cursor2: keyValue.optional(),
  })
  .transform(({ id, exists, cursor0, cursor1 = null, cursor2 = null }) => ({
    id,
    exists,
    cursor: [cursor0, cursor1, cursor2],
  }));

type PageRow = z.output<typeof pageRow>;

/**
 * One page of the users that match. It is found by key and not by counting rows: page 1,000 costs as much as page 1, and no
 * user is shown twice or left out while others come and go.
 */
export async function loadUsersPage(
  db: Database,
  { sort, reversed, page }: Pick<UsersQuery, "sort" | "reversed" | "page">,
  conditions: Conditions,
  scanLimits = SCAN_LIMITS,
): Promise<UsersPage> {
  const keys = SORT_KEYS[sort];
  const place = page ? decodeCursor(page.cursor) : null;
  const isValid =
    place?.sort === sort &&
    place.keys.length === keys.length &&
    keys.every((key, n) => key.fromCursor(place.keys[n] ?? null) !== null);
  if (page && !isValid) return { ok: false, reason: "bad_cursor" };

  const isBackwards = page?.side === "before";
  const bounds: PageBounds = {
    sort,
    ascending: reversed === isBackwards,
    start: place,
    limit: PAGE_LENGTH + 1,
    scanLimits,
  };
  const rows = await db
    .$transaction(async (tx) => {
      await tx.$queryRaw(SET_PLANNER);
      return loadRows(tx, bounds, conditions);
    })
    .catch((error: unknown) => {
      if (readSqlState(error) === QUERY_CANCELED) return null;
      throw error;
    });
  if (!rows) return { ok: false, reason: "too_slow" };

  const hasMore = rows.length > PAGE_LENGTH;
  const shown = rows.slice(0, PAGE_LENGTH);
  if (isBackwards) shown.reverse();
  const offset = Math.max(0, !place ? 0 : isBackwards ? place.at - shown.length : place.at + 1);
  const toCursor = (row: PageRow | undefined, at: number) =>
    row ? encodeCursor({ sort, keys: row.cursor.slice(0, keys.length), id: row.id, at }) : null;
  const isFirst = isBackwards ? !hasMore : place === null;
  const isLast = isBackwards ? false : !hasMore;
  return {
    ok: true,
    ids: shown.map(({ id }) => id),
    next: isLast ? null : toCursor(shown.at(-1), offset + shown.length - 1),
    previous: isFirst ? null : toCursor(shown[0], offset),
    offset: isFirst ? 0 : offset,
  };
}

/** The SQLSTATE of a statement that was cancelled by `statement_timeout`. */
const QUERY_CANCELED = "57014";

/**
 * Planner settings for these statements only: the tables are in memory, fifty rows need no parallel workers and no JIT
 * compilation, and where an index gives the order it is used.
 */
const SET_PLANNER = sql`SELECT set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true), set_config('enable_sort', 'off', true),
  set_config('statement_timeout', '5s', true)`;

/** Rows of users that still exist: where some were deleted, the page continues after them. */
async function loadRows(tx: Tx, bounds: PageBounds, conditions: Conditions): Promise<PageRow[]> {
  const keyCount = SORT_KEYS[bounds.sort].length;
  const rows: PageRow[] = [];
  let from = bounds;
  for (;;) {
    const statement = buildPageSql(from, conditions);
    const found = statement ? await queryRows(tx, pageRow, statement) : [];
    rows.push(...found.filter(({ exists }) => exists));
    const last = found.at(-1);
    if (!last || found.length < from.limit || rows.length >= bounds.limit) return rows.slice(0, bounds.limit);
    const keys: KeyValue[] = last.cursor.slice(0, keyCount);
    from = { ...from, start: { keys, id: last.id }, limit: from.limit * 2 };
  }
}
