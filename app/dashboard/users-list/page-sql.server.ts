import { join, type Sql, sql } from "~/platform/sql.server";
import type { Conditions } from "./filters.server";
import { everybody, type Gathering, gatheringsOf } from "./gather.server";
import { column, STRANGERS } from "./names.server";
import { BY_USER, ORDERS } from "./order.server";
import { groupsOf, strangersOf } from "./parts.server";
import { ordered, type PageBounds, type Step, stepsOf } from "./steps.server";
import { namedUnevaluated } from "./unevaluated.server";

/** Common table expressions, and what reads the page's rows from them. */
type Source = { tables: Sql[]; rows: Sql[] };

/**
 * The statement for a page: `id`, `k0`, `k1` … as a cursor keeps them, and whether the user is still `there` (a Standing
 * outlives its user). Null when no part of the list lies beyond the start.
 */
export function pageSql(bounds: PageBounds, given: Conditions): Sql | null {
  const { sort, rising, limit } = bounds;
  const keys = ORDERS[sort];
  const order = ordered([...keys.map((_, n) => column("o", n)), sql`"id"`], rising);
  const groups = groupsOf(sort, given);
  const isInOrder = groups.flat().every(({ rest }) => rest.length === 0);
  const gatherings = isInOrder ? [] : gatheringsOf(sort, given, bounds.reach);
  const steps = (rising ? groups : [...groups].reverse()).flatMap((parts) => stepsOf(bounds, parts));
  const walk = walked("g", steps, overflowOf(gatherings), bounds);
  const sources = [
    namedStrangers(given),
    ...gatherings.map((_, n) => gathered(gatherings, n, bounds)),
    walk,
    ...(isInOrder ? [] : [atLast(walk.isShort, gatherings, bounds, given)]),
    strangersBeside(isInOrder ? null : walk.isShort, gatherings, bounds, given),
  ];
  const tables = sources.flatMap((source) => source.tables);
  const rows = sources.flatMap((source) => source.rows);
  if (rows.length === 0) return null;
  const kept = keys.map((key, n) => sql`${key.kept(column("o", n))} AS ${column("k", n)}`);
  const there = BY_USER.has(sort) ? sql`true` : sql`EXISTS (SELECT 1 FROM "User" u WHERE u."id" = page."id")`;
  return sql`WITH ${join(tables)} SELECT "id", ${join(kept)}, ${there} AS "there"
    FROM (SELECT * FROM (${join(rows, " UNION ")}) found ORDER BY ${order} LIMIT ${limit}::int) page
    ORDER BY ${order}`;
}

/**
 * Steps through the list, each taken only under these conditions, when those before it went to their end and did not fill
 * the page. `isShort`: a part that was followed only so far may hold more of the page.
 */
function walked(
  letter: "g" | "h",
  steps: Step[][],
  conditions: Sql[],
  { sort, limit }: PageBounds,
): Source & { isShort: Sql } {
  const taken = steps.filter((parts) => parts.length > 0);
  const names = taken.map((_, n) => column(letter, n));
  const columns = join([sql`"id"`, ...ORDERS[sort].map((_, n) => column("o", n))]);
  const isOpen = (upTo: number) =>
    sql`${join([sql`0`, ...names.slice(0, upTo).map(count)], " + ")} < ${limit}::int`;
  const ends = taken.map((parts) => parts.flatMap(({ toTheEnd }) => toTheEnd ?? []));
  const tables = taken.map((parts, n) => {
    const when = [...conditions, isOpen(n), ...ends.slice(0, n).flat()];
    const rows = parts.map((part, m) => sql`SELECT *, ${m}::int AS "part" FROM ${part.rows} part`);
    return sql`${names[n]} AS MATERIALIZED (SELECT * FROM (${join(rows, " UNION ALL ")}) parts
      WHERE ${join(when, " AND ")})`;
  });
  const short = taken.flatMap((parts, n) =>
    parts.flatMap(({ toTheEnd }, m) => {
      const isFull = sql`(SELECT count(*) FROM ${names[n]} WHERE "part" = ${m}::int) >= ${limit}::int`;
      return toTheEnd ? [sql`(${isOpen(n)} AND NOT (${isFull} OR ${toTheEnd}))`] : [];
    }),
  );
  return {
    tables,
    rows: names.map((name) => sql`SELECT ${columns} FROM ${name}`),
    isShort: sql`(${join([sql`false`, ...short], " OR ")})`,
  };
}

