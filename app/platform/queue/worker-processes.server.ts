import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** A process without a heartbeat for so long is dead: it has had three of them. */
const DEAD_AFTER_SECONDS = 30;
/** No job takes longer. For jobs of processes that never had a heartbeat. */
const LONGEST_JOB_MINUTES = 15;

const poolRow = z.object({ poolId: z.string() });
const countRow = z.object({ jobs: z.number() });

/** This process lives, and takes jobs as `poolId`. */
export async function recordHeartbeat(db: Database, poolId: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."WorkerProcess" ("poolId") VALUES (${poolId})
    ON CONFLICT ("poolId") DO UPDATE SET "heartbeatAt" = now()`;
}

const livingRow = z.object({ workers: z.number() });

/** How many processes take jobs from the queue now. */
export async function countLivingWorkers(db: Database): Promise<number> {
  const { workers } = await queryOneOrThrow(
    db,
    livingRow,
    sql`SELECT count(*)::int AS workers FROM parity."WorkerProcess"
    WHERE "heartbeatAt" > now() - make_interval(secs => ${DEAD_AFTER_SECONDS}::float8)`,
  );
  return workers;
}

/**
 * Hands over the jobs that dead processes have locked: graphile-worker itself would keep them for four hours. By the
 * database's clock, so that it does not matter whose clock is right. How many jobs were handed over.
 */
export async function releaseJobsOfTheDead(db: Database): Promise<number> {
  const dead = await queryRows(
    db,
    poolRow,
    sql`
    SELECT "poolId" FROM parity."WorkerProcess" WHERE "heartbeatAt" < now() - make_interval(secs => ${DEAD_AFTER_SECONDS}::float8)
    UNION SELECT locked_by FROM parity.jobs j
    WHERE locked_at < now() - make_interval(mins => ${LONGEST_JOB_MINUTES}::int)
      AND NOT EXISTS (SELECT 1 FROM parity."WorkerProcess" w WHERE w."poolId" = j.locked_by)`,
  );
  if (dead.length === 0) return 0;
  return releaseJobs(
    db,
    dead.map(({ poolId }) => poolId),
  );
}

/** Hands over what these processes have locked, and forgets them. How many jobs that were. */
export async function releaseJobs(db: Database, poolIds: readonly string[]): Promise<number> {
  const ids = [...poolIds];
  return db.$transaction(async (tx) => {
    const count = sql`SELECT count(*)::int AS jobs FROM parity.jobs WHERE locked_by = ANY(${ids}::text[])`;
    const { jobs } = await queryOneOrThrow(tx, countRow, count);
    await tx.$executeRaw`SELECT parity.force_unlock_workers(${ids}::text[])`;
    await tx.workerProcess.deleteMany({ where: { poolId: { in: ids } } });
    return jobs;
  });
}
