import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { isRemovable, isWalkedName, tableSql } from "./aged-rows.server";
import { AGED_NAMES, type AgedName } from "./catalogue";
import { isDeadJob, isIdleBatch, isIdleSelection, isOver, listLastRuns } from "./clean-runs.server";
import type { Cuts } from "./cuts.server";

const countRow = z.object({ rows: z.number() });

/** How many rows of each table a cleaning would remove. Reads whole tables; nothing is locked. */
export async function countRemovable(db: Database, cuts: Cuts): Promise<Map<AgedName, number>> {
  const last = await listLastRuns(db);
  const counted = new Map<AgedName, number>();
  for (const name of AGED_NAMES) {
    const { rows } = await queryOneOrThrow(db, countRow, countQuery(name, cuts, last));
    counted.set(name, rows);
  }
  return counted;
}

function countQuery(name: AgedName, cuts: Cuts, last: readonly string[]): Sql {
  if (isWalkedName(name))
    return sql`SELECT count(*)::int AS rows FROM ${tableSql(name)} t WHERE ${isRemovable(name, cuts.before(name))}`;
  const cut = cuts.before(name);
  switch (name) {
    case "Run":
      return sql`WITH RECURSIVE ${selectKept(cuts, last)}
        SELECT count(*)::int AS rows FROM parity."Run" r WHERE ${isOld(cuts, last)} AND r.id NOT IN (SELECT id FROM kept)`;
    case "RunUser":
      return sql`WITH RECURSIVE ${selectKept(cuts, last)}
        SELECT count(*)::int AS rows FROM parity."RunUser" u JOIN parity."Run" r ON r.id = u."runId"
        WHERE ${isOld(cuts, last)} AND (r.id NOT IN (SELECT id FROM kept)
          OR (u.outcome <> 'synced' AND ${isOver({ runs: cut }, last)}))`;
    case "RunBatch":
      return sql`SELECT count(*)::int AS rows FROM parity."RunBatch" b WHERE ${isIdleBatch(cut)}`;
    case "Selection":
      return sql`SELECT count(*)::int AS rows FROM parity."Selection" s WHERE ${isIdleSelection(cut)}`;
    case "SelectedUser":
      return sql`SELECT count(*)::int AS rows FROM parity."SelectedUser" u JOIN parity."Selection" s ON s.id = u."selectionId"
        WHERE ${isIdleSelection(cut)}`;
    case "jobs":
      return sql`SELECT count(*)::int AS rows FROM parity.jobs j WHERE ${isDeadJob(cut)}`;
  }
}

const isOld = (cuts: Cuts, last: readonly string[]): Sql => sql`(r."finishedAt" IS NOT NULL
  AND r."finishedAt" < ${cuts.before("Run")} AND r.id <> ALL(${[...last]}::text[]))`;

/** SQL: `kept`, the runs that would still be there: those that something of what is kept needs, and those that these refer to. */
const selectKept = (cuts: Cuts, last: readonly string[]): Sql => {
  const goes = (name: "Change" | "Decision") => sql`coalesce(${isRemovable(name, cuts.before(name))}, false)`;
  return sql`kept AS (
    SELECT r.id, r."previewRunId", r."undoesRunId" FROM parity."Run" r WHERE NOT ${isOld(cuts, last)}
      OR EXISTS (SELECT 1 FROM parity."Change" t WHERE t."runId" = r.id AND NOT ${goes("Change")})
      OR EXISTS (SELECT 1 FROM parity."Decision" t WHERE t."runId" = r.id AND NOT ${goes("Decision")})
      OR (r.mode = 'undo' AND NOT coalesce(r."finishedAt" < ${cuts.before("Decision")}, false))
    UNION SELECT r.id, r."previewRunId", r."undoesRunId" FROM kept JOIN parity."Run" r
      ON r.id IN (kept."previewRunId", kept."undoesRunId"))`;
};
