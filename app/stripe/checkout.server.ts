import type Stripe from "stripe";
import type { RequestOptions } from "./answer";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";
import type { StripeFailure } from "./failure.server";
import { createStripeClient } from "./http-client.server";
import type { PermissionEntry } from "./permissions/catalogue";
import type { ProbeResult } from "./permissions/permission-watch";
import { createSender, type SenderOptions } from "./permissions/watched-sender.server";

export type CheckoutOrder = {
  userId: string;
  /** The key of the metadata under which the user is named. */
  metadataKey: string;
  priceId: string;
  /** The user's customer in Stripe; null: Stripe makes one, with `email`. */
  customerId: string | null;
  /** Null: the customer types it on Stripe's page. */
  email: string | null;
  successUrl: string;
  cancelUrl: string;
};

/** An answer with its fields, or why there is none. */
export type CheckoutAnswer<T> = ({ ok: true } & T) | { ok: false; failure: StripeFailure };

/** A payment page. `url` is null once it is paid or has expired. */
export type PaymentPage = { session: CheckoutSession; url: string | null };

/** The requests of the customer pages, with a key of their own that may create sessions. Reconciling never uses it. */
export type CheckoutClient = {
  /** The id of the price that has the lookup key now; null when none has. */
  findPrice(lookupKey: string): Promise<CheckoutAnswer<{ id: string | null }>>;
  /**
   * Stripe's payment page for one subscription. It names the user twice, which proves that we made it. The same
   * idempotency key leads to the same page.
   */
  createSession(order: CheckoutOrder, idempotencyKey: string): Promise<CheckoutAnswer<{ page: PaymentPage }>>;
  /** The present state of a payment page that was made before. */
  readPage(sessionId: string): Promise<CheckoutAnswer<{ page: PaymentPage }>>;
  /** Closes an open payment page: it cannot be paid any more. */
  closePage(sessionId: string): Promise<CheckoutAnswer<{ page: PaymentPage }>>;
  /** Stripe's page where a customer manages their subscription. */
  createPortal(customerId: string, returnUrl: string): Promise<CheckoutAnswer<{ url: string }>>;
  /** The account that the key belongs to. */
  readAccount(): Promise<CheckoutAnswer<{ accountId: string }>>;
  /** Asks Stripe about one permission of the key. */
  probe(permission: PermissionEntry): Promise<ProbeResult>;
};

export type CheckoutClientOptions = SenderOptions & { checkoutKey: string; apiBase: string | null };

const MAX_SOCKETS = 10;
/** A customer waits for the page. */
const WAITED_FOR: RequestOptions = { priority: "interactive", deadlineMs: 10_000 };

/**
 * Binds the pages to `STRIPE_CHECKOUT_KEY`. Their requests go through the same limiter as all others: they share the budget.
 */
export function createCheckoutClient(options: CheckoutClientOptions): CheckoutClient {
  const { checkoutKey: key, apiBase } = options;
  const stripe = createStripeClient({ key, apiBase, readOnly: false, maxSockets: MAX_SOCKETS });
  const { sender, probe } = createSender(stripe, "checkout", options);
  const { sessions } = stripe.checkout;

  async function call<Raw, T>(
    endpoint: string,
    send: (timeout: number) => Promise<Stripe.Response<Raw>>,
    parse: (raw: Stripe.Response<Raw>) => T,
  ): Promise<CheckoutAnswer<T>> {
    const read = await sender.send({ endpoint, options: WAITED_FOR, send, parse });
    return read.ok ? { ok: true, ...read.value } : { ok: false, failure: read.failure };
  }

  return {
    probe,
    readAccount: () =>
      call(
        "GET /v1/account",
        (timeout) => stripe.accounts.retrieveCurrent({}, { timeout }),
        ({ id }) => ({ accountId: id }),
      ),
    findPrice: (lookupKey) =>
      call(
        "GET /v1/prices",
        (timeout) => stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 }, { timeout }),
        ({ data }) => ({ id: data[0]?.id ?? null }),
      ),
    createSession: (
      { userId, metadataKey, priceId, customerId, email, successUrl, cancelUrl },
      idempotencyKey,
    ) =>
      call(
        "POST /v1/checkout/sessions",
        (timeout) =>
          sessions.create(
            {
              mode: "subscription",
              line_items: [{ price: priceId, quantity: 1 }],
              success_url: successUrl,
              cancel_url: cancelUrl,
              client_reference_id: userId,
              metadata: { [metadataKey]: userId },
              subscription_data: { metadata: { [metadataKey]: userId } },
              ...(customerId !== null && { customer: customerId }),
              ...(customerId === null && email !== null && { customer_email: email }),
            },
            { idempotencyKey, timeout },
          ),
        toPaymentPage,
      ),
    readPage: (sessionId) =>
      call(
        "GET /v1/checkout/sessions/:id",
        (timeout) => sessions.retrieve(sessionId, {}, { timeout }),
        toPaymentPage,
      ),
    closePage: (sessionId) =>
      call(
        "POST /v1/checkout/sessions/:id/expire",
        (timeout) => sessions.expire(sessionId, {}, { timeout }),
        toPaymentPage,
      ),
    createPortal: (customer, returnUrl) =>
      call(
        "POST /v1/billing_portal/sessions",
        (timeout) => stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }, { timeout }),
        ({ url }) => ({ url }),
      ),
  };
}

const toPaymentPage = (session: Stripe.Checkout.Session): { page: PaymentPage } => ({
  page: { session: parseCheckoutSession(session), url: session.url },
});
