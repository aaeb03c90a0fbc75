import { formatAmount } from "~/billing/money";
import { WRITE_MODES } from "~/billing/policy";
import { BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { IN_SYNC_VERDICTS, MONEY_KINDS, VERDICTS } from "~/billing/verdicts/catalogue";
import type { GuardAnswer } from "~/engine/account/account-guard.server";
import { ACTOR_KINDS } from "~/engine/account/actor";
import { ACCESS_BUCKETS, type MetricName, RUN_BUCKETS } from "~/engine/repair/metric-totals.server";
import { AGED_NAMES } from "~/engine/retention/catalogue";
import { CHECKS_JOB, CLOCK_JOB } from "~/engine/runs/clock-jobs.server";
import { PERMISSIONS } from "~/stripe/permissions/catalogue";
import { ALERT_KINDS } from "../alerts/catalogue";
import { DELIVERY_NAMES, type Facts } from "./facts.server";
import type { Maker } from "./maker.server";

// What can be 0 is always there: an alert on a metric that is missing never fires. No label is called `job` or `instance`:
// Prometheus has labels with these names, and renames ours.

const ACCOUNT_STATES = ["unchecked", "ok", "wrong_account", "unauthorized", "unknown_account", "unreachable"];

/** The state of the key and the account, as this process found it last. */
export function registerAccount(make: Maker, last: GuardAnswer | null, facts: Facts | null): void {
  const account = make.gauge(
    "parity_stripe_account",
    "1 for the state in which this process found its Stripe account last",
    ["state"],
  );
  const state = last === null ? "unchecked" : last.ok ? "ok" : last.reason;
  for (const one of ACCOUNT_STATES) account.set({ state: one }, one === state ? 1 : 0);
  if (facts === null) return;
  const mode = make.gauge("parity_write_mode", "1 for the write mode that is set", ["mode"]);
  for (const one of WRITE_MODES) mode.set({ mode: one }, one === facts.settings.writeMode ? 1 : 0);
  const alerts = make.gauge("parity_alert_open", "1 while Parity's own alert of this kind is open", ["kind"]);
  for (const kind of ALERT_KINDS) alerts.set({ kind }, facts.openAlerts.includes(kind) ? 1 : 0);
}

/** Users and repairs. */
export function registerUsers(make: Maker, facts: Facts): void {
  const { verdicts, freshness, ages, totals } = facts;
  const isStale = freshness.stale !== null;
  const users = make.gauge(
    "parity_users",
    "Users by verdict, from the last evaluation; stale: in sync, but not checked for too long",
    ["verdict"],
  );
  for (const verdict of [...VERDICTS, "stale"]) users.set({ verdict }, 0);
  // What is older than it should be is not called in sync.
  for (const { verdict, users: count } of verdicts)
    users.inc({ verdict: isStale && IN_SYNC_VERDICTS.has(verdict) ? "stale" : verdict }, count);
  make
    .gauge("parity_stale", "1 when users were not checked for longer than they should be")
    .set(isStale ? 1 : 0);
  setTime(
    make,
    "parity_users_checked_timestamp_seconds",
    "Until when all users were checked: the age of the oldest check",
    freshness.observedAt,
  );
  make
    .gauge(
      "parity_locked_out_oldest_seconds",
      "How long the payer who is locked out longest has been so, without those that staff set aside",
    )
    .set(ages.lockedOut ?? 0);
  make.histogram(
    "parity_payment_to_access_seconds",
    "From payment to access, for each grant that followed a payment, by caller",
    {
      label: "caller",
      buckets: ACCESS_BUCKETS,
      totals: [...emptySums(ACTOR_KINDS, "caller", "access_sum"), ...totals],
      stored: { bucket: "access_bucket", sum: "access_sum" },
    },
  );
  const repairs = make.counter(
    "parity_repairs_total",
    "Repairs by caller, and whether they gave access, took it, or neither",
    ["caller", "effect"],
  );
  for (const caller of ACTOR_KINDS)
    for (const effect of ["grant", "revoke", "detail"]) repairs.inc({ caller, effect }, 0);
  for (const { name, labels, value } of totals) if (name === "repairs") repairs.inc(labels, value);
  const blocked = make.gauge("parity_blocked_users", "Users whose repair is due and withheld, by reason", [
    "reason",
  ]);
  for (const reason of BLOCK_REASONS) blocked.set({ reason }, 0);
  for (const { reason, users: count } of facts.blocked) blocked.set({ reason }, count);
  make.gauge("parity_pending_revocations", "Revocations that wait for an admin").set(facts.pending);
}

/** Money at stake. A currency in which there was some stays, at 0, also after a restart: a series that ends says nothing. */
export function registerMoney(make: Maker, { money, stakeCurrencies }: Facts): void {
  const currencies = new Set([...stakeCurrencies, ...money.map(({ currency }) => currency)]);
  const stake = make.gauge(
    "parity_money_at_stake",
    "Money at stake per month, in whole units of the currency",
    ["kind", "currency"],
  );
  for (const currency of currencies)
    for (const kind of MONEY_KINDS) {
      const found = money.find((one) => one.kind === kind && one.currency === currency);
      stake.set({ kind, currency }, Number(formatAmount(found?.perMonth ?? 0, currency)));
    }
}

/** Runs and the scheduler. */
export function registerRuns(make: Maker, { totals, ended, freshness, fullRun }: Facts): void {
  const runs = make.counter(
    "parity_runs_total",
    "Runs over many users that ended, by the reason where there is one",
    ["mode", "scope", "state", "reason"],
  );
  for (const scope of ["full", "incremental"])
    for (const state of ["done", "failed"]) runs.inc({ mode: "apply", scope, state, reason: "none" }, 0);
  for (const { name, labels, value } of totals) if (name === "runs") runs.inc(labels, value);
  make.histogram(
    "parity_run_duration_seconds",
    "From the start to the end of runs over many users that were done, pauses between calls included",
    {
      label: "scope",
      buckets: RUN_BUCKETS,
      totals: [...emptySums(["full", "incremental"], "scope", "run_sum"), ...totals],
      stored: { bucket: "run_bucket", sum: "run_sum" },
    },
  );
  const last = make.gauge(
    "parity_last_run_timestamp_seconds",
    "When the last run over all users ended, well (done) or not (failed)",
    ["scope", "state"],
  );
  const took = make.gauge(
    "parity_last_run_duration_seconds",
    "How long the last run over all users took that was done",
    ["scope"],
  );
  for (const { scope, state, endedAt, took: length } of ended) {
    last.set({ scope, state }, endedAt);
    if (state === "done") took.set({ scope }, length);
  }
  const newest = (state: string) =>
    Math.max(0, ...ended.filter((one) => one.state === state).map(({ endedAt }) => endedAt));
  make
    .gauge("parity_last_run_failed", "1 when the last run over all users that ended has failed")
    .set(newest("failed") > newest("done") ? 1 : 0);
  setTime(
    make,
    "parity_last_success_timestamp_seconds",
    "When the last run over all users ended well; 0 before the first",
    newest("done"),
  );
  setTime(
    make,
    "parity_last_full_run_timestamp_seconds",
    "When the last full run ended; 0 before the first, and when only another one helps",
    fullRun?.finishedAt ?? null,
  );
  setTime(
    make,
    "parity_last_scheduler_call_timestamp_seconds",
    "When a scheduler (cron, or a worker's clock) last called; 0 before the first call",
    freshness.schedulerCalledAt,
  );
  make
    .gauge(
      "parity_scheduler_silent",
      "1 when no scheduler has called for longer than the setting staleAfterMinutes",
    )
    .set(freshness.schedulerTrouble === null ? 0 : 1);
}

/** What is asked of Stripe, and what it sends. */
export function registerStripe(make: Maker, facts: Facts): void {
  const { reads, slowdowns, refusals, deliveries, settings, ages } = facts;
  const byEndpoint = make.gauge(
    "parity_stripe_reads",
    "Requests to Stripe from all processes in the last 30 days",
    ["endpoint"],
  );
  for (const { endpoint, last30Days } of reads) byEndpoint.set({ endpoint }, last30Days);
  make
    .gauge(
      "parity_stripe_read_allocation",
      "Reads that Stripe includes in 30 days: the setting readAllocation, or the least that is reported",
    )
    .set(settings.readAllocation ?? 10_000);
  const slow = make.gauge(
    "parity_stripe_slowdown_ratio",
    "How many times slower than its limit a rate bucket runs because of 429s",
    ["bucket"],
  );
  for (const { bucket, slowdown } of slowdowns) slow.set({ bucket }, slowdown);
  const refused = make.gauge(
    "parity_stripe_refused",
    "1 for each permission or key that Stripe refuses now",
    ["subject"],
  );
  for (const subject of ["key", "checkout_key", ...PERMISSIONS.map(({ id }) => id)])
    refused.set({ subject }, 0);
  for (const { subject } of refusals) refused.set({ subject }, 1);
  const delivered = make.counter(
    "parity_webhook_deliveries_total",
    "Webhook deliveries: stored, known, or why one was ignored or refused",
    ["outcome"],
  );
  for (const outcome of DELIVERY_NAMES) delivered.inc({ outcome }, 0);
  for (const { outcome, count } of deliveries) delivered.inc({ outcome }, count);
  make
    .gauge("parity_unsettled_events", "Webhook events whose customer was not read again yet")
    .set(facts.unsettled);
  make
    .gauge(
      "parity_unsettled_event_oldest_seconds",
      "How long the oldest event waits whose customer was not read again yet",
    )
    .set(ages.unsettled ?? 0);
}

/** What the cleaner has removed. */
export function registerCleaning(make: Maker, { totals }: Facts): void {
  const removed = make.counter(
    "parity_removed_rows_total",
    "Rows that were removed because they were older than they are kept, by table",
    ["table"],
  );
  for (const table of AGED_NAMES) removed.inc({ table }, 0);
  for (const { name, labels, value } of totals) if (name === "removed_rows") removed.inc(labels, value);
}

/** The queue, the processes that take from it, and the checks that wait. */
export function registerQueue(make: Maker, { jobs, workers, ages }: Facts): void {
  const queued = make.gauge(
    "parity_queue_jobs",
    "Jobs in the queue: ready, later (waiting for their time), running, failed for good",
    ["task", "state"],
  );
  for (const task of [CHECKS_JOB, CLOCK_JOB])
    for (const state of ["ready", "later", "running", "failed"]) queued.set({ task, state }, 0);
  for (const { job: task, state, jobs: count } of jobs) queued.set({ task, state }, count);
  make
    .gauge("parity_queue_oldest_job_seconds", "How long the oldest job that is ready has waited")
    .set(Math.max(0, ...jobs.filter(({ state }) => state === "ready").map(({ oldest }) => oldest ?? 0)));
  make.gauge("parity_workers", "Processes that take jobs from the queue").set(workers);
  make
    .gauge("parity_waiting_checks", "Users that wait for the check behind a workspace request")
    .set(ages.waitingChecks);
  make
    .gauge(
      "parity_waiting_check_oldest_seconds",
      "How long the user has waited who waits longest for that check",
    )
    .set(ages.waitingCheck ?? 0);
  make.gauge("parity_recheck_queue_users", "Users that will be evaluated again").set(ages.recheck);
}

/** So that each label has its histogram before anything was counted. */
const emptySums = (values: readonly string[], label: string, name: MetricName) =>
  values.map((value) => ({ name, labels: { [label]: value }, value: 0 }));

const setTime = (make: Maker, name: string, help: string, at: number | null) =>
  make.gauge(name, help).set(at ?? 0);
