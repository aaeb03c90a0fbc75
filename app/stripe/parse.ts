import { z } from "zod";
import type { Customer, Subscription } from "~/billing/observation";

/** Up to the year 9999, which PostgreSQL can store. */
const seconds = z.number().int().min(0).max(253_402_300_799);
/** Replaces what PostgreSQL refuses to store (NUL, half of a surrogate pair), or one name would stop a whole page. */
const text = z.string().transform((value) => value.replace(/\0|\p{Surrogate}/gu, "\u{fffd}"));
const metadata = z.record(z.string(), text).nullish();

const customerObject = z.union([
  z.object({ id: z.string(), deleted: z.literal(true) }),
  z.object({
    id: z.string(),
    deleted: z.undefined().optional(),
    email: text.nullish(),
    name: text.nullish(),
    created: seconds.nullish(),
    metadata,
  }),
]);

const itemObject = z.object({
  id: z.string(),
  quantity: z.number().int().nullish(),
  current_period_start: seconds.nullish(),
  current_period_end: seconds.nullish(),
  price: z.object({
    id: z.string(),
    lookup_key: text.nullish(),
    unit_amount: z.number().int().nullish(),
    currency: z.string(),
    recurring: z
      .object({ interval: z.enum(["day", "week", "month", "year"]), interval_count: z.number().int() })
      .nullish(),
  }),
});

const subscriptionObject = z.object({
  id: z.string(),
  customer: z.union([z.string(), customerObject]),
  status: z.string(),
  created: seconds,
  start_date: seconds,
  canceled_at: seconds.nullish(),
  ended_at: seconds.nullish(),
  cancel_at: seconds.nullish(),
  cancel_at_period_end: z.boolean(),
  latest_invoice: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  test_clock: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  // Before API version 2025-03-31 the period was here.
  current_period_start: seconds.nullish(),
  current_period_end: seconds.nullish(),
  metadata,
  items: z.object({ data: z.array(itemObject), has_more: z.boolean() }),
});

/** What one subscription object says. The store fills in times that depend on history (`pastDueSince`). */
export type ReadSubscription = {
  subscription: Omit<Subscription, "pastDueSince" | "entitlingSince">;
  /** The customer, when it came expanded. */
  customer: Customer | null;
  /** Stripe lists more items than the ten that come with the subscription. */
  hasMoreItems: boolean;
};

/** The status given to a subscription whose object could not be read: an unknown status, so nothing is changed. */
export const UNREADABLE_STATUS = "unreadable";

/** Parses a customer; a deleted one has no e-mail and no metadata any more. Throws ZodError on another shape. */
export function parseCustomer(object: unknown): Customer {
  return toCustomer(customerObject.parse(object));
}

function toCustomer(parsed: z.infer<typeof customerObject>): Customer {
  if (parsed.deleted) {
    return {
      id: parsed.id,
      email: null,
      name: null,
      metadataUserId: null,
      state: "deleted",
      created: null,
    };
  }
  return {
    id: parsed.id,
    email: parsed.email ?? null,
    name: parsed.name ?? null,
    metadataUserId: parsed.metadata?.userId || null,
    state: "present",
    created: parsed.created ?? null,
  };
}

export function parseItem(object: unknown): Subscription["items"][number] {
  return toItem(itemObject.parse(object), null, null);
}

function toItem(
  item: z.infer<typeof itemObject>,
  periodStart: number | null,
  periodEnd: number | null,
): Subscription["items"][number] {
  return {
    id: item.id,
    priceId: item.price.id,
    lookupKey: item.price.lookup_key ?? null,
    unitAmount: item.price.unit_amount ?? null,
    currency: item.price.currency,
    interval: item.price.recurring?.interval ?? null,
    intervalCount: item.price.recurring?.interval_count ?? 1,
    quantity: item.quantity ?? 1,
    periodStart: item.current_period_start ?? periodStart,
    periodEnd: item.current_period_end ?? periodEnd,
  };
}

const readId = (value: string | { id: string } | null | undefined) =>
  typeof value === "string" ? value : (value?.id ?? null);

/**
 * Parses a subscription. An object of unknown shape that still has an id and a customer gets the status `unreadable`, so
 * that one bad object neither stops the page nor harms its user. Null when it does not even have these.
 */
export function parseSubscription(object: unknown): ReadSubscription | null {
  const parsed = subscriptionObject.safeParse(object);
  if (!parsed.success) return parseNames(object);
  const it = parsed.data;
  const expanded = typeof it.customer === "string" ? null : toCustomer(it.customer);
  return {
    customer: expanded,
    hasMoreItems: it.items.has_more,
    subscription: {
      id: it.id,
      customerId: typeof it.customer === "string" ? it.customer : it.customer.id,
      status: it.status,
      metadataUserId: it.metadata?.userId || null,
      items: it.items.data.map((item) =>
        toItem(item, it.current_period_start ?? null, it.current_period_end ?? null),
      ),
      created: it.created,
      startDate: it.start_date,
      canceledAt: it.canceled_at ?? null,
      endedAt: it.ended_at ?? null,
      cancelAt: it.cancel_at ?? null,
      cancelAtPeriodEnd: it.cancel_at_period_end,
      latestInvoiceId: readId(it.latest_invoice),
      testClockId: readId(it.test_clock),
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
    hasMoreItems: false,
    subscription: {
      id: names.data.id,
      customerId: readId(names.data.customer) ?? "",
      status: UNREADABLE_STATUS,
      // Keep the user, or the user would look like one without a subscription.
      metadataUserId: names.data.metadata?.userId || null,
      items: [],
      created: names.data.created,
      startDate: names.data.created,
      canceledAt: null,
      endedAt: null,
      cancelAt: null,
      cancelAtPeriodEnd: false,
      latestInvoiceId: null,
      testClockId: null,
    },
  };
}
