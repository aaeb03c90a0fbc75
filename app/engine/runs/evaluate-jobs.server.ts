import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const queueRow = z.object({ made: z.boolean() });

export const EVALUATE_JOB = "evaluate_batches";

/**
 * Asks `helpers` workers to evaluate batches of a run. A worker that comes late finds nothing left to do; where no worker
 * runs, the run's own process evaluates all batches.
 */
export async function addEvaluateJobs(db: Database, runId: string, helpers: number): Promise<void> {
  const query = sql`SELECT to_regclass('parity.jobs') IS NOT NULL AS made`;
  if (!(await queryOneOrThrow(db, queueRow, query)).made) return;
  const payload = JSON.stringify({ runId });
  await db.$executeRaw`
    SELECT parity.add_job(${EVALUATE_JOB}, ${payload}::json, job_key => 'evaluate:' || n, max_attempts => 3)
    FROM generate_series(1, ${helpers}::int) n`;
}
