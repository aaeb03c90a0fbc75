import { join, type Sql, sql } from "~/platform/sql.server";
import { type CandidateCollection, collectCandidates, selectAllUsers } from "./candidates.server";
import type { Conditions } from "./conditions.server";
import { divideList, listPartsWithoutStatus } from "./list-parts.server";
import { buildSteps, orderBy, type PageBounds, type PageStep } from "./page-steps.server";
import { SORT_KEYS, SORTS_BY_USER } from "./sort-keys.server";
import { getName, USERS_WITHOUT_STATUS } from "./sql-names.server";
import { selectUsersWithoutStatus } from "./users-without-status.server";

/** Common table expressions, and the queries that read the page's rows from them. */
type PageSource = { tables: Sql[]; rows: Sql[] };

/**
 * The statement for a page: `id`, `cursor0`, `cursor1` … as a cursor keeps them, and `exists`, which is false when the user
 * was deleted after the last evaluation. Null when no part of the list comes after the start.
 *
 * The sources are tried in this order, each only when those before it reached their limit: candidates, a scan of the index,
 * a sort of all users. Users without a sync status are added where a source does not include them.
 */
export function buildPageSql(bounds: PageBounds, given: Conditions): Sql | null {
  const { sort, ascending, limit } = bounds;
  const keys = SORT_KEYS[sort];
  const order = orderBy([...keys.map((_, n) => getName("key", n)), sql`"id"`], ascending);
  const groups = divideList(sort, given);
  const isIndexEnough = groups.flat().every(({ scanConditions }) => scanConditions.length === 0);
  const collections = isIndexEnough ? [] : collectCandidates(sort, given, bounds.scanLimits);
  const steps = (ascending ? groups : [...groups].reverse()).flatMap((parts) => buildSteps(bounds, parts));
  const scan = scanByIndex("scan", steps, exceedAll(collections), bounds);
  const sources = [
    defineUsersWithoutStatus(given),
    ...collections.map((_, n) => readCandidates(collections, n, bounds)),
    scan,
    ...(isIndexEnough ? [] : [sortAllUsers(scan.isIncomplete, collections, bounds, given)]),
    addUsersWithoutStatus(isIndexEnough ? null : scan.isIncomplete, collections, bounds, given),
  ];
  const tables = sources.flatMap((source) => source.tables);
  const rows = sources.flatMap((source) => source.rows);
  if (rows.length === 0) return null;
  const cursor = keys.map((key, n) => sql`${key.toCursor(getName("key", n))} AS ${getName("cursor", n)}`);
  const exists = SORTS_BY_USER.has(sort)
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM parity.users_by_id(ARRAY[page."id"]))`;
  return sql`WITH ${join(tables)} SELECT "id", ${join(cursor)}, ${exists} AS "exists"
    FROM (SELECT * FROM (${join(rows, " UNION ")}) found ORDER BY ${order} LIMIT ${limit}::int) page
    ORDER BY ${order}`;
}

/**
 * Scans the list step by step. A step runs only under these conditions, when the steps before it were read to their end and
 * did not fill the page. `isIncomplete`: a step stopped at its limit, so there may be more rows for the page.
 */
function scanByIndex(
  tableName: "scan" | "candidateScan",
  steps: PageStep[][],
  conditions: Sql[],
  { sort, limit }: PageBounds,
): PageSource & { isIncomplete: Sql } {
  const taken = steps.filter((parts) => parts.length > 0);
  const names = taken.map((_, n) => getName(tableName, n));
  const columns = join([sql`"id"`, ...SORT_KEYS[sort].map((_, n) => getName("key", n))]);
  const needsRows = (stepsBefore: number) =>
    sql`${join([sql`0`, ...names.slice(0, stepsBefore).map(countRows)], " + ")} < ${limit}::int`;
  const ends = taken.map((parts) => parts.flatMap(({ isReadToEnd }) => isReadToEnd ?? []));
  const tables = taken.map((parts, n) => {
    const when = [...conditions, needsRows(n), ...ends.slice(0, n).flat()];
    const rows = parts.map((part, m) => sql`SELECT *, ${m}::int AS "part" FROM ${part.rows} part`);
    return sql`${names[n]} AS MATERIALIZED (SELECT * FROM (${join(rows, " UNION ALL ")}) parts
      WHERE ${join(when, " AND ")})`;
  });
  const incomplete = taken.flatMap((parts, n) =>
    parts.flatMap(({ isReadToEnd }, m) => {
      const isFull = sql`(SELECT count(*) FROM ${names[n]} WHERE "part" = ${m}::int) >= ${limit}::int`;
      return isReadToEnd ? [sql`(${needsRows(n)} AND NOT (${isFull} OR ${isReadToEnd}))`] : [];
    }),
  );
  return {
    tables,
    rows: names.map((name) => sql`SELECT ${columns} FROM ${name}`),
    isIncomplete: sql`(${join([sql`false`, ...incomplete], " OR ")})`,
  };
}

/** Collects candidates when the collections before it exceeded their limits, and reads the page from them. */
function readCandidates(collections: CandidateCollection[], at: number, bounds: PageBounds): PageSource {
  const collection = collections[at];
  if (!collection) return { tables: [], rows: [] };
  const name = getName("candidates", at);
  const when = [sql`true`, ...exceedAll(collections.slice(0, at))];
  const table = sql`${name} AS MATERIALIZED (SELECT * FROM (${collection.select}) selected
    WHERE ${join(when, " AND ")})`;
  const areAll = includeAll(collections, at);
  const areFew = sql`${countRows(name)} <= ${collection.rowsLimit}::int`;
  const steps = collection.toPart ? buildSteps(bounds, [collection.toPart(name)]) : [];
  const scan = scanByIndex("candidateScan", steps, [areAll, sql`NOT (${areFew})`], bounds);
  const rows = sql`SELECT * FROM (${collection.selectRows(name)}) candidate_rows
    WHERE ${areAll} AND (${areFew} OR ${scan.isIncomplete}) AND ${compareRows(bounds)}`;
  return { tables: [table, ...scan.tables], rows: [...scan.rows, rows] };
}

/** The last resort: sorts all users that match, when they exceed every collection and the scan is incomplete. */
function sortAllUsers(
  isIncomplete: Sql,
  collections: CandidateCollection[],
  bounds: PageBounds,
  given: Conditions,
): PageSource {
  const { sort, ascending, limit } = bounds;
  const when = [...exceedAll(collections), isIncomplete];
  const order = orderBy([...SORT_KEYS[sort].map((_, n) => getName("key", n)), sql`"id"`], ascending);
  const page = sql`(${selectAllUsers(sort, given, compareRows(bounds))} ORDER BY ${order} LIMIT ${limit}::int)`;
  return { tables: [], rows: [sql`SELECT * FROM ${page} sorted WHERE ${join(when, " AND ")}`] };
}

/** That a row comes after the start. */
function compareRows({ sort, ascending, start }: PageBounds): Sql {
  if (!start) return sql`true`;
  const row = [...SORT_KEYS[sort].map((_, n) => getName("key", n)), sql`"id"`];
  const values = SORT_KEYS[sort].map((key, n) => key.fromCursor(start.keys[n] ?? null) ?? sql`NULL`);
  const [left, right] = [join(row), join([...values, sql`${start.id}::text`])];
  return ascending ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}

function defineUsersWithoutStatus({ usersWithoutStatus, withoutStatus }: Conditions): PageSource {
  if (!usersWithoutStatus || !withoutStatus) return { tables: [], rows: [] };
  const select = selectUsersWithoutStatus(usersWithoutStatus);
  return { tables: [sql`${USERS_WITHOUT_STATUS} AS MATERIALIZED (${select})`], rows: [] };
}

/** Users without a sync status, next to the sources that read users with a sync status only. */
function addUsersWithoutStatus(
  isIncomplete: Sql | null,
  collections: CandidateCollection[],
  bounds: PageBounds,
  given: Conditions,
): PageSource {
  const collected = collections.flatMap(({ includesUsersWithoutStatus }, n) =>
    includesUsersWithoutStatus ? [] : [includeAll(collections, n)],
  );
  const sorted = isIncomplete ? [sql`(${join([...exceedAll(collections), isIncomplete], " AND ")})`] : [];
  const when = [...collected, ...sorted];
  const parts = when.length === 0 ? [] : listPartsWithoutStatus(bounds.sort, given);
  const steps = buildSteps(bounds, parts).flat();
  if (steps.length === 0) return { tables: [], rows: [] };
  const select = join(
    steps.map(({ rows }) => rows),
    " UNION ALL ",
  );
  return { tables: [], rows: [sql`SELECT * FROM (${select}) without_status WHERE (${join(when, " OR ")})`] };
}

/** That this collection holds all users that match, and those before it exceeded their limits. */
function includeAll(collections: CandidateCollection[], at: number): Sql {
  const limit = collections[at]?.limit ?? 0;
  const isWithinLimit = sql`${countRows(getName("candidates", at))} <= ${limit}::int`;
  return sql`(${join([...exceedAll(collections.slice(0, at)), isWithinLimit], " AND ")})`;
}

/** For each collection: that it exceeded its limit. */
const exceedAll = (collections: CandidateCollection[]): Sql[] =>
  collections.map(({ limit }, n) => sql`${countRows(getName("candidates", n))} > ${limit}::int`);

const countRows = (table: Sql): Sql => sql`(SELECT count(*) FROM ${table})`;
