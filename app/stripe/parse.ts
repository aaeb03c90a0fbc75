import { z } from "zod";
import type { Metadata } from "~/billing/ids";
import type { Customer, Subscription, SubscriptionItem } from "~/billing/observation";
import {
  type Amount,
  discounts,
  isDiscounted,
  isMetered,
  priceObject,
  readAmount,
  readId,
  seconds,
  text,
  UNKNOWN_AMOUNT,
} from "./price";
import { parseInvoice, type ReadInvoice } from "./reads/invoice";

const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
// Stripe has only texts there; anything else names no user, and keeps no one out.
const metadata = z
  .union([
    z.record(z.string(), text),
    z.record(z.string(), z.unknown()).transform((all) =>
      Object.fromEntries(
        Object.entries(all)
          .filter(isText)
          .map(([key, value]) => [key, text.parse(value)]),
      ),
    ),
  ])
  .nullish();
/** What a subscription has beside what decides: where it cannot be read, it is as if it were not said. */
const besides = { seconds: seconds.nullish().catch(null), text: text.nullish().catch(null) };
const testClock = z
  .union([z.string(), z.object({ id: z.string() })])
  .nullish()
  .catch(null);

// Of each union the most usual first: what does not match is costly.
const customerObject = z.union([
  z.object({
    ...discounts,
    id: z.string(),
    deleted: z.undefined().optional(),
    email: text.nullish(),
    name: besides.text,
    created: besides.seconds,
    test_clock: testClock,
    metadata,
  }),
  z.object({ id: z.string(), deleted: z.literal(true) }),
]);

const itemObject = z.object({
  ...discounts,
  id: z.string(),
  quantity: z.number().int().nullish(),
  current_period_start: besides.seconds,
  current_period_end: besides.seconds,
  price: priceObject,
});

const subscriptionObject = z.object({
  ...discounts,
  id: z.string(),
  customer: z.union([customerObject, z.string()]),
  status: z.string(),
  created: seconds,
  start_date: seconds,
  canceled_at: seconds.nullish(),
  ended_at: seconds.nullish(),
  cancel_at: seconds.nullish(),
  cancel_at_period_end: z.boolean(),
  latest_invoice: z
    .union([z.string(), z.looseObject({ id: z.string() })])
    .nullish()
    .catch(null),
  pause_collection: z.object({}).nullish().catch(null),
  test_clock: testClock,
  // Before API version 2025-03-31 the period was here.
  current_period_start: besides.seconds,
  current_period_end: besides.seconds,
  metadata,
  // Before 2022 a subscription had no currency of its own.
  currency: z.string().nullish(),
  items: z.object({ data: z.array(itemObject), has_more: z.boolean() }),
});

/** What a customer object says. The user that its metadata name depends on a setting, so the store finds it out. */
export type ReadCustomer = Omit<Customer, "metadataUserId"> & { metadata: Metadata };

/**
 * What one subscription object says. The store fills in times that depend on history (`pastDueSince`), and the user that the
 * metadata name.
 */
export type ReadSubscription = {
  subscription: Omit<
    Subscription,
    "pastDueSince" | "unpaidSince" | "entitlingSince" | "reversals" | "metadataUserId"
  > & {
    metadata: Metadata;
  };
  /** The latest invoice, when it came expanded and could be read. */
  latestInvoice: ReadInvoice | null;
  /** The customer, when it came expanded. */
  customer: ReadCustomer | null;
  /** Stripe lists more items than the ten that come with the subscription. */
  hasMoreItems: boolean;
  /** The subscription's own currency; null where Stripe does not say it. */
  currency: string | null;
  /** The subscription, or its customer, has a discount: it is taken off every item. */
  isDiscounted: boolean;
};

/** The status given to a subscription whose object could not be read: an unknown status, so nothing is changed. */
export const UNREADABLE_STATUS = "unreadable";

/** Parses a customer; a deleted one has no e-mail and no metadata any more. Throws ZodError on another shape. */
export function parseCustomer(object: unknown): ReadCustomer {
  return toCustomer(customerObject.parse(object));
}

function toCustomer(parsed: z.infer<typeof customerObject>): ReadCustomer {
  if (parsed.deleted) {
    return {
      id: parsed.id,
      email: null,
      name: null,
      metadata: {},
      state: "deleted",
      created: null,
    };
  }
  return {
    id: parsed.id,
    // A blank is no address: users without one would have it too.
    email: parsed.email?.trim() ? parsed.email : null,
    name: parsed.name ?? null,
    metadata: parsed.metadata ?? {},
    state: "present",
    created: parsed.created ?? null,
    // Left out where there is none, as almost always: then what is stored stays as it is.
    ...(parsed.test_clock && { testClockId: readId(parsed.test_clock) }),
  };
}

