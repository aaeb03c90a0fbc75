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

/** Types that are a signal to read a customer again; others are acknowledged and counted. */
const OURS =
  /^(customer\.(created|updated|deleted|subscription\..+)|checkout\.session\.(completed|async_payment_succeeded|async_payment_failed)|invoice\.(paid|payment_failed))$/;

export const isOurs = (type: string) => OURS.test(type);

const reference = z.union([z.string(), z.object({ id: z.string() })]).nullish();
const eventObject = z.object({
  id: z.string(),
  type: z.string(),
  created: z.number().int(),
  livemode: z.boolean(),
  data: z.object({ object: z.object({ object: z.string(), id: z.string().nullish(), customer: reference }) }),
});

export type EventReading =
  | { ok: true; event: WebhookEvent }
  | { ok: false; reason: "bad_signature" | "bad_event" };

/** Checks Stripe's signature over the raw body and reads what is kept of the event. */
export function readWebhookEvent(body: Uint8Array, signature: string | null, secret: string): EventReading {
  let verified: unknown;
  try {
    verified = webhooks.constructEvent(Buffer.from(body), signature ?? "", secret);
  } catch {
    return { ok: false, reason: "bad_signature" };
  }
  const parsed = eventObject.safeParse(verified);
  if (!parsed.success) return { ok: false, reason: "bad_event" };
  const { data, ...event } = parsed.data;
  const { object, id, customer } = data.object;
  const named = typeof customer === "string" ? customer : (customer?.id ?? null);
  return {
    ok: true,
    event: {
      ...event,
      customerId: object === "customer" ? (id ?? null) : named,
      sessionId: object === "checkout.session" ? (id ?? null) : null,
    },
  };
}

// Verifying needs no key and sends nothing.
const { webhooks } = new Stripe("sk_test_unused");
