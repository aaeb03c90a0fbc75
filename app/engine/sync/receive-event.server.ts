import type { Deps } from "~/engine/evaluate/deps.server";
import { storeEvent } from "~/engine/observe/events.server";
import type { EventReceipt } from "~/facade/parity.server";
import { isOurs, readWebhookEvent } from "~/stripe/webhook-event.server";
import { settleAtOnce } from "./settle-at-once.server";

export type ReceiveOptions = {
  /** `whsec_…`; null without STRIPE_WEBHOOK_SECRET. */
  secret: string | null;
  /** How long a request may take to settle its event itself, in milliseconds; null: a worker does it. */
  settleWithinMs: number | null;
};

/**
 * Takes a webhook event in: checked, then stored with the job that reads its customer again, then acknowledged. An event
 * of another mode, or of a type that says nothing about a customer, is acknowledged and not stored. Throws when it could
 * not be stored: Stripe sends it again. Where no process stays alive, what is stored is settled at once.
 */
export async function receiveEvent(
  deps: Deps,
  { secret, settleWithinMs }: ReceiveOptions,
  { body, signature }: { body: Uint8Array; signature: string | null },
): Promise<EventReceipt> {
  if (secret === null) return { ok: false, reason: "not_configured" };
  const reading = readWebhookEvent(body, signature, secret);
  if (!reading.ok) return reading;
  const { event } = reading;
  const { id, type } = event;
  if (!isOurs(type) || event.livemode !== deps.stripe.livemode)
    return { ok: true, id, type, outcome: "ignored", settled: false };
  const outcome = await storeEvent(deps.db, event);
  const settled = settleWithinMs !== null && (await settleAtOnce(deps, event, settleWithinMs));
  return { ok: true, id, type, outcome, settled };
}
