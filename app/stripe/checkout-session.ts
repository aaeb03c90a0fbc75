import { z } from "zod";
import { type Metadata, readMetadataUserId, readUserId } from "~/billing/ids";
import { text } from "./price";

/** What a checkout session says about who paid; no address, no amount. */
export type CheckoutSession = {
  id: string;
  customerId: string | null;
  /** Attached a little after the payment: null until then. */
  subscriptionId: string | null;
  clientReferenceId: string | null;
  metadata: Metadata;
  /** Made by a payment link: anyone can add a `client_reference_id` to its address. */
  isFromPaymentLink: boolean;
  status: string | null;
  paymentStatus: string | null;
  /** `subscription`, `payment` or `setup`: only the first one makes a subscription. Null when Stripe does not say. */
  mode?: string | null;
};

const reference = z
  .union([text, z.object({ id: text })])
  .nullish()
  .transform((value) => (typeof value === "string" ? value : (value?.id ?? null)) || null);

const sessionObject = z.object({
  id: z.string(),
  customer: reference,
  subscription: reference,
  client_reference_id: text.nullish(),
  metadata: z.record(z.string(), text).nullish(),
  payment_link: reference,
  status: z.string().nullish(),
  payment_status: z.string().nullish(),
  mode: z.string().nullish().catch(null),
});

/** Throws ZodError on another shape. */
export function parseCheckoutSession(object: unknown): CheckoutSession {
  const it = sessionObject.parse(object);
  return {
    id: it.id,
    customerId: it.customer,
    subscriptionId: it.subscription,
    clientReferenceId: readUserId(it.client_reference_id),
    metadata: it.metadata ?? {},
    isFromPaymentLink: it.payment_link !== null,
    status: it.status ?? null,
    paymentStatus: it.payment_status ?? null,
    mode: it.mode ?? null,
  };
}

/** Will Stripe still attach a subscription? Not to a session that only pays or takes a card, nor to one that has expired. */
export const awaitsSubscription = ({ subscriptionId, status, mode = null }: CheckoutSession): boolean =>
  subscriptionId === null && status !== "expired" && (mode === null || mode === "subscription");

/** Which user a session names, and whose customer or subscription it is about. */
export type SessionLink = {
  userId: string;
  customerId: string;
  /** Null until Stripe has attached the subscription: then the whole customer is meant. */
  subscriptionId: string | null;
  /** `session`: proof. `reference`: only a possible match, for staff to confirm. */
  source: "session" | "reference";
};

/** The part of a session that says who paid. */
export type NamedInSession = Pick<
  CheckoutSession,
  "customerId" | "subscriptionId" | "clientReferenceId" | "metadata"
> & {
  /** Our own checkout made the session for this user, whatever the keys were then. */
  madeFor?: string;
};

/**
 * The user that a session names; null when it names none, or has no customer. Metadata under one of the keys are proof, because only a
 * secret key can set it. A bare `client_reference_id` is none: anyone can add it to the address of a payment link.
 */
export function findSessionLink(
  session: NamedInSession,
  metadataKeys: readonly string[],
): SessionLink | null {
  const { customerId, subscriptionId, clientReferenceId, metadata, madeFor } = session;
  const metadataUserId = madeFor ?? readMetadataUserId(metadata, metadataKeys);
  const userId = metadataUserId ?? clientReferenceId;
  if (customerId === null || userId === null) return null;
  return { userId, customerId, subscriptionId, source: metadataUserId === null ? "reference" : "session" };
}
