import Stripe from "stripe";
import { z } from "zod";

/** What is kept of a webhook event: no payload. */
export type WebhookEvent = {
  id: string;
  type: string;
  /** Epoch seconds, Stripe's clock. */
  created: number;
  livemode: boolean;
  customerId: string | null;
  sessionId: string | null;
};

const reference = z.union([z.string(), z.object({ id: z.string() })]).nullish();
const eventObject = z.object({
  id: z.string(),
  type: z.string(),
  created: z.number().int(),
  livemode: z.boolean(),
  data: z.object({ object: z.object({ object: z.string(), id: z.string().nullish(), customer: reference }) }),
});

export type WebhookReading =
  | { ok: true; event: WebhookEvent }
  | { ok: false; reason: "bad_signature" | "bad_event" };

/** Checks Stripe's signature over the raw body and reads what is kept of the event. */
export function readWebhookEvent(body: Uint8Array, signature: string | null, secret: string): WebhookReading {
  let verified: unknown;
  try {
    verified = webhooks.constructEvent(Buffer.from(body), signature ?? "", secret);
  } catch {
    return { ok: false, reason: "bad_signature" };
  }
  const event = parseEvent(verified);
  return event ? { ok: true, event } : { ok: false, reason: "bad_event" };
}

/** What is kept of an event object; null when it has another shape than an event. */
export function parseEvent(object: unknown): WebhookEvent | null {
  const parsed = eventObject.safeParse(object);
  if (!parsed.success) return null;
  const { data, ...event } = parsed.data;
  const { object: kind, id, customer } = data.object;
  const named = typeof customer === "string" ? customer : (customer?.id ?? null);
  return {
    ...event,
    customerId: kind === "customer" ? (id ?? null) : named,
    sessionId: kind === "checkout.session" ? (id ?? null) : null,
  };
}

// Verifying needs no key and sends nothing.
const { webhooks } = new Stripe("sk_test_unused");
