import Stripe from "stripe";
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

export type Page = { ok: true; url: string } | { ok: false; failure: StripeFailure };

/** What the customer pages ask of Stripe, with a key of their own that may create sessions. Reconciling never uses it. */
export type CheckoutClient = {
  /** The id of the price that has a lookup key now; null when none has. */
  priceOf(
    lookupKey: string,
  ): Promise<{ ok: true; id: string | null } | { ok: false; failure: StripeFailure }>;
  /** Stripe's payment page for one subscription. Marked with the user twice, which proves that we made it. */
  createSession(order: CheckoutOrder): Promise<Page>;
  /** Stripe's page where a customer manages what they have. */
  portal(customerId: string, returnUrl: string): Promise<Page>;
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
  const page = (asked: Promise<{ url: string | null }>): Promise<Page> =>
    asked.then(
      ({ url }) => {
        if (url === null) throw new Error("Stripe made a session without an address");
        return { ok: true, url };
      },
      (error: unknown) => ({ ok: false, failure: failureOf(error) }),
    );
  return {
    priceOf: (lookupKey) =>
      stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 }).then(
        ({ data }) => ({ ok: true, id: data[0]?.id ?? null }),
        (error: unknown) => ({ ok: false, failure: failureOf(error) }),
      ),
    createSession: ({ userId, priceId, customerId, email, successUrl, cancelUrl }) =>
      page(
        stripe.checkout.sessions.create({
          mode: "subscription",
          line_items: [{ price: priceId, quantity: 1 }],
          success_url: successUrl,
          cancel_url: cancelUrl,
          client_reference_id: userId,
          metadata: { userId },
          subscription_data: { metadata: { userId } },
          ...(customerId === null ? { customer_email: email } : { customer: customerId }),
        }),
      ),
    portal: (customer, returnUrl) =>
      page(stripe.billingPortal.sessions.create({ customer, return_url: returnUrl })),
  };
}