/** A gathering, tried when those before it found too many, and the page out of it when it holds. */
function gathered(gatherings: Gathering[], at: number, bounds: PageBounds): Source {
  const gathering = gatherings[at];
  if (!gathering) return { tables: [], rows: [] };
  const when = [sql`true`, ...overflowOf(gatherings.slice(0, at))];
  const table = sql`${column("c", at)} AS MATERIALIZED (SELECT * FROM (${gathering.ids}) candidates
    WHERE ${join(when, " AND ")})`;
  const all = holds(gatherings, at);
  const isFew = sql`${count(column("c", at))} <= ${gathering.rowsUpTo}::int`;
  const steps = gathering.part ? stepsOf(bounds, [gathering.part(column("c", at))]) : [];
  const through = walked("h", steps, [all, sql`NOT (${isFew})`], bounds);
  const rows = sql`SELECT * FROM (${gathering.rows(column("c", at))}) gathered
    WHERE ${all} AND (${isFew} OR ${through.isShort}) AND ${beyond(bounds)}`;
  return { tables: [table, ...through.tables], rows: [...through.rows, rows] };
}

/** The page out of everybody, when they were too many to gather at first and too few were met on the way. */
function atLast(isShort: Sql, gatherings: Gathering[], bounds: PageBounds, given: Conditions): Source {
  const when = [...overflowOf(gatherings), isShort];
  const order = ordered([...ORDERS[bounds.sort].map((_, n) => column("o", n)), sql`"id"`], bounds.rising);
  const page = sql`(${everybody(bounds.sort, given, beyond(bounds))} ORDER BY ${order} LIMIT ${bounds.limit}::int)`;
  return { tables: [], rows: [sql`SELECT * FROM ${page} last WHERE ${join(when, " AND ")}`] };
}

function beyond({ sort, rising, start }: PageBounds): Sql {
  if (!start) return sql`true`;
  const row = [...ORDERS[sort].map((_, n) => column("o", n)), sql`"id"`];
  const place = ORDERS[sort].map((key, n) => key.bound(start.keys[n] ?? null) ?? sql`NULL`);
  const [left, right] = [join(row), join([...place, sql`${start.id}::text`])];
  return rising ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}

function namedStrangers({ strangers, unevaluated }: Conditions): Source {
  const tables =
    strangers && unevaluated ? [sql`${STRANGERS} AS MATERIALIZED (${namedUnevaluated(strangers)})`] : [];
  return { tables, rows: [] };
}

/** Users without a Standing, beside a gathering of Standings or of everybody with one. */
function strangersBeside(
  isShort: Sql | null,
  gatherings: Gathering[],
  bounds: PageBounds,
  given: Conditions,
): Source {
  const held = gatherings.flatMap(({ holdsUnevaluated }, n) =>
    holdsUnevaluated ? [] : [holds(gatherings, n)],
  );
  const atLast = isShort ? [sql`(${join([...overflowOf(gatherings), isShort], " AND ")})`] : [];
  const when = [...held, ...atLast];
  const steps = when.length === 0 ? [] : stepsOf(bounds, strangersOf(bounds.sort, given)).flat();
  if (steps.length === 0) return { tables: [], rows: [] };
  const parts = steps.map((step) => step.rows);
  const rows = sql`SELECT * FROM (${join(parts, " UNION ALL ")}) beside WHERE (${join(when, " OR ")})`;
  return { tables: [], rows: [rows] };
}

/** That this gathering found all, and those before it too many. */
function holds(gatherings: Gathering[], at: number): Sql {
  const most = gatherings[at]?.most ?? 0;
  const found = sql`${count(column("c", at))} <= ${most}::int`;
  return sql`(${join([...overflowOf(gatherings.slice(0, at)), found], " AND ")})`;
}

const overflowOf = (gatherings: Gathering[]): Sql[] =>
  gatherings.map(({ most }, n) => sql`${count(column("c", n))} > ${most}::int`);

const count = (table: Sql): Sql => sql`(SELECT count(*) FROM ${table})`;
