import { storeEvent } from "~/db/events.server";
import { isOurs, readWebhookEvent } from "~/stripe/webhook-event.server";
import type { EventReceipt } from "./parity.server";
import type { Parts } from "./parts.server";

/**
 * Takes a webhook event in: checked, then stored with the job that reads its customer again, then acknowledged. An event
 * of another mode, or of a type that says nothing about a customer, is acknowledged and not stored. Throws when it could
 * not be stored: Stripe sends it again.
 */
export async function receiveEvent(
  parts: Parts,
  secret: string | null,
  { body, signature }: { body: Uint8Array; signature: string | null },
): Promise<EventReceipt> {
  if (secret === null) return { ok: false, reason: "not_configured" };
  const reading = readWebhookEvent(body, signature, secret);
  if (!reading.ok) return reading;
  const { event } = reading;
  const { id, type } = event;
  if (!isOurs(type) || event.livemode !== parts.stripe.livemode)
    return { ok: true, id, type, outcome: "ignored" };
  return { ok: true, id, type, outcome: await storeEvent(parts.db, event) };
}
