import type { Database } from "~/platform/client.server";

/** Works on the run of the scheduler, as the cron route does. */
export const CLOCK_JOB = "sync_payments";
/** Makes the checks that wait and that no living process makes any more. */
export const CHECKS_JOB = "check_waiting_users";
/** Removes what is older than it is kept: once a day, and what was left of it an hour later. */
export const CLEAN_JOB = "clean_up";

const EVERY_SECONDS = { [CLOCK_JOB]: 600, [CHECKS_JOB]: 60, [CLEAN_JOB]: 3_600 };
/** A process may die in it; the next stroke of the clock replaces a job that waits. */
const MAX_ATTEMPTS = 3;

/**
 * Adds the job when its next minutes of the database's clock have begun: once, however many processes ask, and whatever
 * their own clocks say. The first call ever only remembers where the clock is. Whether the job was added.
 */
export async function strikeClock(db: Database, job: keyof typeof EVERY_SECONDS): Promise<boolean> {
  const struck = await db.$queryRaw<unknown[]>`
    WITH stroke AS (
      INSERT INTO parity."Cursor" (key, value)
      SELECT ${`clock:${job}`}, to_jsonb(floor(extract(epoch FROM now()) / ${EVERY_SECONDS[job]}::float8)::bigint)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()
      -- Not "less than": the database's clock may have been ahead.
      WHERE parity."Cursor".value <> excluded.value
      RETURNING (xmax <> 0) AS again)
    SELECT parity.add_job(${job}, job_key => ${job}, max_attempts => ${MAX_ATTEMPTS}::int)::text
    FROM stroke WHERE again`;
  return struck.length > 0;
}
