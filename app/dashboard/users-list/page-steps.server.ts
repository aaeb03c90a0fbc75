import { empty, join, type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import { joinConditions } from "./conditions.server";
import type { KeyValue } from "./cursor.server";
import type { ListPart } from "./list-parts.server";
import type { ScanLimits } from "./scan-limits.server";
import { SORT_KEYS } from "./sort-keys.server";
import { getName, USERS_WITHOUT_STATUS } from "./sql-names.server";

/** Where a page begins, its direction and its length. */
export type PageBounds = {
  sort: Sort;
  /** In the direction of the sort, or against it. */
  ascending: boolean;
  /** The row before the page; null for the first page. */
  start: { keys: KeyValue[]; id: string } | null;
  limit: number;
  scanLimits: ScanLimits;
};

/** The rows of one part after the start. `isReadToEnd`: the scan stopped at no limit; null: it has no limit. */
export type PageStep = { rows: Sql; isReadToEnd: Sql | null };

/**
 * The rows of these parts after the start, in steps, nearest first: rows that equal the start in every key and come after it
 * by id, then rows that equal it in all keys except the last, and so on. One row comparison would give the same rows, but
 * PostgreSQL estimates it by the first key alone: zero rows, where a million users share one value.
 */
export function buildSteps(bounds: PageBounds, parts: ListPart[]): PageStep[][] {
  const { start } = bounds;
  if (!start) return [parts.map((part) => buildStep(bounds, part, NO_START))];
  const levels = [...SORT_KEYS[bounds.sort].keys(), SORT_KEYS[bounds.sort].length].reverse();
  return levels.map((level) =>
    parts.flatMap((part) => {
      const conditions = compareToStart({ ...bounds, start }, part, level);
      return conditions ? [buildStep(bounds, part, conditions)] : [];
    }),
  );
}

/** Conditions on the rows of a step. Rows are found by `first` before anything else, whatever PostgreSQL estimates. */
type StartConditions = { first: Sql[]; rest: Sql[] };
const NO_START: StartConditions = { first: [], rest: [] };

/** Rows of the part that equal the start in `level` keys and come after it in the next one; null when there can be none. */
function compareToStart(
  { sort, ascending, start }: PageBounds & { start: NonNullable<PageBounds["start"]> },
  part: ListPart,
  level: number,
): StartConditions | null {
  const keys = SORT_KEYS[sort];
  const { fixedKeys } = part;
  const getStartValue = (n: number) => keys[n]?.fromCursor(start.keys[n] ?? null) ?? sql`NULL`;
  const comparisons = fixedKeys.map((value, n) => {
    const rank = keys[n]?.rank ?? Number;
    return Math.sign(rank(value) - rank(start.keys[n] ?? null)) || 0;
  });
  const differing = comparisons.findIndex((sign) => sign !== 0);
  if (differing !== -1)
    return level === differing && comparisons[differing] === (ascending ? 1 : -1) ? NO_START : null;
  if (level < fixedKeys.length) return null;
  const equal = keys
    .slice(fixedKeys.length, level)
    .map(({ value }, n) => sql`${value} = ${getStartValue(n + fixedKeys.length)}`);
  const [last, from] =
    level === keys.length
      ? [selectId(part), sql`${start.id}::text`]
      : [keys[level]?.value ?? sql`NULL`, getStartValue(level)];
  const after = [ascending ? sql`${last} > ${from}` : sql`${last} < ${from}`];
  // Otherwise PostgreSQL would read the index by id to its end, only to have these few rows in order.
  const areFew = level === keys.length && keys.at(-1)?.nearlyUnique;
  return areFew ? { first: equal, rest: after } : { first: [], rest: [...equal, ...after] };
}

const selectId = ({ source }: ListPart): Sql => (TABLES[source].alias === u ? sql`u."id"` : sql`s."userId"`);

function buildStep(bounds: PageBounds, part: ListPart, conditions: StartConditions): PageStep {
  const { sort, ascending, limit, scanLimits } = bounds;
  const { fixedKeys } = part;
  const keys = SORT_KEYS[sort];
  const id = selectId(part);
  const columns = keys.map((key, n) => {
    const value = n < fixedKeys.length ? key.fromCursor(fixedKeys[n] ?? null) : key.value;
    return sql`${value} AS ${getName("key", n)}`;
  });
  const freeKeys = keys.slice(fixedKeys.length);
  const order = sql`ORDER BY ${orderBy([...freeKeys.map(({ value }) => value), id], ascending)}`;
  const where = sql`WHERE ${joinConditions([...part.indexConditions, ...conditions.rest])}`;
  const { first: whole, alias, second } = TABLES[part.source];
  const first =
    conditions.first.length > 0
      ? sql`(SELECT * FROM ${whole} WHERE ${joinConditions(conditions.first)} OFFSET 0) ${alias}`
      : whole;
  if (part.scanConditions.length === 0) {
    const rows = sql`(SELECT ${join([sql`${id} AS "id"`, ...columns])} FROM ${first} ${where} ${order} LIMIT ${limit}::int)`;
    return { rows, isReadToEnd: null };
  }
  // LIMIT ends the scan whatever PostgreSQL estimates. The keys are columns here, so that PostgreSQL sees that the rows are
  // in order already.
  const usual = second === null ? scanLimits.scanned : scanLimits.joinedScanned;
  const most = part.isSmall ? usual * SMALL_PART_FACTOR : usual;
  const scanned = sql`(SELECT ${join([sql`${alias}.*`, ...columns])} FROM ${first} ${where} ${order}
    LIMIT ${most}::int) ${alias}`;
  const names = keys.map((_, n) => sql`${alias}.${getName("key", n)}`);
  const inOrder = orderBy([...names.slice(fixedKeys.length), id], ascending);
  const rows = sql`(SELECT ${join([sql`${id} AS "id"`, ...names])} FROM ${scanned} ${second ?? empty}
    WHERE ${joinConditions(part.scanConditions)} ORDER BY ${inOrder} LIMIT ${limit}::int)`;
  const isReadToEnd = sql`(SELECT count(*) FROM (SELECT 1 FROM ${first} ${where} LIMIT ${most + 1}::int) scanned) <= ${most}::int`;
  return { rows, isReadToEnd };
}

/** A small part is scanned this many times further. */
const SMALL_PART_FACTOR = 5;

const [u, s] = [sql`u`, sql`s`];
const user = sql`parity."User" u`;
const syncStatus = sql`parity."SyncStatus" s`;

/** The table whose index gives the order, and what is looked up in the other table for each entry. */
const TABLES: Record<ListPart["source"], { first: Sql; alias: Sql; second: Sql | null }> = {
  usersWithoutStatus: { first: sql`${USERS_WITHOUT_STATUS} u`, alias: u, second: null },
  user: { first: user, alias: u, second: null },
  status: { first: syncStatus, alias: s, second: null },
  statusJoinUser: { first: syncStatus, alias: s, second: sql`JOIN ${user} ON u."id" = s."userId"` },
  userJoinStatus: { first: user, alias: u, second: sql`JOIN ${syncStatus} ON s."userId" = u."id"` },
  userLeftJoinStatus: { first: user, alias: u, second: sql`LEFT JOIN ${syncStatus} ON s."userId" = u."id"` },
};

export function orderBy(values: Sql[], ascending: boolean): Sql {
  return join(values.map((value) => (ascending ? sql`${value} ASC` : sql`${value} DESC`)));
}
