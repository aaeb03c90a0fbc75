import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const queueRow = z.object({ made: z.boolean() });

/** Evaluates batches beside the process that has the run. */
export const EVALUATE_JOB = "evaluate_batches";
/** Goes on with a run that a process handed over when it shut down. */
export const CONTINUE_JOB = "continue_run";

async function hasQueue(db: Database): Promise<boolean> {
  const query = sql`SELECT to_regclass('parity.jobs') IS NOT NULL AS made`;
  return (await queryOneOrThrow(db, queueRow, query)).made;
}

/**
 * Asks `helpers` workers to evaluate batches of a run. A worker that comes late finds nothing left to do; where no worker
 * runs, the run's own process evaluates all batches.
 */
export async function addEvaluateJobs(db: Database, runId: string, helpers: number): Promise<void> {
  if (!(await hasQueue(db))) return;
  const payload = JSON.stringify({ runId });
  await db.$executeRaw`
    SELECT parity.add_job(${EVALUATE_JOB}, ${payload}::json, job_key => 'evaluate:' || n, max_attempts => 3)
    FROM generate_series(1, ${helpers}::int) n`;
}

/**
 * Asks a worker to go on with a run, which otherwise waits for the next call of the scheduler. Where no worker runs, that call
 * does it as before.
 */
export async function addContinueJob(db: Database, runId: string): Promise<void> {
  if (!(await hasQueue(db))) return;
  await db.$executeRaw`
    SELECT parity.add_job(${CONTINUE_JOB}, ${JSON.stringify({ runId })}::json, job_key => 'continue:' || ${runId}::text, max_attempts => 3)::text`;
}
