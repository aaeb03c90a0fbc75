import { z } from "zod";
import { findFullRun } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import { listRefusals } from "~/engine/account/stripe-refusals.server";
import { countUnsettledEvents } from "~/engine/observe/events.server";
import { DELIVERY_OUTCOMES, listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import { listMetricTotals } from "~/engine/repair/metric-totals.server";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { countLivingWorkers } from "~/platform/queue/worker-processes.server";
import { sql } from "~/platform/sql.server";
import { countPendingRevocations, sumMoneyAtStake } from "../account-facts.server";
import { listAlerts } from "../alerts/state.server";
import { loadFreshness } from "../freshness.server";
import { listStripeReads, listStripeSlowdowns } from "../stripe-reads.server";
import { countVerdicts } from "../users-list/users-count.server";
import { listStakeCurrencies } from "./stake-currencies.server";

const WITHOUT_END = 100_000;
const seconds = z.number().nullable();

const agesRow = z.object({
  lockedOut: seconds,
  unsettled: seconds,
  waitingChecks: z.number(),
  waitingCheck: seconds,
  recheck: z.number(),
});

/** How long what waits has waited. Each reads an index that holds only what waits. */
const AGES = sql`
  SELECT (SELECT extract(epoch FROM now() - min(coalesce(since, "evaluatedAt")))::float8 FROM parity."SyncStatus"
      WHERE verdict = 'locked_out' AND NOT flags && ARRAY['acknowledged', 'on_hold']) AS "lockedOut",
    (SELECT extract(epoch FROM now() - min("receivedAt"))::float8 FROM parity."StripeEvent"
      WHERE "settledAt" IS NULL AND refusals = 0) AS unsettled,
    (SELECT count(*)::int FROM parity."UserCheck" WHERE "queuedAt" IS NOT NULL) AS "waitingChecks",
    (SELECT extract(epoch FROM now() - min("queuedAt"))::float8 FROM parity."UserCheck" WHERE "queuedAt" IS NOT NULL) AS "waitingCheck",
    (SELECT count(*)::int FROM parity."RecheckQueue") AS recheck`;

const blockedRow = z.object({ reason: z.string(), users: z.number() });
const BLOCKED = sql`
  SELECT blocked AS reason, count(*)::int AS users FROM parity."SyncStatus" WHERE blocked IS NOT NULL GROUP BY 1 ORDER BY 1`;

const jobsRow = z.object({
  job: z.string(),
  state: z.enum(["ready", "later", "running", "failed"]),
  jobs: z.number(),
  oldest: seconds,
});
const JOBS = sql`
  SELECT task_identifier AS job, count(*)::int AS jobs, extract(epoch FROM now() - min(run_at))::float8 AS oldest,
    CASE WHEN locked_at IS NOT NULL THEN 'running' WHEN attempts >= max_attempts THEN 'failed'
      WHEN run_at > now() THEN 'later' ELSE 'ready' END AS state
  FROM parity.jobs GROUP BY 1, 4 ORDER BY 1, 4`;

const endedRow = z.object({
  scope: z.string(),
  state: z.enum(["done", "failed"]),
  endedAt: z.number(),
  took: z.number(),
});
/** The last run of each kind that ended well, and the last that did not. */
const ENDED = sql`
  SELECT scopes.scope, states.state, extract(epoch FROM r."finishedAt")::float8 AS "endedAt",
    extract(epoch FROM r."finishedAt" - r."createdAt")::float8 AS took
  FROM (VALUES ('full'), ('incremental')) scopes(scope), (VALUES ('done'), ('failed')) states(state),
    LATERAL (SELECT * FROM parity."Run" r WHERE r.scope = scopes.scope AND r.scope IN ('full', 'incremental')
      AND r."finishedAt" IS NOT NULL AND r.mode = 'apply'
      AND CASE WHEN states.state = 'done' THEN r.state = 'done' ELSE r.state IN ('failed', 'abandoned') END
      ORDER BY r."finishedAt" DESC LIMIT 1) r`;

export type Facts = Awaited<ReturnType<typeof loadFacts>>;

/** What the database knows, in a fixed number of queries: none is made for each user. */
export async function loadFacts(db: Database) {
  const [settings, verdicts, money, totals, freshness, fullRun, ages] = await Promise.all([
    loadSettings(db),
    countVerdicts(db),
    sumMoneyAtStake(db),
    listMetricTotals(db),
    loadFreshness(db),
    findFullRun(db),
    queryOneOrThrow(db, agesRow, AGES),
  ]);
  const [blocked, pending, unsettled, reads, slowdowns, deliveries, refusals] = await Promise.all([
    queryRows(db, blockedRow, BLOCKED),
    countPendingRevocations(db),
    countUnsettledEvents(db),
    listStripeReads(db),
    listStripeSlowdowns(db),
    listDeliveries(db, WITHOUT_END),
    listRefusals(db),
  ]);
  const [jobs, workers, ended, alerts, stakeCurrencies] = await Promise.all([
    queryRows(db, jobsRow, JOBS),
    countLivingWorkers(db),
    queryRows(db, endedRow, ENDED),
    listAlerts(db),
    listStakeCurrencies(db),
  ]);
  return {
    ...{ settings, verdicts, money, totals, freshness, fullRun, ages, blocked, pending, unsettled, reads },
    ...{ slowdowns, deliveries, refusals, jobs, workers, ended, stakeCurrencies },
    openAlerts: alerts.filter(({ resolvedAt }) => resolvedAt === null).map(({ kind }) => kind),
  };
}

export const DELIVERY_NAMES = Object.keys(DELIVERY_OUTCOMES);
