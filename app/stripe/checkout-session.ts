import { z } from "zod";

/** What a checkout session says about who paid; no address, no amount. */
export type CheckoutSession = {
  id: string;
  customerId: string | null;
  /** Attached a little after the payment: null until then. */
  subscriptionId: string | null;
  clientReferenceId: string | null;
  metadataUserId: string | null;
  /** Made by a payment link: anyone can add a `client_reference_id` to its address. */
  isFromPaymentLink: boolean;
  status: string | null;
  paymentStatus: string | null;
};

const reference = z
  .union([z.string(), z.object({ id: z.string() })])
  .nullish()
  .transform((value) => (typeof value === "string" ? value : (value?.id ?? null)));

const sessionObject = z.object({
  id: z.string(),
  customer: reference,
  subscription: reference,
  client_reference_id: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  payment_link: reference,
  status: z.string().nullish(),
  payment_status: z.string().nullish(),
});

/** Throws ZodError on another shape. */
export function parseCheckoutSession(object: unknown): CheckoutSession {
  const it = sessionObject.parse(object);
  return {
    id: it.id,
    customerId: it.customer,
    subscriptionId: it.subscription,
    clientReferenceId: it.client_reference_id ?? null,
    metadataUserId: it.metadata?.userId || null,
    isFromPaymentLink: it.payment_link !== null,
    status: it.status ?? null,
    paymentStatus: it.payment_status ?? null,
  };
}

/**
 * The user that a session proves to have paid: our application made the session (no payment link) and its two references
 * agree. A bare `client_reference_id` proves nothing. Null when there is no proof.
 */
export function findPayer(session: CheckoutSession): string | null {
  const { clientReferenceId, metadataUserId, isFromPaymentLink } = session;
  return !isFromPaymentLink && clientReferenceId !== null && clientReferenceId === metadataUserId
    ? metadataUserId
    : null;
}
