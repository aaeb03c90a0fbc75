import type { Database } from "../../../app/platform/client.server";

/** The run that the page of a run shows. */
export const BENCH_RUN = "bench-run";

/**
 * Adds what a year leaves behind, set-wise: a run every hour, one of them with a line for each tenth user, a repair for each fifth
 * user, and a decision for each fiftieth. Needs the users.
 */
export async function addHistory(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."Run" (id, "actorKind", mode, scope, state, phase, cursor, total, synced, "createdAt", "updatedAt", "finishedAt")
    SELECT CASE n WHEN 0 THEN ${BENCH_RUN} ELSE 'run-' || n END, 'cron', 'apply', CASE n % 24 WHEN 0 THEN 'full' ELSE 'incremental' END,
      'done', 'finished', '{"phase":"finished"}'::jsonb, 1000, 10, at, at, at + interval '1 minute'
    FROM (SELECT n, now() - make_interval(hours => n) AS at FROM generate_series(0, 8759) n) hours`;
  await db.$executeRaw`
    CREATE UNLOGGED TABLE bench_history AS
    SELECT row_number() OVER (ORDER BY id) AS n, id, verdict FROM parity."SyncStatus" s JOIN app."User" u ON u.id = s."userId"`;
  await db.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", verdict, outcome, grants, revokes)
    SELECT ${BENCH_RUN}, id, verdict, CASE n % 40 WHEN 0 THEN 'blocked' WHEN 10 THEN 'review' ELSE 'synced' END, n % 3 = 0, n % 30 = 0
    FROM bench_history WHERE n % 10 = 0`;
  await db.$executeRaw`
    INSERT INTO parity."Change" ("runId", "userId", verdict, before, after, grants, revokes, "actorKind", "paidAt", "createdAt")
    SELECT CASE WHEN n % 10 = 0 THEN ${BENCH_RUN} ELSE 'run-' || n % 8759 END, id, 'locked_out',
      '{"user":{"stripeCustomerId":null,"plan":null,"subscriptionStatus":null,"currentPeriodEnd":null},"billing":null,"workspaces":[]}'::jsonb,
      '{"user":{"stripeCustomerId":"cus_1","plan":"army","subscriptionStatus":"active","currentPeriodEnd":null},"billing":null,"workspaces":[]}'::jsonb,
      true, false, CASE n % 20 WHEN 0 THEN 'staff' ELSE 'cron' END, at - interval '5 seconds', at
    FROM (SELECT *, now() - make_interval(mins => (n * 7 % 525000)::int) AS at FROM bench_history WHERE n % 5 = 0) changed`;
  await db.$executeRaw`
    INSERT INTO parity."Decision" (kind, "userId", after, "actorKind", reason, "createdAt")
    SELECT CASE n % 100 WHEN 0 THEN 'hold' ELSE 'acknowledge' END, id,
      CASE n % 100 WHEN 0 THEN '{"holdId":"h"}'::jsonb ELSE '{"mismatches":"[]","reason":"seen","actor":"staff:s"}'::jsonb END,
      'staff', 'Seen with the customer', now() - make_interval(mins => (n * 11 % 525000)::int)
    FROM bench_history WHERE n % 50 = 0`;
  await db.$executeRaw`DROP TABLE bench_history`;
  await db.$executeRaw`VACUUM (ANALYZE)`;
}
