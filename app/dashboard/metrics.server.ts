import { Gauge, Registry } from "prom-client";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import { findFullRun } from "~/engine/account/cursors.server";
import { listRefusals } from "~/engine/account/stripe-refusals.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUnsettledEvents } from "~/engine/observe/events.server";
import { listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import { summarizePaymentToAccess } from "~/engine/repair/payment-to-access.server";
import { countPendingRevocations } from "./account-facts.server";
import { loadFreshness } from "./freshness.server";
import { listStripeReads, listStripeSlowdowns } from "./stripe-reads.server";
import { countVerdicts } from "./users-list/users-count.server";

/** Metrics in Prometheus text format. They come from the database, so every process gives the same values. */
export async function renderMetrics({ db, stripe }: Deps): Promise<string> {
  const [verdicts, layers, pending, unsettled, fullRun, reads, slowdowns, freshness, deliveries, refusals] =
    await Promise.all([
      countVerdicts(db),
      summarizePaymentToAccess(db),
      countPendingRevocations(db),
      countUnsettledEvents(db),
      findFullRun(db),
      listStripeReads(db),
      listStripeSlowdowns(db),
      loadFreshness(db),
      listDeliveries(db, 7),
      listRefusals(db),
    ]);
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });

  const users = gauge("parity_users", "Users by verdict, from the last evaluation", ["verdict"]);
  const isStale = freshness.stale !== null;
  // What is older than it should be is not called in sync.
  for (const { verdict, users: count } of verdicts)
    users.inc({ verdict: isStale && IN_SYNC_VERDICTS.has(verdict) ? "stale" : verdict }, count);
  gauge("parity_stale", "1 when users were not checked for longer than they should be").set(isStale ? 1 : 0);
  if (freshness.observedAt !== null)
    gauge("parity_observed_seconds", "Until when all users were checked, in epoch seconds").set(
      freshness.observedAt,
    );
  if (freshness.schedulerCalledAt !== null)
    gauge("parity_last_scheduler_call_seconds", "When a scheduler last called, in epoch seconds").set(
      freshness.schedulerCalledAt,
    );
  const access = gauge(
    "parity_payment_to_access_seconds",
    "Seconds from payment to access in the last 30 days",
    ["layer", "quantile"],
  );
  const grants = gauge("parity_access_grants", "Users granted access for a payment in the last 30 days", [
    "layer",
  ]);
  for (const { layer, grants: count, p50, p95, p99 } of layers) {
    grants.set({ layer }, count);
    access.set({ layer, quantile: "0.5" }, p50);
    access.set({ layer, quantile: "0.95" }, p95);
    access.set({ layer, quantile: "0.99" }, p99);
  }
  gauge("parity_pending_revocations", "Revocations that wait for an admin").set(pending);
  gauge("parity_unsettled_events", "Webhook events whose customer was not read again yet").set(unsettled);
  gauge("parity_stripe_requests", "Requests to Stripe since this process started").set(
    stripe.countRequests(),
  );
  const byEndpoint = gauge(
    "parity_stripe_reads",
    "Requests to Stripe from all processes in the last 30 days",
    ["endpoint"],
  );
  for (const { endpoint, last30Days } of reads) byEndpoint.set({ endpoint }, last30Days);
  const slow = gauge(
    "parity_stripe_slowdown",
    "How many times slower than its limit a rate bucket runs because of 429s",
    ["bucket"],
  );
  for (const { bucket, slowdown } of slowdowns) slow.set({ bucket }, slowdown);
  const delivered = gauge("parity_webhook_deliveries", "Webhook deliveries of the last 7 days", ["outcome"]);
  for (const { outcome, count } of deliveries) delivered.set({ outcome }, count);
  const refused = gauge("parity_stripe_refusals", "1 for each permission or key that Stripe refuses now", [
    "subject",
  ]);
  for (const { subject } of refusals) refused.set({ subject }, 1);
  if (fullRun)
    gauge("parity_last_full_run_seconds", "When the last full run finished, in epoch seconds").set(
      fullRun.finishedAt,
    );
  return registry.metrics();
}
