import { createParity } from "~/facade/create-parity.server";
import type { Parity } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import type { StripeEnvironment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { nextVersion } from "~/platform/stamps.server";
import { createStripeBudget } from "~/platform/stripe-budget.server";
import { createCheckoutClient } from "~/stripe/checkout.server";
import { createLimiter } from "~/stripe/limiter.server";
import { createStripeReader } from "~/stripe/reader.server";

export type ParityParts = {
  db: Database;
  stripe: StripeEnvironment;
  /** The built-in sandbox stands in for Stripe. */
  sandbox: boolean;
  /** Whether a process stays alive between requests, in which a worker settles what webhooks signal. */
  staysAlive?: boolean;
  log: Log;
};

/** Soon enough for Stripe, which waits for a webhook's answer for ten seconds or so. Milliseconds. */
const SETTLE_WITHIN_MS = 8_000;

/** Stripe's ceilings over all endpoints, a second; the application's own traffic shares them. */
const GLOBAL_PER_SECOND = { live: 100, test: 25 };

/** Binds Parity to a database and a Stripe key: the part of the composition that the server and the command line share. */
export function openParity({ db, stripe, sandbox, staysAlive = true, log }: ParityParts): Parity {
  const reader = createStripeReader({
    secretKey: stripe.secretKey,
    apiBase: stripe.apiBase,
    limiter: createLimiter({
      budget: createStripeBudget(db, {
        backgroundPerSecond: stripe.readsPerSecond,
        globalPerSecond: GLOBAL_PER_SECOND[stripe.mode],
      }),
    }),
    nextVersion: () => nextVersion(db),
    log,
  });
  const { checkoutKey, apiBase } = stripe;
  return createParity({
    db,
    stripe: reader,
    configuredAccountId: stripe.accountId,
    sandbox,
    checkout: checkoutKey === null ? null : createCheckoutClient({ checkoutKey, apiBase }),
    webhookSecret: stripe.webhookSecret,
    settleWithinMs: staysAlive ? null : SETTLE_WITHIN_MS,
    log,
  });
}
