import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { storeEvent } from "~/engine/observe/events.server";
import { countDelivery, type DeliveryOutcome } from "~/engine/observe/webhook-deliveries.server";
import { webhookLagSeconds } from "~/platform/metrics/process-meters.server";
import { isHandledEvent } from "~/stripe/event-types";
import { readWebhookEvent, type WebhookEvent, type WebhookReading } from "~/stripe/webhook-event.server";
import { syncCharge } from "./sync-charge.server";
import { syncCustomer } from "./sync-customer.server";
import { syncWithinRequest } from "./sync-within-request.server";

export type WebhookOptions = {
  /** `whsec_…`; several, separated by commas, while a secret is replaced; null without STRIPE_WEBHOOK_SECRET. */
  secret: string | null;
  /** How long a request may take to settle its event itself, in milliseconds; null: a worker does it. */
  settleWithinMs: number | null;
  /** Now, in epoch milliseconds. */
  now?: () => number;
};

/** `ignored`: not ours, or not readable; acknowledged all the same, because Stripe would send it again for days. */
export type EventReceipt =
  | {
      ok: true;
      event: { id: string; type: string } | null;
      outcome: "stored" | "known" | "ignored";
      /** Why it was ignored. */
      reason: DeliveryOutcome | null;
      /** Settled in this very request; false where a worker does it. */
      settled: boolean;
    }
  | { ok: false; reason: "not_configured" }
  | { ok: false; reason: "bad_signature" }
  /** By this server's clock the signature is too old. */
  | { ok: false; reason: "outside_tolerance"; secondsOld: number };

/** Stripe's webhook events: each is a signal to read its customer again. */
export function createWebhookEvents(deps: Deps, options: WebhookOptions) {
  const countBadSignature = createThrottle(() => count(deps, "bad_signature"));
  return {
    /** Checks the signature over the raw body and stores the event before it is acknowledged. */
    async receiveSigned(body: Uint8Array, signature: string | null): Promise<EventReceipt> {
      const { secret, now = Date.now } = options;
      if (secret === null) return { ok: false, reason: "not_configured" };
      const reading = readWebhookEvent(body, signature, secret.split(","), now() / 1000);
      if (!reading.ok && reading.reason === "bad_signature") {
        // Any outsider can send one, so it is not worth a statement each.
        await countBadSignature();
        return { ok: false, reason: reading.reason };
      }
      const receipt = await receive(deps, options, reading);
      await count(
        deps,
        receipt.ok
          ? (receipt.reason ?? (receipt.outcome === "known" ? "known" : "stored"))
          : "outside_tolerance",
      );
      return receipt;
    },
    /** Reads the customer and repairs its users. Throws when Stripe could not be asked: try again. */
    settle: (input: { customerId: string }) => syncCustomer(deps, input),
    /** The same for a charge, which is read before its customer. */
    settleCharge: (input: { chargeId: string }) => syncCharge(deps, input),
  };
}

/**
 * Stores an event with the job that reads its customer. What is not ours, or says nothing about a customer, is not stored.
 * Throws when it could not be stored: Stripe sends it again. Where no process stays alive, a stored event is settled at once.
 */
async function receive(
  deps: Deps,
  options: WebhookOptions,
  reading: Exclude<WebhookReading, { reason: "bad_signature" }>,
): Promise<EventReceipt> {
  if (!reading.ok && reading.reason === "outside_tolerance") return reading;
  if (!reading.ok) return { ok: true, event: null, ...IGNORED, reason: reading.reason };
  const { event } = reading;
  const named = { id: event.id, type: event.type };
  const foreign = await findForeignReason(deps, event);
  if (foreign !== null) return { ok: true, event: named, ...IGNORED, reason: foreign };
  const outcome = await storeEvent(deps.db, event);
  const { now = Date.now } = options;
  if (outcome === "stored") webhookLagSeconds.observe(Math.max(0, now() / 1000 - event.created));
  const { settleWithinMs } = options;
  const settled = settleWithinMs !== null && (await syncWithinRequest(deps, event, settleWithinMs));
  return { ok: true, event: named, outcome, reason: null, settled };
}

const IGNORED = { outcome: "ignored", settled: false } as const;

/** Why an event is not ours; null when it is. */
async function findForeignReason(deps: Deps, event: WebhookEvent): Promise<DeliveryOutcome | null> {
  if (event.livemode !== deps.stripe.livemode) return "other_mode";
  // Only events of connected accounts name one.
  if (event.accountId !== null) {
    const { binding } = await loadSettings(deps.db);
    if (binding?.accountId !== event.accountId) return "other_account";
  }
  return isHandledEvent(event.type) ? null : "other_type";
}

/** A figure for people: it never fails a delivery. */
async function count(deps: Deps, outcome: DeliveryOutcome): Promise<void> {
  await countDelivery(deps.db, outcome).catch((error: unknown) =>
    deps.log.warn({ err: error, outcome }, "webhook delivery not counted"),
  );
}

const THROTTLE_MS = 1_000;

/** Calls `work` at most once a second. */
function createThrottle(work: () => Promise<void>): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - last < THROTTLE_MS) return;
    last = performance.now();
    await work();
  };
}
