import Stripe from "stripe";
import { z } from "zod";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";

/** What is kept of an event: no payload. */
export type WebhookEvent = {
  id: string;
  type: string;
  /** Epoch seconds, Stripe's clock. */
  created: number;
  livemode: boolean;
  /** The connected account that the event is about; null for the account's own events. */
  accountId: string | null;
  /** Null when the event is about no customer: then there is nothing to read. */
  customerId: string | null;
  /** The charge that must be read to know what went back of it, and whose it is; left out for other events. */
  chargeId?: string | null;
  /** What the event itself says about a checkout session. Only Stripe can sign it, so it is worth as much as a read. */
  session: CheckoutSession | null;
  /** The checkout session that must be read to know who paid, because the event does not say; null otherwise. */
  sessionId: string | null;
};

/**
 * `thin`: the destination sends events without their object. `other_shape`: a type that carries another kind of object.
 * `malformed`: ids or times that neither Stripe nor PostgreSQL could have.
 */
export type UnreadableReason = "thin" | "other_shape" | "malformed";
export type EventReading = { ok: true; event: WebhookEvent } | { ok: false; reason: UnreadableReason };

export type WebhookReading =
  | EventReading
  | { ok: false; reason: "bad_signature" }
  /** Stripe signed it, but by this server's clock too long ago. */
  | { ok: false; reason: "outside_tolerance"; secondsOld: number };

/** Stripe's own tolerance. Seconds. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/**
 * Checks Stripe's signature over the raw body, with any of the secrets, and reads what is kept of the event. `now`: epoch
 * seconds.
 */
export function readWebhookEvent(
  body: Uint8Array,
  signature: string | null,
  secrets: readonly string[],
  now = Date.now() / 1000,
): WebhookReading {
  const header = signature ?? "";
  const raw = Buffer.from(body);
  const isSigned = (toleranceSeconds: number) =>
    secrets.some((secret) => verify({ raw, header, secret, toleranceSeconds, now }));
  if (isSigned(SIGNATURE_TOLERANCE_SECONDS)) return parseEvent(parseJson(body));
  // Without a tolerance, to tell a wrong clock from a wrong secret.
  if (!isSigned(0)) return { ok: false, reason: "bad_signature" };
  const timestamp = [...header.matchAll(/(?:^|,)\s*t=(-?\d+)/g)].at(-1)?.[1];
  return { ok: false, reason: "outside_tolerance", secondsOld: Math.floor(now - Number(timestamp ?? now)) };
}

type Signed = { raw: Buffer; header: string; secret: string; toleranceSeconds: number; now: number };

/** Whether the signature fits and is not older than the tolerance; zero: however old. */
function verify({ raw, header, secret, toleranceSeconds, now }: Signed): boolean {
  try {
    return (
      webhooks.signature?.verifyHeader(raw, header, secret, toleranceSeconds, undefined, now * 1000) ?? false
    );
  } catch {
    return false;
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

/** Without control characters and halves of surrogate pairs, which PostgreSQL does not store. */
const id = z.string().regex(/^[^\p{Cc}\p{Surrogate}]{1,255}$/u);
/** Blanks are no part of an id, and an empty one is none. */
const reference = z
  .union([id, z.literal(""), z.looseObject({ id })])
  .nullish()
  .transform((value) => (typeof value === "object" ? value?.id : value)?.trim() || null);

const eventFrame = z.object({
  id,
  type: id,
  // Up to the year 9999, which PostgreSQL can store.
  created: z.number().int().min(0).max(253_402_300_799),
  livemode: z.boolean(),
  account: reference,
});
const namedObject = z.object({
  object: id,
  id: reference,
  customer: reference,
  charge: reference.catch(null),
});
/** Objects that tell of a charge. A dispute does not name its customer, so the charge is asked for each of them. */
const OF_A_CHARGE = new Set(["charge", "dispute", "refund"]);
const shape = z.object({ data: z.object({ object: z.looseObject({ object: z.string() }) }) });
const thinShape = z.union([
  z.looseObject({ object: z.literal("v2.core.event") }),
  z.looseObject({ object: z.string(), related_object: z.unknown(), data: z.undefined().optional() }),
]);

/** What is kept of an event object. */
export function parseEvent(object: unknown): EventReading {
  if (thinShape.safeParse(object).success && !shape.safeParse(object).success)
    return { ok: false, reason: "thin" };
  const shaped = shape.safeParse(object);
  const frame = eventFrame.safeParse(object);
  if (!shaped.success) return { ok: false, reason: frame.success ? "other_shape" : "malformed" };
  const named = namedObject.safeParse(shaped.data.data.object);
  if (!frame.success || !named.success) return { ok: false, reason: "malformed" };
  const { account, ...event } = frame.data;
  const { object: kind, id: objectId, customer, charge } = named.data;
  const chargeId = OF_A_CHARGE.has(kind) ? (kind === "charge" ? objectId : charge) : null;
  const isSession = kind === "checkout.session";
  const session = isSession ? readSession(shaped.data.data.object) : null;
  return {
    ok: true,
    event: {
      ...event,
      accountId: account,
      customerId: kind === "customer" ? objectId : chargeId === null ? customer : null,
      ...(chargeId !== null && { chargeId }),
      session,
      sessionId: isSession && session === null ? objectId : null,
    },
  };
}

const saysWhoPaid = z.looseObject({
  client_reference_id: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
});

/** The session in an event; null when it leaves out what tells who paid. */
function readSession(object: unknown): CheckoutSession | null {
  if (!saysWhoPaid.safeParse(object).success) return null;
  try {
    return parseCheckoutSession(object);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

// Verifying needs no key and sends nothing.
const { webhooks } = new Stripe("sk_test_unused");
