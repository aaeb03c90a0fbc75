import { pluralize } from "~/billing/words/counts";
import { loadFreshness } from "~/dashboard/freshness.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countPostponedCustomers, countUnsettledEvents } from "~/engine/observe/events.server";
import { DELIVERY_OUTCOMES, listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import type { DatabaseMonitor } from "~/platform/database/monitor.server";
import { readDatabaseTime } from "~/platform/versions.server";
import type { CheckoutClient } from "~/stripe/checkout.server";
import { formatPermission, PERMISSIONS } from "~/stripe/permissions/catalogue";
import { type DoctorCheck, type Finding, finding, info, ok } from "./check";

export type DoctorContext = Deps & {
  /** Null without STRIPE_CHECKOUT_KEY. */
  checkout: CheckoutClient | null;
  database: Pick<DatabaseMonitor, "check">;
  /** STRIPE_WEBHOOK_SECRET is set. */
  takesWebhooks: boolean;
  /** Now by this process's clock, epoch seconds. */
  now: () => number;
};

type Check = DoctorCheck<DoctorContext>;

const DELIVERY_DAYS = 7;
/** Clocks that differ by less do no harm: Stripe's tolerance is five minutes. Seconds. */
const CLOCK_DIFFERENCE = 60;

/** Can this process work with its database? The same answer as /readyz. */
const database: Check = {
  id: "database",
  title: "Database",
  async look({ database: monitor }) {
    const readiness = await monitor.check();
    return [
      readiness.ok
        ? ok("It answers and can be written.")
        : finding(`It cannot be used: ${readiness.reason}.`),
    ];
  },
};

/** Is it the account that the database belongs to? */
const account: Check = {
  id: "account",
  title: "Stripe account",
  async look({ guard }) {
    const answer = await guard.check();
    if (!answer.ok) return [finding(answer.message)];
    const { accountId, livemode } = answer.binding;
    return [ok(`${accountId}, ${livemode ? "live" : "test"} mode`)];
  },
};

/** What the keys may do, asked of Stripe with a cheap request each. */
const permissions: Check = {
  id: "permissions",
  title: "Permissions",
  async look({ stripe, checkout }) {
    const asked = PERMISSIONS.filter(({ key }) => key === "secret" || checkout !== null);
    return Promise.all(
      asked.map(async (permission): Promise<Finding> => {
        const { key, without, isNecessary, id } = permission;
        const result = await (key === "checkout" && checkout ? checkout : stripe).probe(permission);
        const variable = key === "secret" ? "STRIPE_SECRET_KEY" : "STRIPE_CHECKOUT_KEY";
        const name = `${formatPermission(permission)} (${variable})`;
        if (result.state === "granted") return ok(name);
        if (result.state === "unknown") return info(`${name}: Stripe gave no clear answer.`);
        const text = `${name} is missing${isNecessary ? "" : " (optional)"}. ${without}`;
        return id === "account" ? info(text) : finding(text);
      }),
    );
  },
};

/** Do webhooks arrive, and as what? */
const webhooks: Check = {
  id: "webhooks",
  title: "Webhooks",
  async look({ db, takesWebhooks }) {
    if (!takesWebhooks)
      return [
        info("STRIPE_WEBHOOK_SECRET is not set: payments are found by workspace requests and runs only."),
      ];
    const deliveries = await listDeliveries(db, DELIVERY_DAYS);
    if (deliveries.length === 0)
      return [finding(`No delivery arrived in ${DELIVERY_DAYS} days. Check the endpoint in Stripe.`)];
    return deliveries.map(({ outcome, count, lastAt }) => {
      const advice = DELIVERY_OUTCOMES[outcome];
      const counted = `${count} × ${outcome} in ${DELIVERY_DAYS} days, last at ${lastAt.toISOString()}`;
      return advice === null ? ok(counted) : finding(`${counted}. ${advice}`);
    });
  },
};

/** Events that nothing has settled. */
const events: Check = {
  id: "events",
  title: "Events",
  async look({ db }) {
    const [unsettled, postponed] = await Promise.all([countUnsettledEvents(db), countPostponedCustomers(db)]);
    if (postponed > 0)
      return [
        finding(
          `Stripe refuses to answer about ${pluralize(postponed, "customer")}; they are asked about again later. The log names them.`,
        ),
      ];
    return [
      unsettled === 0 ? ok("All are settled.") : info(`${pluralize(unsettled, "event")} waiting for a read.`),
    ];
  },
};

/** Do the clocks agree? Signatures of webhooks have a time. */
const clock: Check = {
  id: "clock",
  title: "Clock",
  async look({ db, stripe, now }) {
    const subscriptions = PERMISSIONS[0];
    const [{ stripeTime }, databaseTime] = await Promise.all([
      stripe.probe(subscriptions),
      readDatabaseTime(db),
    ]);
    const own = now();
    const differences = [
      { whose: "Stripe’s", seconds: stripeTime === null ? 0 : own - stripeTime },
      { whose: "the database’s", seconds: own - databaseTime },
    ].filter(({ seconds }) => Math.abs(seconds) > CLOCK_DIFFERENCE);
    if (differences.length === 0) return [ok("This server’s clock is right.")];
    return differences.map(({ whose, seconds }) =>
      finding(
        `This server’s clock is ${Math.round(Math.abs(seconds))} seconds ${seconds > 0 ? "ahead of" : "behind"} ${whose}. Check the clock: webhooks are refused beyond 300 seconds.`,
      ),
    );
  },
};

const writeMode: Check = {
  id: "write_mode",
  title: "Repairs",
  async look({ db }) {
    const { writeMode: mode } = await loadSettings(db);
    if (mode === "off") return [finding("The write mode is off: nothing is repaired.")];
    return [mode === "full" ? ok("Write mode full.") : info("Write mode grant_only: nothing is revoked.")];
  },
};

const prices: Check = {
  id: "prices",
  title: "Prices",
  async look({ db }) {
    const mapped = await db.planPrice.count();
    return [
      mapped === 0
        ? finding("No price is mapped to a plan: no subscription gives access.")
        : ok(`${pluralize(mapped, "price")} mapped to a plan.`),
    ];
  },
};

const scheduler: Check = {
  id: "scheduler",
  title: "Scheduler",
  async look({ db }) {
    const { stale, schedulerTrouble, schedulerCalledAt } = await loadFreshness(db);
    const trouble = stale ?? schedulerTrouble;
    if (trouble !== null)
      return [finding(`${trouble} It should call every 10 minutes; see “Deployment” in the README.`)];
    const at = new Date((schedulerCalledAt ?? 0) * 1000).toISOString();
    return [ok(`Last called at ${at}.`)];
  },
};

/** Everything that `parity doctor` looks at, in the order in which it is shown. */
export const DOCTOR_CHECKS: readonly Check[] = [
  database,
  account,
  permissions,
  webhooks,
  events,
  clock,
  writeMode,
  prices,
  scheduler,
];
