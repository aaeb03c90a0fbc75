import Stripe from "stripe";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";
import { failureOf, type StripeFailure } from "./failure.server";

export type CheckoutOrder = {
  userId: string;
  priceId: string;
  /** The user's customer in Stripe; null: Stripe makes one, with `email`. */
  customerId: string | null;
  email: string;
  successUrl: string;
  cancelUrl: string;
};

export type Asked<T> = ({ ok: true } & T) | { ok: false; failure: StripeFailure };

/** A payment page. `url` is null once it is paid or has expired. */
export type PaymentPage = { session: CheckoutSession; url: string | null };

/** What the customer pages ask of Stripe, with a key of their own that may create sessions. Reconciling never uses it. */
export type CheckoutClient = {
  /** The id of the price that has a lookup key now; null when none has. */
  priceOf(lookupKey: string): Promise<Asked<{ id: string | null }>>;
  /**
   * Stripe's payment page for one subscription. Marked with the user twice, which proves that we made it. The same
   * idempotency key leads to the same page.
   */
  createSession(order: CheckoutOrder, idempotencyKey: string): Promise<Asked<{ page: PaymentPage }>>;
  /** A payment page that was made before, as it stands. */
  paymentPage(sessionId: string): Promise<Asked<{ page: PaymentPage }>>;
  /** Closes a payment page that is open: nobody can pay on it any more. */
  closePage(sessionId: string): Promise<Asked<{ page: PaymentPage }>>;
  /** Stripe's page where a customer manages what they have. */
  portal(customerId: string, returnUrl: string): Promise<Asked<{ url: string }>>;
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
    priceOf: (lookupKey) =>
      asked(stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 }), ({ data }) => ({
        id: data[0]?.id ?? null,
      })),
    createSession: ({ userId, priceId, customerId, email, successUrl, cancelUrl }, idempotencyKey) =>
      asked(
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
        pageOf,
      ),
    paymentPage: (sessionId) => asked(sessions.retrieve(sessionId), pageOf),
    closePage: (sessionId) => asked(sessions.expire(sessionId), pageOf),
    portal: (customer, returnUrl) =>
      asked(stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }), ({ url }) => ({
        url,
      })),
  };
}

const pageOf = (session: Stripe.Checkout.Session): { page: PaymentPage } => ({
  page: { session: parseCheckoutSession(session), url: session.url },
});

function asked<Raw, T>(answer: Promise<Raw>, read: (raw: Raw) => T): Promise<Asked<T>> {
  return answer.then(read).then(
    (value) => ({ ok: true, ...value }),
    (error: unknown) => ({ ok: false, failure: failureOf(error) }),
  );
}
