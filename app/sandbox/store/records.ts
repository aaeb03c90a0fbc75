/*
 * What is kept of each object: only what differs between objects of a kind. Ids are computed, and the full
 * Stripe object is written when somebody asks for it. Records are never changed in place; an update puts a
 * new record in the old one's place.
 */

export type Metadata = Readonly<Record<string, string>>;
export const NO_METADATA: Metadata = Object.freeze({});

export interface Stored {
  /** Position in its collection, counted from 1 in the order of creation. */
  readonly sequence: number;
  /** Epoch seconds. */
  readonly created: number;
}

export interface CustomerRecord extends Stored {
  readonly email: string | null;
  readonly name: string | null;
  readonly metadata: Metadata;
  readonly deleted: boolean;
  readonly rare: CustomerRare;
}

/** What few customers have; all others share one object. */
export interface CustomerRare {
  readonly description: string | null;
  readonly phone: string | null;
  readonly currency: string | null;
  readonly balance: number;
  readonly delinquent: boolean;
  readonly test_clock: string | null;
  /** The last four digits of the card that is charged; null for none. */
  readonly cardLast4: string | null;
}

export interface ProductRecord extends Stored {
  readonly name: string;
  readonly active: boolean;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly updated: number;
  readonly deleted: boolean;
}

export interface PriceRecord extends Stored {
  readonly product: number;
  readonly active: boolean;
  readonly currency: string;
  /** In the currency's smallest unit; null for tiered prices. */
  readonly unitAmount: number | null;
  readonly tiers: readonly PriceTier[] | null;
  readonly tiersMode: "graduated" | "volume" | null;
  readonly recurring: { readonly interval: Interval; readonly interval_count: number } | null;
  readonly lookupKey: string | null;
  readonly nickname: string | null;
  readonly metadata: Metadata;
}

export type Interval = "day" | "week" | "month" | "year";

export interface PriceTier {
  readonly up_to: number | null;
  readonly unit_amount: number | null;
  readonly flat_amount: number | null;
}

export interface ItemRecord {
  readonly sequence: number;
  readonly price: number;
  readonly quantity: number;
  readonly created: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly metadata: Metadata;
}

export interface SubscriptionRecord extends Stored {
  readonly customer: number;
  readonly status: string;
  readonly startDate: number;
  readonly items: readonly ItemRecord[];
  readonly metadata: Metadata;
  /** Invoices made so far; the last one is `latest_invoice`. */
  readonly invoices: number;
  readonly latestInvoiceAt: number;
  readonly rare: SubscriptionRare;
}

/** What few subscriptions have; all others share one object. */
export interface SubscriptionRare {
  readonly cancel_at: number | null;
  readonly cancel_at_period_end: boolean;
  readonly canceled_at: number | null;
  readonly ended_at: number | null;
  readonly trial_start: number | null;
  readonly trial_end: number | null;
  readonly collection_method: "charge_automatically" | "send_invoice";
  readonly days_until_due: number | null;
  readonly default_payment_method: string | null;
  readonly description: string | null;
  readonly pause_collection: { readonly behavior: string; readonly resumes_at: number | null } | null;
  readonly cancellation_reason: string | null;
  readonly test_clock: string | null;
  /** Shape of API versions before 2025-03-31: the period stands on the subscription, not on its items. */
  readonly legacyPeriod: boolean;
}

export interface CheckoutSessionRecord extends Stored {
  readonly customer: number | null;
  readonly subscription: number | null;
  readonly clientReferenceId: string | null;
  readonly customerEmail: string | null;
  readonly mode: "payment" | "setup" | "subscription";
  readonly status: "complete" | "expired" | "open";
  readonly paymentStatus: "no_payment_required" | "paid" | "unpaid";
  readonly paymentLink: string | null;
  readonly successUrl: string | null;
  readonly cancelUrl: string | null;
  /** A page elsewhere; null when the page is the sandbox's own. */
  readonly url: string | null;
  /** Paid on the sandbox's own page. */
  readonly hosted: boolean;
  readonly expiresAt: number;
  readonly lineItems: readonly { readonly price: number; readonly quantity: number }[];
  readonly metadata: Metadata;
  /** What the subscription gets. */
  readonly subscriptionMetadata: Metadata;
  readonly trialDays: number | null;
  /** What was typed on the page, once somebody has pressed Pay. */
  readonly payment: Payment | null;
}

export interface Payment {
  readonly email: string | null;
  readonly name: string;
  readonly cardLast4: string;
  /** When Pay was pressed: epoch seconds. */
  readonly at: number;
  /** `confirming`: the bank has been asked. `attaching`: paid, and customer and subscription not yet to be seen. */
  readonly step: "attached" | "attaching" | "confirming";
}

export interface PortalSessionRecord extends Stored {
  readonly customer: number;
  readonly returnUrl: string | null;
}

export interface WebhookEndpointRecord extends Stored {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** `*` is every type. */
  readonly enabledEvents: readonly string[];
  readonly enabled: boolean;
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Given as an option at the start, and so not there any more when it is not given again. */
  readonly fromOptions: boolean;
}

export interface EventRecord extends Stored {
  readonly type: string;
  /** The object as it was then, as JSON text. */
  readonly object: string;
  /** `previous_attributes` as JSON text; null for all but updates. */
  readonly previous: string | null;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
}
