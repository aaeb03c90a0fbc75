import Stripe from "stripe";
import { createParity, type Parity } from "~/facade/parity.server";
import { createRouteArgs } from "~/http/testing/request";
import { action } from "~/routes/api.stripe.webhook";
import type { World } from "./world";

const SECRET = "whsec_test_0123456789abcdef";
const { webhooks } = new Stripe("sk_test_unused");

export type WebhookRoute = {
  parity: Parity;
  /** Posts an event, signed now or at `signedAt` (epoch seconds), with the secret or another one. */
  post(
    event: unknown,
    how?: { signedAt?: number; secret?: string },
  ): Promise<{ status: number; body: Record<string, unknown>; log: string }>;
};

/** The webhook route of an installation in this world. `settleWithinMs` null: a worker settles. */
export function openWebhookRoute(
  world: World,
  options: { secret?: string; settleWithinMs?: number | null; log?: World["deps"]["log"] } = {},
): WebhookRoute {
  const { secret: webhookSecret = SECRET, settleWithinMs = null, log = world.deps.log } = options;
  const parity = createParity({
    ...world.deps,
    log,
    configuredAccountId: null,
    sandbox: false,
    webhookSecret,
    settleWithinMs,
  });
  return {
    parity,
    async post(event, { signedAt, secret = SECRET } = {}) {
      const payload = typeof event === "string" ? event : JSON.stringify(event);
      const header = webhooks.generateTestHeaderString({ payload, secret, timestamp: signedAt });
      const made = createRouteArgs("/api/stripe/webhook", {
        method: "POST",
        body: payload,
        headers: { "Stripe-Signature": header },
      });
      Object.assign(made.args.context, { parity });
      const response: unknown = await Promise.resolve(action(made.args)).catch((thrown: unknown) => thrown);
      if (!(response instanceof Response)) throw response;
      return { status: response.status, body: await response.json(), log: made.lines.join("") };
    },
  };
}

let made = 0;

/** An event as Stripe sends it, about this object. */
export function buildEvent(
  object: Record<string, unknown>,
  type = "customer.subscription.created",
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  made += 1;
  return {
    id: `evt_case${made}`,
    object: "event",
    api_version: "2026-10-28.endive",
    type,
    created: 1_790_000_000 + made,
    livemode: false,
    data: { object },
    ...rest,
  };
}
