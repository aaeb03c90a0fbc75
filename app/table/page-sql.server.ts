import { join, type Sql, sql } from "~/db/sql.server";
import type { Conditions } from "./filters.server";
import { type Gathering, gatheringsOf } from "./gather.server";
import { column, STRANGERS } from "./names.server";
import { BY_USER, ORDERS } from "./order.server";
import { groupsOf, isInOrder, strangersOf } from "./parts.server";
import { ordered, type PageBounds, stepsOf } from "./steps.server";
import { namedUnjudged } from "./unjudged.server";

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
  const gatherings = isInOrder(sort, given) ? [] : gatheringsOf(sort, given);
  const groups = groupsOf(sort, given);
  const steps = (rising ? groups : [...groups].reverse()).flatMap((parts) => stepsOf(bounds, parts));
  const sources = [
    namedStrangers(given),
    ...gatherings.map((_, n) => gathered(gatherings, n, bounds)),
    walked("g", steps, overflowOf(gatherings), limit),
    strangersBeside(gatherings, bounds, given),
  ];
  const tables = sources.flatMap((source) => source.tables);
  const rows = sources.flatMap((source) => source.rows);
  if (rows.length === 0) return null;
  const kept = keys.map((key, n) => sql`${key.kept(column("o", n))} AS ${column("k", n)}`);
  const there = BY_USER.has(sort) ? sql`true` : sql`EXISTS (SELECT 1 FROM "User" u WHERE u."id" = page."id")`;
  return sql`WITH ${join(tables)} SELECT "id", ${join(kept)}, ${there} AS "there"
    FROM (SELECT * FROM (${join(rows, " UNION ALL ")}) found ORDER BY ${order} LIMIT ${limit}::int) page
    ORDER BY ${order}`;
}

/** Steps through the list, each taken only under these conditions and when those before it did not fill the page. */
function walked(letter: "g" | "h", steps: Sql[][], conditions: Sql[], limit: number): Source {
  const taken = steps.filter((parts) => parts.length > 0);
  const tables = taken.map((parts, n) => {
    const before = taken.slice(0, n).map((_, m) => count(column(letter, m)));
    const short = before.length === 0 ? [] : [sql`${join(before, " + ")} < ${limit}::int`];
    const when = [sql`true`, ...conditions, ...short];
    return sql`${column(letter, n)} AS MATERIALIZED (SELECT * FROM (${join(parts, " UNION ALL ")}) parts
      WHERE ${join(when, " AND ")})`;
  });
  return { tables, rows: taken.map((_, n) => sql`SELECT * FROM ${column(letter, n)}`) };
}

/** A gathering, tried when those before it found too many, and the page out of it when it holds. */
function gathered(gatherings: Gathering[], at: number, bounds: PageBounds): Source {
  const gathering = gatherings[at];
  if (!gathering) return { tables: [], rows: [] };
  const when = [sql`true`, ...overflowOf(gatherings.slice(0, at))];
  const table = sql`${column("c", at)} AS MATERIALIZED (SELECT * FROM (${gathering.ids}) candidates
    WHERE ${join(when, " AND ")})`;
  if ("rows" in gathering) {
    const rows = sql`SELECT * FROM (${gathering.rows(column("c", at))}) gathered
      WHERE ${holds(gatherings, at)} AND ${beyond(bounds)}`;
    return { tables: [table], rows: [rows] };
  }
  const steps = stepsOf(bounds, [gathering.part(column("c", at))]);
  const { tables, rows } = walked("h", steps, [holds(gatherings, at)], bounds.limit);
  return { tables: [table, ...tables], rows };
}

function beyond({ sort, rising, start }: PageBounds): Sql {
  if (!start) return sql`true`;
  const row = [...ORDERS[sort].map((_, n) => column("o", n)), sql`"id"`];
  const place = ORDERS[sort].map((key, n) => key.bound(start.keys[n] ?? null) ?? sql`NULL`);
  const [left, right] = [join(row), join([...place, sql`${start.id}::text`])];
  return rising ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}

function namedStrangers({ strangers, unjudged }: Conditions): Source {
  const tables =
    strangers && unjudged ? [sql`${STRANGERS} AS MATERIALIZED (${namedUnjudged(strangers)})`] : [];
  return { tables, rows: [] };
}

/** Users without a Standing, where the gathering that holds is one of Standings. */
function strangersBeside(gatherings: Gathering[], bounds: PageBounds, given: Conditions): Source {
  const beside = gatherings.flatMap(({ holdsUnjudged }, n) => (holdsUnjudged ? [] : [holds(gatherings, n)]));
  const parts = beside.length === 0 ? [] : stepsOf(bounds, strangersOf(bounds.sort, given)).flat();
  if (parts.length === 0) return { tables: [], rows: [] };
  const rows = sql`SELECT * FROM (${join(parts, " UNION ALL ")}) beside WHERE (${join(beside, " OR ")})`;
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
