/** Seconds since 1970, as Stripe sends them. */
export type EpochSeconds = number;

/** One value of the PostgreSQL sequence `observation_version`: it orders requests to Stripe over all servers without clocks. */
export type Version = number;

export type Interval = "day" | "week" | "month" | "year";

/**
 * Why an item has no price of one unit. `metered`: paid by use. `tiered`: the price depends on the quantity. `package`: so much
 * for each `size` units. `unknown`: Stripe has not said the amount in the subscription's own currency.
 */
export type Pricing =
  | { kind: "metered" | "tiered" | "unknown" }
  | { kind: "package"; amount: number; size: number; round: "up" | "down" };

/** One item of a subscription: a price and how many of it. */
export type SubscriptionItem = {
  id: string;
  priceId: string;
  /** Missing in what was stored before products were read. */
  productId?: string | null;
  lookupKey: string | null;
  /** List price of one unit in the smallest unit of the currency, perhaps a part of it; null where there is no such price. */
  unitAmount: number | null;
  /** Why there is no price of one unit; left out where there is one. */
  pricing?: Pricing;
  /** The subscription's own currency. */
  currency: string;
  /** The price's own currency, where the subscription is in another one. */
  priceCurrency?: string;
  /** A discount is taken off, on the item, the subscription or the customer: less is paid than the price says. */
  isDiscounted?: true;
  interval: Interval | null;
  intervalCount: number;
  quantity: number;
  periodStart: EpochSeconds | null;
  periodEnd: EpochSeconds | null;
};

/** Money of a payment that went back to the payer (`refund`), or that the payer claims back or got back (`dispute`). */
export type Reversal = {
  /** Of the payment. */
  chargeId: string;
  kind: "refund" | "dispute";
  /** In the smallest unit. */
  amount: number;
  /** The whole payment. */
  chargeAmount: number;
  currency: string;
  at: EpochSeconds;
  /** A dispute that neither side has won yet: it is shown whatever was invoiced since. */
  isOpen: boolean;
  /** The payment is that of the subscription's latest invoice; else only whose it is, is known. */
  isLatest: boolean;
};

/** One subscription as observed in Stripe. */
export type Subscription = {
  id: string;
  customerId: string;
  /** As Stripe sends it: Stripe may add statuses. */
  status: string;
  metadataUserId: string | null;
  items: SubscriptionItem[];
  created: EpochSeconds;
  startDate: EpochSeconds;
  canceledAt: EpochSeconds | null;
  endedAt: EpochSeconds | null;
  cancelAt: EpochSeconds | null;
  cancelAtPeriodEnd: boolean;
  latestInvoiceId: string | null;
  testClockId: string | null;
  /** Payments are not collected for now (`pause_collection`); the status stays as it is. */
  collectionPaused: boolean;
  /** When this spell of past due was first seen; null in any other status. */
  pastDueSince: EpochSeconds | null;
  /** Since when the latest finalized invoice is unpaid: its due date, or its finalization. Null when Stripe did not say. */
  unpaidSince: EpochSeconds | null;
  /** When it was first seen to give access after it was seen without; null when it gave access from the start. */
  entitlingSince: EpochSeconds | null;
  /** What went back of the payment of the latest invoice; left out or null where nothing is known. */
  reversals?: Reversal[] | null;
};

/** `missing`: Stripe answered that there is no such customer. */
export type CustomerState = "present" | "deleted" | "missing";

/** One customer as observed in Stripe. */
export type Customer = {
  id: string;
  email: string | null;
  name: string | null;
  metadataUserId: string | null;
  state: CustomerState;
  created: EpochSeconds | null;
  /** On a test clock: then Stripe leaves it and its subscriptions out of lists. */
  testClockId?: string | null;
};

/** A customer as stored, with its subscriptions and when they were last read completely. */
export type ObservedCustomer = Customer & {
  /** Every subscription that the last complete read listed, and any seen since. */
  subscriptions: Subscription[];
  /** Start of the last read of all its subscriptions; null when only single objects or a full run saw it. */
  completeVersionStart: Version | null;
  /** The database's clock at that read, with fractions of a second. */
  completeAt: EpochSeconds | null;
};

const ENDED = new Set(["canceled", "incomplete_expired"]);

/** Open: not `canceled`, `incomplete` or `incomplete_expired`. An unknown status is open. */
export function isOpen(subscription: Pick<Subscription, "status">): boolean {
  return subscription.status !== "incomplete" && !ENDED.has(subscription.status);
}

/** Stripe schedules a cancellation in either of two ways; the customer portal may set only `cancel_at`. */
export function isCancelScheduled(subscription: Subscription): boolean {
  return isOpen(subscription) && (subscription.cancelAtPeriodEnd || subscription.cancelAt !== null);
}
