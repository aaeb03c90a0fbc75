import Stripe from "stripe";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";
import { type StripeFailure, toStripeFailure } from "./failure.server";

export type CheckoutOrder = {
  userId: string;
  priceId: string;
  /** The user's customer in Stripe; null: Stripe makes one, with `email`. */
  customerId: string | null;
  email: string;
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
};

const TIMEOUT_MS = 10_000;

/** Binds the pages to `STRIPE_CHECKOUT_KEY`. */
export function createCheckoutClient({
  checkoutKey,
  apiBase,
}: {
  checkoutKey: string;
  apiBase: string | null;
}): CheckoutClient {
  const base = apiBase === null ? null : new URL(apiBase);
  const stripe = new Stripe(checkoutKey, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === "http:" ? 80 : 443),
      protocol: base.protocol === "http:" ? "http" : "https",
    }),
  });
  const { sessions } = stripe.checkout;
  return {
    findPrice: (lookupKey) =>
      callStripe(stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 }), ({ data }) => ({
        id: data[0]?.id ?? null,
      })),
    createSession: ({ userId, priceId, customerId, email, successUrl, cancelUrl }, idempotencyKey) =>
      callStripe(
        sessions.create(
          {
            mode: "subscription",
            line_items: [{ price: priceId, quantity: 1 }],
            success_url: successUrl,
            cancel_url: cancelUrl,
            client_reference_id: userId,
            metadata: { userId },
            subscription_data: { metadata: { userId } },
            ...(customerId === null ? { customer_email: email } : { customer: customerId }),
          },
          { idempotencyKey },
        ),
        toPaymentPage,
      ),
    readPage: (sessionId) => callStripe(sessions.retrieve(sessionId), toPaymentPage),
    closePage: (sessionId) => callStripe(sessions.expire(sessionId), toPaymentPage),
    createPortal: (customer, returnUrl) =>
      callStripe(stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }), ({ url }) => ({
        url,
      })),
  };
}

const toPaymentPage = (session: Stripe.Checkout.Session): { page: PaymentPage } => ({
  page: { session: parseCheckoutSession(session), url: session.url },
});

function callStripe<Raw, T>(answer: Promise<Raw>, read: (raw: Raw) => T): Promise<CheckoutAnswer<T>> {
  return answer.then(read).then(
    (value) => ({ ok: true, ...value }),
    (error: unknown) => ({ ok: false, failure: toStripeFailure(error) }),
  );
}
