import { Gauge, Registry } from "prom-client";
import { lastPass } from "~/engine/account/cursors.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUnsettledEvents } from "~/engine/observe/events.server";
import { paymentToAccess } from "~/engine/repair/payment-to-access.server";
import { countWaitingRevocations } from "./account-facts.server";
import { stripeReads, stripeSlowdowns } from "./stripe-reads.server";
import { countVerdicts } from "./users-list/users-count.server";

/** Prometheus' text format: what the database knows now, the same whichever process is asked. */
export async function metricsText({ db, stripe }: Deps): Promise<string> {
  const [verdicts, layers, waiting, unsettled, pass, reads, slowdowns] = await Promise.all([
    countVerdicts(db),
    paymentToAccess(db),
    countWaitingRevocations(db),
    countUnsettledEvents(db),
    lastPass(db),
    stripeReads(db),
    stripeSlowdowns(db),
  ]);
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });

  const users = gauge("parity_users", "Users by verdict, as last evaluated", ["verdict"]);
  for (const { verdict, users: count } of verdicts) users.set({ verdict }, count);
  const access = gauge("parity_payment_to_access_seconds", "From payment to access, the last 30 days", [
    "layer",
    "quantile",
  ]);
  const grants = gauge("parity_raises", "Users given access for a payment, the last 30 days", ["layer"]);
  for (const { layer, grants: count, p50, p95, p99 } of layers) {
    grants.set({ layer }, count);
    access.set({ layer, quantile: "0.5" }, p50);
    access.set({ layer, quantile: "0.95" }, p95);
    access.set({ layer, quantile: "0.99" }, p99);
  }
  gauge("parity_waiting_revocations", "Revocations that wait for an admin").set(waiting);
  gauge("parity_unsettled_events", "Webhook events that still wait for a read").set(unsettled);
  gauge("parity_stripe_requests", "Requests to Stripe since this process began").set(stripe.requestCount());
  const byEndpoint = gauge("parity_stripe_reads", "Requests to Stripe of all processes, the last 30 days", [
    "endpoint",
  ]);
  for (const { endpoint, last30Days } of reads) byEndpoint.set({ endpoint }, last30Days);
  const slow = gauge("parity_stripe_slowdown", "How many times slower than its ceiling, after 429s", [
    "bucket",
  ]);
  for (const { bucket, slowdown } of slowdowns) slow.set({ bucket }, slowdown);
  if (pass) gauge("parity_last_pass_seconds", "When the last full pass finished, epoch").set(pass.finishedAt);
  return registry.metrics();
}
