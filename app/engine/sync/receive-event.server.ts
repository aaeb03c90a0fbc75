import type { Deps } from "~/engine/evaluate/deps.server";
import { storeEvent } from "~/engine/observe/events.server";
import { isHandledEvent } from "~/stripe/event-types";
import { readWebhookEvent } from "~/stripe/webhook-event.server";
import { syncCustomer } from "./sync-customer.server";
import { syncWithinRequest } from "./sync-within-request.server";

export type WebhookOptions = {
  /** `whsec_…`; null without STRIPE_WEBHOOK_SECRET. */
  secret: string | null;
  /** How long a request may take to settle its event itself, in milliseconds; null: a worker does it. */
  settleWithinMs: number | null;
};

/** `ignored`: a type or a mode that is not ours; acknowledged all the same. */
export type EventReceipt =
  | {
      ok: true;
      id: string;
      type: string;
      outcome: "stored" | "known" | "ignored";
      /** Settled in this very request; false where a worker does it. */
      settled: boolean;
    }
  | { ok: false; reason: "not_configured" | "bad_signature" | "bad_event" };

/** Stripe's webhook events: each is a signal to read its customer again. */
export function createWebhookEvents(deps: Deps, options: WebhookOptions) {
  return {
    /** Checks the signature over the raw body and stores the event before it is acknowledged. */
    receiveSigned: (body: Uint8Array, signature: string | null) =>
      receiveEvent(deps, options, { body, signature }),
    /** Reads the customer and repairs its users. Throws when Stripe could not be asked: try again. */
    settle: (input: { customerId: string; sessionId: string | null }) => syncCustomer(deps, input),
  };
}

/**
 * Checks an event, stores it with the job that reads its customer, and acknowledges it. An event of another mode, or of a
 * type that says nothing about a customer, is acknowledged and not stored. Throws when it could not be stored: Stripe sends
 * it again. Where no process stays alive, a stored event is settled at once.
 */
async function receiveEvent(
  deps: Deps,
  { secret, settleWithinMs }: WebhookOptions,
  { body, signature }: { body: Uint8Array; signature: string | null },
): Promise<EventReceipt> {
  if (secret === null) return { ok: false, reason: "not_configured" };
  const reading = readWebhookEvent(body, signature, secret);
  if (!reading.ok) return reading;
  const { event } = reading;
  const { id, type } = event;
  if (!isHandledEvent(type) || event.livemode !== deps.stripe.livemode)
    return { ok: true, id, type, outcome: "ignored", settled: false };
  const outcome = await storeEvent(deps.db, event);
  const settled = settleWithinMs !== null && (await syncWithinRequest(deps, event, settleWithinMs));
  return { ok: true, id, type, outcome, settled };
}
