import type { JsonObject } from "../json";

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
  /** What is returned as it was given, by name; null for most customers. */
  readonly shown: JsonObject | null;
  /** The payment method of its invoices; null without one. */
  readonly defaultPaymentMethod: number | null;
}

export interface ProductRecord extends Stored {
  readonly name: string;
  readonly active: boolean;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly updated: number;
  readonly deleted: boolean;
  /** What is returned as it was given, by name; null for most products. */
  readonly shown: JsonObject | null;
}

export interface PriceRecord extends Stored {
  readonly product: number;
  readonly active: boolean;
  readonly currency: string;
  /** In the currency's smallest unit, with fractions as decimal text; null for tiered prices. */
  readonly unitAmount: string | null;
  readonly tiers: readonly PriceTier[] | null;
  readonly tiersMode: "graduated" | "volume" | null;
  /** The amounts in other currencies; null without any. */
  readonly currencyOptions: Readonly<Record<string, CurrencyOption>> | null;
  /** A package: so many units are one unit of the price. */
  readonly transformQuantity: { readonly divide_by: number; readonly round: "down" | "up" } | null;
  readonly recurring: PriceRecurrence | null;
  readonly taxBehavior: string;
  readonly lookupKey: string | null;
  readonly nickname: string | null;
  readonly metadata: Metadata;
}

export type Interval = "day" | "week" | "month" | "year";

export interface PriceRecurrence {
  readonly interval: Interval;
  readonly interval_count: number;
  /** `metered`: billed after each period by the usage in it. */
  readonly usage_type: "licensed" | "metered";
  readonly meter: string | null;
}

/** Amounts are decimal text in the currency's smallest unit. */
export interface PriceTier {
  readonly up_to: number | null;
  readonly unit_amount: string | null;
  readonly flat_amount: string | null;
}

export interface CurrencyOption {
  readonly unitAmount: string | null;
  readonly tiers: readonly PriceTier[] | null;
  readonly taxBehavior: string;
}

export interface ItemRecord {
  readonly sequence: number;
  readonly price: number;
  readonly quantity: number;
  /** Units used in the current period; only of metered items. */
  readonly used: number;
  readonly created: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly metadata: Metadata;
}

export interface SubscriptionRecord extends Stored {
  readonly customer: number;
  readonly status: string;
  readonly currency: string;
  readonly startDate: number;
  /** Where its billing periods begin. */
  readonly anchor: number;
  readonly items: readonly ItemRecord[];
  readonly metadata: Metadata;
  readonly latestInvoice: number | null;
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
  readonly cancellation_comment: string | null;
  readonly cancellation_feedback: string | null;
  readonly test_clock: string | null;
  /** What happens at the end of a trial when nothing can pay. */
  readonly missing_payment_method: "cancel" | "create_invoice" | "pause";
  /** How Stripe computes its prorations; what it does without taxes and coupons is the same in both. */
  readonly billing_mode: BillingMode;
  /** It came without its means of payment: its invoices are paid by means that the sandbox does not know. */
  readonly imported: boolean;
  /** Time does not move it: it was imported in a state that time had changed already. */
  readonly still: boolean;
  /** Format of API versions before 2025-03-31: the period is on the subscription, not on its items. */
  readonly legacyPeriod: boolean;
}

export type BillingMode = "classic" | "flexible";

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
  /** Of the subscription that it makes. */
  readonly billingMode: BillingMode;
  readonly expiresAt: number;
  readonly currency: string;
  readonly lineItems: readonly { readonly price: number; readonly quantity: number }[];
  /** What was paid with; null before. */
  readonly paymentIntent: number | null;
  readonly invoice: number | null;
  readonly metadata: Metadata;
  /** The metadata of the subscription. */
  readonly subscriptionMetadata: Metadata;
  readonly trialDays: number | null;
  /** Whether the name on the card becomes the customer's. */
  readonly savesName: boolean;
  /** What the payer entered on the payment page; null before that. */
  readonly payment: Payment | null;
}

export interface Payment {
  readonly email: string | null;
  readonly name: string;
  readonly card: {
    readonly last4: string;
    readonly brand?: string;
    readonly does: "confirm" | "decline" | "decline_later" | "pay";
    readonly declineCode?: string;
  };
  /** When the payer paid: epoch seconds. */
  readonly at: number;
  /** `confirming`: waits for the bank. `attaching`: paid, but customer and subscription do not exist yet. */
  readonly step: "attached" | "attaching" | "confirming";
}

export interface PortalSessionRecord extends Stored {
  readonly customer: number;
  readonly returnUrl: string | null;
  /** The one thing that its page is for; null for the whole portal. */
  readonly flow: PortalFlow | null;
}

export interface PortalFlow {
  readonly type: "subscription_cancel" | "subscription_update_confirm";
  readonly subscription: number;
  /** The change to confirm; empty for a cancellation. */
  readonly items: readonly {
    readonly id: string;
    readonly price: string;
    readonly quantity: number | null;
  }[];
  /** Where the customer goes afterwards; null: to the portal. */
  readonly redirectUrl: string | null;
  readonly done: boolean;
}

export interface WebhookEndpointRecord extends Stored {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** `*` is every type. */
  readonly enabledEvents: readonly string[];
  readonly enabled: boolean;
  /** The API version of the events that it gets; null for the account's. */
  readonly apiVersion: string | null;
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
