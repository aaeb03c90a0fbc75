import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { join, type Sql, sql } from "~/platform/sql.server";

// Counters that every process gives alike, and that do not fall when the cleaner removes what they were counted from.

/** Upper bounds of the histogram of payment to access, and of runs. Seconds. Stored with what was counted: only add to them. */
export const ACCESS_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400] as const;
export const RUN_BUCKETS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] as const;

const NAMES = [
  "repairs",
  "access_bucket",
  "access_sum",
  "runs",
  "run_bucket",
  "run_sum",
  "removed_rows",
] as const;
export type MetricName = (typeof NAMES)[number];
/** `le` is the upper bound of a bucket, `+Inf` for the last one; a bucket does not contain the ones below it. */
export type MetricTotal = { name: MetricName; labels: Record<string, string>; value: number };

/** The transactions of repairs are shorter. Until then one that began earlier may still be committed. */
const SETTLED = sql`interval '5 minutes'`;
const CURSOR = "metric_totals";

const countedUntil: Sql = sql`coalesce((SELECT (value #>> '{}')::timestamptz FROM parity."Cursor" WHERE key = ${CURSOR}), '-infinity')`;

/** SQL: the text of the upper bound of the bucket that a number of seconds falls into. */
const chooseBucket = (seconds: Sql, bounds: readonly number[]): Sql =>
  sql`CASE ${join(
    bounds.map((bound) => sql`WHEN ${seconds} <= ${bound}::float8 THEN ${String(bound)}`),
    " ",
  )} ELSE '+Inf' END`;

/** SQL: the totals of the repairs that were made in this time (a condition on `Change`). */
const sumChanges = (where: Sql): Sql => sql`
  (WITH made AS MATERIALIZED (
    SELECT "actorKind" AS caller, CASE WHEN grants THEN 'grant' WHEN revokes THEN 'revoke' ELSE 'detail' END AS effect,
      CASE WHEN grants AND "paidAt" IS NOT NULL THEN greatest(0, extract(epoch FROM "createdAt" - "paidAt"))::float8 END AS seconds
    FROM parity."Change" WHERE ${where})
  SELECT 'repairs' AS name, jsonb_build_object('caller', caller, 'effect', effect)::text AS labels, count(*)::float8 AS value
  FROM made GROUP BY caller, effect
  UNION ALL SELECT 'access_bucket', jsonb_build_object('caller', caller, 'le', ${chooseBucket(sql`seconds`, ACCESS_BUCKETS)})::text,
    count(*)::float8 FROM made WHERE seconds IS NOT NULL GROUP BY caller, 2
  UNION ALL SELECT 'access_sum', jsonb_build_object('caller', caller)::text, sum(seconds)::float8
  FROM made WHERE seconds IS NOT NULL GROUP BY caller)`;

const ADD = sql`ON CONFLICT (name, labels) DO UPDATE SET value = total.value + excluded.value`;

/** Adds the repairs that were made since the last time to the totals, so that reading them stays cheap. One process at a time. */
export async function foldChanges(db: Database): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`INSERT INTO parity."Cursor" (key, value) VALUES (${CURSOR}, '"-infinity"') ON CONFLICT DO NOTHING`;
    await tx.$queryRaw`SELECT 1 FROM parity."Cursor" WHERE key = ${CURSOR} FOR UPDATE`;
    await tx.$executeRaw(sql`
      INSERT INTO parity."MetricTotal" AS total (name, labels, value)
      SELECT * FROM ${sumChanges(sql`"createdAt" > ${countedUntil} AND "createdAt" <= now() - ${SETTLED}`)} counted ${ADD}`);
    await tx.$executeRaw(sql`
      UPDATE parity."Cursor" SET value = to_jsonb((now() - ${SETTLED})::text), "updatedAt" = now() WHERE key = ${CURSOR}`);
  });
}

const ageRow = z.object({ isOld: z.boolean() });
const FOLD_AFTER = sql`interval '15 minutes'`;

/** The same, where it was not done for a quarter of an hour. */
export async function foldChangesSometimes(db: Database): Promise<void> {
  const [row] = await queryRows(db, ageRow, sql`SELECT ${countedUntil} < now() - ${FOLD_AFTER} AS "isOld"`);
  if (row?.isOld) await foldChanges(db);
}

const totalRow = z.object({
  name: z.enum(NAMES),
  labels: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  value: z.number(),
});

/** All totals as of now. */
export async function listMetricTotals(db: Database | Tx): Promise<MetricTotal[]> {
  return queryRows(
    db,
    totalRow,
    sql`
    SELECT name, labels, sum(value)::float8 AS value FROM (
      SELECT name, labels, value FROM parity."MetricTotal"
        -- A newer version beside this one may count more.
        WHERE name = ANY(${[...NAMES]}::text[])
      UNION ALL SELECT * FROM ${sumChanges(sql`"createdAt" > ${countedUntil}`)} recent) counted
    GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

/** The first word of a reason such as `unauthorized: Invalid API key`; `none` without one, `other` when it is a sentence. */
const REASON = sql`CASE WHEN reason IS NULL THEN 'none' ELSE coalesce(substring(reason FROM '^([a-z_]{3,30})(?::|$)'), 'other') END`;

/** Counts runs over many users that have just ended. */
export async function countEndedRuns(db: Database | Tx, runIds: readonly string[]): Promise<void> {
  await db.$executeRaw(sql`
    WITH ended AS MATERIALIZED (
      SELECT mode, scope, state, ${REASON} AS reason, extract(epoch FROM "finishedAt" - "createdAt")::float8 AS seconds
      FROM parity."Run" WHERE id = ANY(${[...runIds]}::text[]) AND scope <> 'one' AND "finishedAt" IS NOT NULL)
    INSERT INTO parity."MetricTotal" AS total (name, labels, value)
    SELECT 'runs', jsonb_build_object('mode', mode, 'scope', scope, 'state', state, 'reason', reason)::text, count(*)::float8
    FROM ended GROUP BY mode, scope, state, reason
    UNION ALL SELECT 'run_bucket', jsonb_build_object('scope', scope, 'le', ${chooseBucket(sql`seconds`, RUN_BUCKETS)})::text, count(*)::float8
    FROM ended WHERE state = 'done' GROUP BY scope, 2
    UNION ALL SELECT 'run_sum', jsonb_build_object('scope', scope)::text, sum(seconds) FROM ended WHERE state = 'done' GROUP BY scope
    ${ADD}`);
}

/** Counts the rows that the cleaner has removed, by table. */
export async function countRemovedRows(db: Database, rows: Readonly<Record<string, number>>): Promise<void> {
  await db.$executeRaw(sql`
    INSERT INTO parity."MetricTotal" AS total (name, labels, value)
    SELECT 'removed_rows', jsonb_build_object('table', removed.key)::text, removed.value::float8
    FROM jsonb_each_text(${JSON.stringify(rows)}::jsonb) removed ORDER BY 2 ${ADD}`);
}
