import type { AlertTarget } from "~/dashboard/alerts/alerts.server";
import { createStripeBudget } from "~/engine/account/stripe-budget.server";
import { createRefusalReport } from "~/engine/account/stripe-refusals.server";
import { resumeEvents } from "~/engine/observe/events.server";
import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import type { DatabaseState } from "~/platform/database/state.server";
import type { StripeEnvironment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import type { Surroundings } from "~/platform/surroundings/surroundings.server";
import { nextVersion } from "~/platform/versions.server";
import { createCheckoutClient } from "~/stripe/checkout.server";
import { createLimiter } from "~/stripe/limiter.server";
import type { SenderOptions } from "~/stripe/permissions/watched-sender.server";
import { createStripeReader } from "~/stripe/reader.server";

export type ParityDeps = {
  db: Database;
  stripe: StripeEnvironment;
  /** The built-in sandbox stands in for Stripe. */
  sandbox: boolean;
  /** Whether a process stays alive between requests. Where none does, a webhook's request settles its event itself. */
  staysAlive?: boolean;
  /** There: how long a request may work, in seconds. */
  requestSeconds?: number;
  log: Log;
  databaseState?: DatabaseState;
  surroundings?: Surroundings;
  alerts?: AlertTarget;
};

/** Stripe waits for a webhook's response for about ten seconds. */
const SETTLE_WITHIN_MS = 8_000;

/** Stripe's limits over all endpoints, per second. The application's own traffic shares them. */
const GLOBAL_PER_SECOND = { live: 100, test: 25 };

/**
 * How many of the seconds that a host gives a request may be used to begin work: what was begun must end, and alerts are looked
 * at, before the host ends the process.
 */
export function toWorkSeconds(requestSeconds: number): number {
  return Math.max(requestSeconds * 0.75, requestSeconds - 60);
}

/** Binds the engine to a database and a Stripe key. The server, the worker and the command line share this. */
export function openParity(deps: ParityDeps): Parity {
  const {
    db,
    stripe,
    sandbox,
    staysAlive = true,
    requestSeconds = 60,
    log,
    databaseState,
    surroundings,
    alerts,
  } = deps;
  const sending: SenderOptions = {
    limiter: createLimiter({
      budget: createStripeBudget(db, {
        backgroundPerSecond: stripe.readsPerSecond,
        globalPerSecond: GLOBAL_PER_SECOND[stripe.mode],
      }),
    }),
    nextVersion: () => nextVersion(db),
    report: createRefusalReport(db, log, () => resumeEvents(db)),
    log,
  };
  const { secretKey, checkoutKey, apiBase } = stripe;
  return createParity({
    db,
    stripe: createStripeReader({ secretKey, apiBase, ...sending }),
    configuredAccountId: stripe.accountId,
    sandbox,
    checkout: checkoutKey === null ? null : createCheckoutClient({ checkoutKey, apiBase, ...sending }),
    webhookSecret: stripe.webhookSecret,
    databaseState,
    surroundings,
    alerts,
    keepsMetrics: true,
    settleWithinMs: staysAlive ? null : SETTLE_WITHIN_MS,
    driveMs: staysAlive ? null : toWorkSeconds(requestSeconds) * 1_000,
    log,
  });
}
