/*
 * The stored fields of each object: only what differs between objects of a kind. Ids are computed, and the full Stripe
 * object is serialized on request. Records are never changed in place; an update replaces the record.
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

/** Fields that few customers set. All others share one object. */
export interface CustomerRare {
  readonly description: string | null;
  readonly phone: string | null;
  readonly currency: string | null;
  readonly balance: number;
  readonly delinquent: boolean;
  readonly test_clock: string | null;
  /** The last four digits of the card; null without a card. */
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

/** Fields that few subscriptions set. All others share one object. */
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
  /** Format of API versions before 2025-03-31: the period is on the subscription, not on its items. */
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
  /** The address of another payment page; null when the page is the sandbox's own. */
  readonly url: string | null;
  /** Whether the payment page is the sandbox's own. */
  readonly hosted: boolean;
  readonly expiresAt: number;
  readonly lineItems: readonly { readonly price: number; readonly quantity: number }[];
  readonly metadata: Metadata;
  /** The metadata of the subscription. */
  readonly subscriptionMetadata: Metadata;
  readonly trialDays: number | null;
  /** What the payer entered on the payment page; null before that. */
  readonly payment: Payment | null;
}

export interface Payment {
  readonly email: string | null;
  readonly name: string;
  readonly cardLast4: string;
  /** When the payer paid: epoch seconds. */
  readonly at: number;
  /** `confirming`: waits for the bank. `attaching`: paid, but customer and subscription do not exist yet. */
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
  /** Came from the sandbox's options, so it is removed when they no longer contain it. */
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
