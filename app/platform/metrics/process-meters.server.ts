import type pg from "pg";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

// What this process has seen since it started. Only code that the server's own modules load may use it: the routes are
// bundled by themselves, and would count in a copy.

/** All figures of this process. */
export const processRegistry = new Registry();

const registers = [processRegistry];
/** From a quick answer of Stripe to the longest that is waited for. Seconds. */
const REQUEST_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const WORK_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/** Each attempt that was sent; `outcome`: `ok`, or the reason of the failure (`rate_limited` is a 429). */
const stripeRequests = new Counter({
  name: "parity_stripe_requests_total",
  help: "Requests to Stripe by this process, each attempt counted",
  labelNames: ["endpoint", "outcome"],
  registers,
});

/** A series that begins at 1 has not risen for Prometheus: the first 429 would be missed. */
export function countStripeAnswer(endpoint: string, outcome: string): void {
  for (const known of ["ok", "rate_limited"]) stripeRequests.inc({ endpoint, outcome: known }, 0);
  stripeRequests.inc({ endpoint, outcome });
}

export const stripeSeconds = new Histogram({
  name: "parity_stripe_request_duration_seconds",
  help: "How long Stripe took to answer",
  labelNames: ["endpoint"],
  buckets: REQUEST_BUCKETS,
  registers,
});

export const httpSeconds = new Histogram({
  name: "parity_http_request_duration_seconds",
  help: "How long this process took to answer, by the kind of address and the class of the status",
  labelNames: ["kind", "code"],
  buckets: REQUEST_BUCKETS,
  registers,
});

/** `outcome`: `ok`, or `failed` when Stripe could not be read or an error was thrown. */
export const checkSeconds = new Histogram({
  name: "parity_workspace_check_duration_seconds",
  help: "How long the check behind a workspace request took, from its start to its repair",
  labelNames: ["outcome"],
  buckets: WORK_BUCKETS,
  registers,
});

export const jobSeconds = new Histogram({
  name: "parity_job_duration_seconds",
  help: "How long a job of the queue took in this process",
  labelNames: ["task", "outcome"],
  buckets: WORK_BUCKETS,
  registers,
});

export const webhookLagSeconds = new Histogram({
  name: "parity_webhook_lag_seconds",
  help: "From Stripe's event to its delivery here, for events that were new",
  buckets: [1, 2, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400],
  registers,
});

/** Counted when a repair that was due was not made: blocked by a rule, or failed. */
export const refusals = new Counter({
  name: "parity_refusals_total",
  help: "Repairs that were due and not made by this process, by caller and reason",
  labelNames: ["caller", "reason"],
  registers,
});

const pools = new Map<pg.Pool, string>();

/** Watches a pool of connections until it ends. */
export function watchPool(pool: pg.Pool, name: "main" | "queue"): void {
  pools.set(pool, name);
}

new Gauge({
  name: "parity_database_pool_connections",
  help: "Connections to the database of this process, by pool and state",
  labelNames: ["pool", "state"],
  registers,
  collect() {
    this.reset();
    for (const [pool, name] of listPools()) {
      this.inc({ pool: name, state: "idle" }, pool.idleCount);
      this.inc({ pool: name, state: "busy" }, pool.totalCount - pool.idleCount);
    }
  },
});

new Gauge({
  name: "parity_database_pool_waiting",
  help: "Queries of this process that wait for a free connection, by pool",
  labelNames: ["pool"],
  registers,
  collect() {
    this.reset();
    for (const [pool, name] of listPools()) this.inc({ pool: name }, pool.waitingCount);
  },
});

function listPools(): Map<pg.Pool, string> {
  for (const pool of pools.keys()) if (pool.ended) pools.delete(pool);
  return pools;
}

/** Gauges of prom-client with a name that Prometheus keeps for counters. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];
let isStarted = false;

/** Starts to measure the process itself: processor, memory, event loop, garbage collection. For processes that are asked. */
export function measureProcess(): void {
  if (isStarted) return;
  isStarted = true;
  collectDefaultMetrics({ register: processRegistry });
  for (const name of MISNAMED) processRegistry.removeSingleMetric(name);
}
