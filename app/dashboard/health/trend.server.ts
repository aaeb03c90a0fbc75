import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { IS_OPEN, IS_REPAIR } from "./cause-conditions.server";
import { type DayRange, listRanges, type Trend, type TrendStep } from "./trend";

const begunRow = z.object({ today: z.string(), begun: z.string().nullable() });
const dayRow = z.object({ day: z.string(), repaired: z.number(), open: z.number(), runs: z.number() });

/** SQL: a day (UTC) as `2026-11-30`. */
const toDay = (at: Sql): Sql => sql`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;

/** SQL: the first moment of a day (UTC). */
const startOfDay = (day: string): Sql => sql`(${day}::text::timestamp AT TIME ZONE 'UTC')`;

/** SQL on `s` (SyncStatus): open, and found or changed last in these days. */
export const isFoundIn = ({ from, to }: DayRange): Sql =>
  sql`(${IS_OPEN} AND s."evaluatedAt" >= ${startOfDay(from)} AND s."evaluatedAt" < ${startOfDay(to)})`;

/** What was found and repaired, by days or weeks. One statement over what indexes give of this time. */
export async function loadTrend(db: Database | Tx, step: TrendStep): Promise<Trend> {
  const { today, begun } = await queryOneOrThrow(
    db,
    begunRow,
    sql`SELECT ${toDay(sql`now()`)} AS today, ${toDay(sql`(SELECT min("createdAt") FROM parity."Run")`)} AS begun`,
  );
  const ranges = listRanges(step, today);
  const start = startOfDay(ranges[0]?.from ?? today);
  const days = await queryRows(
    db,
    dayRow,
    sql`SELECT day, sum(repaired)::int AS repaired, sum(open)::int AS open, sum(runs)::int AS runs FROM (
      SELECT ${toDay(sql`c."createdAt"`)} AS day, count(*) AS repaired, 0 AS open, 0 AS runs
        FROM parity."Change" c WHERE c."createdAt" >= ${start} AND ${IS_REPAIR} GROUP BY 1
      UNION ALL SELECT ${toDay(sql`s."evaluatedAt"`)}, 0, count(*), 0
        FROM parity."SyncStatus" s JOIN parity."User" u ON u.id = s."userId"
        WHERE ${IS_OPEN} AND s."evaluatedAt" >= ${start} GROUP BY 1
      UNION ALL SELECT ${toDay(sql`r."createdAt"`)}, 0, 0, count(*)
        FROM parity."Run" r WHERE r."createdAt" >= ${start} AND r.state = 'done' AND r.scope IN ('full', 'incremental') GROUP BY 1
    ) days GROUP BY day`,
  );
  const parts = ranges.map((range) => {
    const within = days.filter(({ day }) => day >= range.from && day < range.to);
    const sum = (name: "repaired" | "open" | "runs") => within.reduce((total, one) => total + one[name], 0);
    return {
      ...range,
      ...{ repaired: sum("repaired"), open: sum("open"), runs: sum("runs") },
      isBefore: begun === null || range.to <= begun,
    };
  });
  return { step, parts };
}