/** What an item takes from its subscription. */
type OnAllItems = Pick<ReadSubscription, "currency" | "isDiscounted">;
type OfSubscription = OnAllItems & { periodStart: number | null; periodEnd: number | null };

/** An item that was listed by itself. */
export function parseItem(object: unknown, onAll: OnAllItems): SubscriptionItem {
  return toItem(itemObject.parse(object), { ...onAll, periodStart: null, periodEnd: null });
}

function toItem(item: z.infer<typeof itemObject>, subscription: OfSubscription): SubscriptionItem {
  const { price } = item;
  const currency = subscription.currency ?? price.currency;
  // A subscription list cannot say what a price costs in another currency: never show the price's own.
  const amount: Amount =
    currency === price.currency || isMetered(price) ? readAmount(price, price) : UNKNOWN_AMOUNT;
  return {
    id: item.id,
    priceId: price.id,
    productId: readId(price.product),
    lookupKey: price.lookup_key ?? null,
    ...amount,
    currency,
    ...(currency !== price.currency && { priceCurrency: price.currency }),
    ...((subscription.isDiscounted || isDiscounted(item)) && { isDiscounted: true }),
    interval: price.recurring?.interval ?? null,
    intervalCount: price.recurring?.interval_count ?? 1,
    // What is paid by use has no quantity.
    quantity: isMetered(price) ? 1 : (item.quantity ?? 1),
    periodStart: item.current_period_start ?? subscription.periodStart,
    periodEnd: item.current_period_end ?? subscription.periodEnd,
  };
}

/**
 * Parses a subscription. An object of unknown shape that still has an id and a customer gets the status `unreadable`, so
 * that one bad object neither stops the page nor harms its user. Null when it does not even have these.
 */
export function parseSubscription(object: unknown): ReadSubscription | null {
  const parsed = subscriptionObject.safeParse(object);
  if (!parsed.success) return parseNames(object);
  const it = parsed.data;
  const expanded = typeof it.customer === "string" ? null : toCustomer(it.customer);
  const onAll = {
    currency: it.currency ?? null,
    isDiscounted: isDiscounted(it) || isDiscounted(it.customer),
  };
  return {
    ...onAll,
    customer: expanded,
    latestInvoice: typeof it.latest_invoice === "object" ? parseInvoice(it.latest_invoice) : null,
    hasMoreItems: it.items.has_more,
    subscription: {
      id: it.id,
      customerId: typeof it.customer === "string" ? it.customer : it.customer.id,
      status: it.status,
      metadata: it.metadata ?? {},
      items: it.items.data.map((item) =>
        toItem(item, {
          ...onAll,
          periodStart: it.current_period_start ?? null,
          periodEnd: it.current_period_end ?? null,
        }),
      ),
      created: it.created,
      startDate: it.start_date,
      canceledAt: it.canceled_at ?? null,
      endedAt: it.ended_at ?? null,
      cancelAt: it.cancel_at ?? null,
      cancelAtPeriodEnd: it.cancel_at_period_end,
      latestInvoiceId: readId(it.latest_invoice),
      testClockId: readId(it.test_clock),
      collectionPaused: it.pause_collection != null,
    },
  };
}

const namesObject = z.object({
  id: z.string(),
  customer: z.union([z.string(), z.looseObject({ id: z.string() })]),
  created: seconds.catch(0),
  metadata: metadata.catch(null),
});

function parseNames(object: unknown): ReadSubscription | null {
  const names = namesObject.safeParse(object);
  if (!names.success) return null;
  const customer = customerObject.safeParse(names.data.customer);
  return {
    customer: customer.success ? toCustomer(customer.data) : null,
    latestInvoice: null,
    hasMoreItems: false,
    currency: null,
    isDiscounted: false,
    subscription: {
      id: names.data.id,
      customerId: readId(names.data.customer) ?? "",
      status: UNREADABLE_STATUS,
      // Keep the user, or the user would look like one without a subscription.
      metadata: names.data.metadata ?? {},
      items: [],
      created: names.data.created,
      startDate: names.data.created,
      canceledAt: null,
      endedAt: null,
      cancelAt: null,
      cancelAtPeriodEnd: false,
      latestInvoiceId: null,
      testClockId: null,
      collectionPaused: false,
    },
  };
}
