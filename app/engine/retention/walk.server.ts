import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { empty, raw, type Sql, sql } from "~/platform/sql.server";
import { AGED_ROWS, tableSql, type WalkedName } from "./aged-rows.server";
import type { AgedName } from "./catalogue";

/** Rows that one statement looks at or removes: a few tens of milliseconds. */
export const ROWS_AT_ONCE = 2_000;

/** What a cleaning may do and has done. */
export type Work = {
  db: Database;
  rowsAtOnce: number;
  /** Whether another statement may be begun. */
  hasTime: () => boolean;
  removed: (table: AgedName, rows: number) => void;
};

const pageRow = z.object({
  seen: z.number(),
  removed: z.number(),
  at: z.string().nullable(),
  id: z.string().nullable(),
});

type Place = { at: string; id: string };
type Page = { removed: number; next: Place | null };

/** Runs a page in a transaction of its own; the audit wraps it in more. */
export type RunPage = (page: (tx: Database | Tx) => Promise<Page>) => Promise<Page>;

/**
 * Removes the rows of a table that are older than `cut`, the oldest first, a page at a time. Pages follow each other by their
 * place, so that what stays is looked at once. Each page is committed: it may be interrupted at any moment. True when it came to the end.
 */
export async function walkTable(
  work: Work,
  name: WalkedName,
  cut: Sql,
  runPage: RunPage = (page) => page(work.db),
): Promise<boolean> {
  for (let after: Place | null = null; ; ) {
    if (!work.hasTime()) return false;
    const { removed, next }: Page = await runPage((tx) =>
      removePage(tx, { name, cut, after, limit: work.rowsAtOnce }),
    );
    work.removed(name, removed);
    if (next === null) return true;
    after = next;
  }
}

type PageInput = { name: WalkedName; cut: Sql; after: Place | null; limit: number };

async function removePage(tx: Database | Tx, { name, cut, after, limit }: PageInput): Promise<Page> {
  const { at, id, idType, among = sql`true`, stays, ofRun } = AGED_ROWS[name];
  const table = tableSql(name);
  const isAfter =
    after === null
      ? empty
      : sql`AND (${at}, ${id}) > (${after.at}::timestamptz, ${after.id}::${raw(idType)})`;
  // By their place in the table: a row that was changed meanwhile has another one, and stays.
  const page = await queryOneOrThrow(
    tx,
    pageRow,
    sql`
    WITH page AS MATERIALIZED (
      SELECT t.ctid AS place, ${at} AS at, ${id} AS id, (${stays?.(cut) ?? sql`false`}) AS stays FROM ${table} t
      WHERE ${among} AND ${at} < ${cut} ${isAfter} ORDER BY ${at}, ${id} LIMIT ${limit}::int),
    gone AS (
      DELETE FROM ${table} t WHERE t.ctid = ANY(ARRAY(SELECT place FROM page WHERE NOT stays)) AND ${among}
      RETURNING ${ofRun ?? sql`NULL::text`} AS "runId"),
    again AS (
      UPDATE parity."Run" r SET "resultsRemovedAt" = NULL
      WHERE r.id IN (SELECT "runId" FROM gone) AND r."resultsRemovedAt" IS NOT NULL)
    SELECT (SELECT count(*)::int FROM page) AS seen, (SELECT count(*)::int FROM gone) AS removed, last.at::text, last.id::text
    FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT page.at, page.id FROM page ORDER BY page.at DESC, page.id DESC LIMIT 1) last ON true`,
  );
  const isLast = page.seen < limit || page.at === null || page.id === null;
  return { removed: page.removed, next: isLast ? null : { at: page.at ?? "", id: page.id ?? "" } };
}
