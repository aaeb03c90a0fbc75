import { pluralize } from "~/billing/words/counts";
import { formatLength } from "~/billing/words/length";
import { countPostponedCustomers, countUnsettledEvents } from "~/engine/observe/events.server";
import { DELIVERY_OUTCOMES, listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import { EVENT_TYPES, POLLED_TYPES } from "~/stripe/event-types";
import { API_VERSION } from "~/stripe/http-client.server";
import type { WebhookEndpoint } from "~/stripe/reads/webhooks.server";
import { defineCheck, type Finding, ok, problem, unknown, warning } from "../check";

const DELIVERY_DAYS = 7;
/** Where Parity takes Stripe's events. */
const PATH = "/api/stripe/webhook";
const ASK = { priority: "interactive", deadlineMs: 8_000 } as const;

const endpoint = defineCheck({
  id: "endpoint",
  group: "webhooks",
  title: "Endpoint",
  needs: "stripe",
  async look({ stripe, takesWebhooks }, { surroundings: { appUrl } }) {
    const read = await stripe.listWebhookEndpoints(ASK);
    if (!read.ok) {
      if (read.failure.reason !== "forbidden")
        return [unknown(`Not known: ${read.failure.message}`, "Look again later.")];
      return [
        unknown(
          "Not known: the key may not read webhook endpoints.",
          "Look in Stripe under Developers → Webhooks, or give the key “Webhook Endpoints: Read”.",
        ),
      ];
    }
    if (appUrl === null) return [unknown("Not known: APP_URL is not set.", "Set APP_URL.")];
    const url = `${appUrl}${PATH}`;
    const ours = read.value.filter((one) => isSameAddress(one.url, url));
    if (ours.length === 0) {
      const text = `Stripe has no endpoint for ${url}: payments are found by workspace requests and runs only.`;
      return [warning(text, `In Stripe, add the endpoint ${url} with the events of docs/how-it-works.md.`)];
    }
    const found = ours.flatMap((one) => checkEndpoint(one, stripe.livemode));
    if (!takesWebhooks)
      found.unshift(
        problem(
          "STRIPE_WEBHOOK_SECRET is not set: every delivery is refused.",
          "Set it to the signing secret of the endpoint (whsec_…).",
        ),
      );
    return found;
  },
});

const isSameAddress = (one: string, other: string): boolean =>
  one.replace(/\/$/, "").toLowerCase() === other.toLowerCase();

/** Whether an endpoint that takes these names sends an event of this type. */
const isSent = (type: string, names: readonly string[]): boolean =>
  names.some(
    (name) => name === "*" || name === type || (name.endsWith(".*") && type.startsWith(name.slice(0, -1))),
  );

/** The types that are named; a name for all of a kind is what Stripe's form does not take. */
const NEEDED = EVENT_TYPES.map(({ name }) => name).filter((name) => !name.endsWith(".*"));

function checkEndpoint(
  { id, isEnabled, events, apiVersion, livemode }: WebhookEndpoint,
  isLive: boolean,
): Finding[] {
  if (!isEnabled)
    return [
      problem(`${id} is disabled: Stripe sends nothing.`, `In Stripe, enable the webhook endpoint ${id}.`),
    ];
  const lacking = NEEDED.filter((type) => !isSent(type, events));
  const found: Finding[] = [];
  if (livemode !== isLive)
    found.push(
      problem(
        `${id} is of ${livemode ? "live" : "test"} mode, and the key is not.`,
        "Add the endpoint in the mode of STRIPE_SECRET_KEY.",
      ),
    );
  if (lacking.length > 0)
    found.push(
      warning(
        `${id} does not send ${lacking.join(", ")}: such changes are found by runs only.`,
        `In Stripe, add these events to the endpoint ${id}.`,
      ),
    );
  if (found.length > 0) return found;
  const version = `API version ${apiVersion ?? "of the account"}`;
  // Only ids are taken from an event, and they are in all versions.
  const note =
    apiVersion === null || apiVersion === API_VERSION ? "" : `; Parity itself reads ${API_VERSION}`;
  return [ok(`${id} is enabled and sends all events that are needed (${version}${note}).`)];
}

const undelivered = defineCheck({
  id: "undelivered",
  group: "webhooks",
  title: "Undelivered events",
  needs: "stripe",
  async look({ stripe }, { surroundings }) {
    const since = Math.floor(surroundings.now()) - DELIVERY_DAYS * 86_400;
    const read = await stripe.listUndelivered({ types: POLLED_TYPES, since }, ASK);
    if (!read.ok)
      return [
        read.failure.reason === "forbidden"
          ? unknown("Not known: the key may not read events.", "Give the key “Events: Read”.")
          : unknown(`Not known: ${read.failure.message}`, "Look again later."),
      ];
    const { count, hasMore, oldestAt } = read.value;
    if (count === 0 || oldestAt === null)
      return [ok(`Every event of the last ${DELIVERY_DAYS} days was delivered.`)];
    const many = hasMore ? `More than ${count} events were` : pluralize(count, "event was", "events were");
    const ago = formatLength(Math.max(0, surroundings.now() - oldestAt));
    return [
      warning(
        `${many} not delivered to some endpoint of the account, the oldest of those listed ${ago} ago.`,
        "Look in Stripe under Developers → Webhooks what the endpoint answered; runs find these changes meanwhile.",
      ),
    ];
  },
});

/** Do webhooks arrive, and as what? */
const deliveries = defineCheck({
  id: "webhooks",
  group: "webhooks",
  title: "Deliveries",
  needs: "installation",
  async look({ db, takesWebhooks }) {
    if (!takesWebhooks)
      return [
        warning(
          "STRIPE_WEBHOOK_SECRET is not set: payments are found by workspace requests and runs only.",
          "Add an endpoint in Stripe and set STRIPE_WEBHOOK_SECRET to its signing secret.",
        ),
      ];
    const found = await listDeliveries(db, DELIVERY_DAYS);
    if (found.length === 0)
      return [
        warning(
          `No delivery arrived in ${DELIVERY_DAYS} days.`,
          "Check the endpoint in Stripe: address, and whether it is enabled.",
        ),
      ];
    return found.map(({ outcome, count, lastAt }) => {
      const advice = DELIVERY_OUTCOMES[outcome];
      const counted = `${count} × ${outcome} in ${DELIVERY_DAYS} days, last at ${lastAt.toISOString()}.`;
      if (advice === null) return ok(counted);
      const end = advice.lastIndexOf(". ", advice.length - 2);
      return warning(`${counted} ${advice.slice(0, end + 1)}`.trim(), advice.slice(end + 1).trim());
    });
  },
});

/** Events that nothing has settled. */
const events = defineCheck({
  id: "events",
  group: "webhooks",
  title: "Events",
  needs: "installation",
  async look({ db }) {
    const [unsettled, postponed] = await Promise.all([countUnsettledEvents(db), countPostponedCustomers(db)]);
    if (postponed > 0)
      return [
        warning(
          `Stripe refuses to answer about ${pluralize(postponed, "customer")}; they are asked about again later.`,
          "Look for “Stripe refuses to answer about a customer” in the log, which names them.",
        ),
      ];
    return [
      ok(unsettled === 0 ? "All are settled." : `${pluralize(unsettled, "event")} waiting for a read.`),
    ];
  },
});

export const WEBHOOK_CHECKS = [endpoint, undelivered, deliveries, events];
