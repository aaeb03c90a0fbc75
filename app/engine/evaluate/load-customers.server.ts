import { z } from "zod";
import type {
  CustomerState,
  ObservedCustomer,
  Pricing,
  Reversal,
  Subscription,
  SubscriptionItem,
} from "~/billing/observation";
import type { Database, Tx } from "~/platform/client.server";
import {
  type Cell,
  epoch,
  flag,
  nullable,
  number,
  type RowsOf,
  readTables,
  selectRows,
  selectTables,
  text,
} from "~/platform/json-tables.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

const STATES = new Set<unknown>(["present", "deleted", "missing"] satisfies CustomerState[]);
const state: Cell<CustomerState> = (value): value is CustomerState => STATES.has(value);

const INTERVALS = new Set<unknown>(["day", "week", "month", "year", null]);

function isItem(value: unknown): value is SubscriptionItem {
  if (typeof value !== "object" || value === null) return false;
  const item: Partial<Record<keyof SubscriptionItem, unknown>> = value;
  return (
    text(item.id) &&
    text(item.priceId) &&
    optionalText(item.lookupKey) &&
    optionalNumber(item.unitAmount) &&
    text(item.currency) &&
    INTERVALS.has(item.interval) &&
    number(item.intervalCount) &&
    number(item.quantity) &&
    isMissingOr(optionalText, item.productId) &&
    isMissingOr(text, item.priceCurrency) &&
    (item.isDiscounted === undefined || item.isDiscounted === true) &&
    isMissingOr(isPricing, item.pricing) &&
    optionalNumber(item.periodStart) &&
    optionalNumber(item.periodEnd)
  );
}
/** Rows that were stored before there was this field do not have it. */
const isMissingOr = (is: (value: unknown) => boolean, value: unknown) => value === undefined || is(value);

const KINDS = new Set<unknown>(["metered", "tiered", "unknown"]);

function isPricing(value: unknown): value is Pricing {
  if (typeof value !== "object" || value === null) return false;
  const pricing: Partial<Record<"kind" | "amount" | "size" | "round", unknown>> = value;
  if (pricing.kind !== "package") return KINDS.has(pricing.kind);
  return (
    number(pricing.amount) && number(pricing.size) && (pricing.round === "up" || pricing.round === "down")
  );
}
const optionalText = nullable(text);
const optionalNumber = nullable(number);

/** The items of a subscription, as strict as `storedItems` and many times faster: a million users have a million of them. */
export const items: Cell<SubscriptionItem[]> = (value) => Array.isArray(value) && value.every(isItem);

/**
 * SQL on a subscription: what went back of the payment of its latest invoice, and what its customer disputes; null for nothing. Its own
 * columns have no name before them, so those of the reversal have others.
 */
const shownReversals: Sql = sql`(SELECT jsonb_agg(jsonb_build_object('chargeId', v."chargeId", 'kind', v.kind, 'amount', v.amount,
    'chargeAmount', v."chargeAmount", 'currency', v.currency, 'at', ${epoch(sql`v.at`)}, 'isOpen', v."isOpen",
    'isLatest', coalesce(v.paid = "latestInvoiceId", false))
    ORDER BY v.at, v."chargeId", v.kind)
  FROM (SELECT w.kind, w.amount, w."chargeAmount", w.currency, w.at, w."isOpen", w."chargeId", w."invoiceId" AS paid,
    w."customerId" AS payer FROM parity."StripeReversal" w WHERE w.amount > 0) v
  WHERE v.paid = "latestInvoiceId" OR (v."isOpen" AND v.payer = "customerId"))`;

const KINDS_OF_REVERSAL = new Set<unknown>(["refund", "dispute"] satisfies Reversal["kind"][]);

function isReversal(value: unknown): value is Reversal {
  if (typeof value !== "object" || value === null) return false;
  const one: Partial<Record<keyof Reversal, unknown>> = value;
  return (
    text(one.chargeId) &&
    KINDS_OF_REVERSAL.has(one.kind) &&
    number(one.amount) &&
    number(one.chargeAmount) &&
    text(one.currency) &&
    number(one.at) &&
    flag(one.isOpen) &&
    flag(one.isLatest)
  );
}
const reversals: Cell<Reversal[]> = (value): value is Reversal[] =>
  Array.isArray(value) && value.every(isReversal);

/** Customers and their subscriptions, from rows of `StripeCustomer` and `StripeSubscription`. */
export const createCustomerTables = (customers: Sql, subscriptions: Sql) => ({
  customers: selectRows(customers, {
    id: [sql`id`, text],
    email: [sql`email`, optionalText],
    name: [sql`name`, optionalText],
    metadataUserId: [sql`"metadataUserId"`, optionalText],
    state: [sql`state`, state],
    created: [epoch(sql`created`), optionalNumber],
    completeVersionStart: [sql`"completeVersionStart"`, optionalNumber],
    completeAt: [sql`date_part('epoch', "completeAt")`, optionalNumber],
  }),
  subscriptions: selectRows(subscriptions, {
    id: [sql`id`, text],
    customerId: [sql`"customerId"`, text],
    status: [sql`status`, text],
    metadataUserId: [sql`"metadataUserId"`, optionalText],
    items: [sql`items`, items],
    created: [epoch(sql`created`), number],
    startDate: [epoch(sql`"startDate"`), number],
    cancelAtPeriodEnd: [sql`"cancelAtPeriodEnd"`, flag],
    latestInvoiceId: [sql`"latestInvoiceId"`, optionalText],
    canceledAt: [epoch(sql`"canceledAt"`), optionalNumber],
    endedAt: [epoch(sql`"endedAt"`), optionalNumber],
    cancelAt: [epoch(sql`"cancelAt"`), optionalNumber],
    testClockId: [sql`"testClockId"`, optionalText],
    pastDueSince: [epoch(sql`"pastDueSince"`), optionalNumber],
    unpaidSince: [epoch(sql`"unpaidSince"`), optionalNumber],
    collectionPaused: [sql`"collectionPaused"`, flag],
    entitlingSince: [epoch(sql`"entitlingSince"`), optionalNumber],
    reversals: [shownReversals, nullable(reversals)],
    gone: [sql`gone`, flag],
  }),
});

/** The customers by id, each with the subscriptions that Stripe still lists for it, in the order of their ids. */
export function groupByCustomer({
  customers,
  subscriptions,
}: RowsOf<ReturnType<typeof createCustomerTables>>): Map<string, ObservedCustomer> {
  const known = new Map<string, ObservedCustomer>();
  for (const customer of customers) {
    const own: Subscription[] = [];
    known.set(customer.id, Object.assign(customer, { subscriptions: own }));
  }
  for (const subscription of subscriptions)
    if (!subscription.gone) known.get(subscription.customerId)?.subscriptions.push(subscription);
  for (const { subscriptions: own } of known.values())
    if (own.length > 1) own.sort((a, b) => (a.id < b.id ? -1 : 1));
  return known;
}

/** Customers with the subscriptions that Stripe still lists for them, by id; one that was never seen is not in the map. */
export async function loadCustomers(
  db: Database | Tx,
  customerIds: readonly string[],
): Promise<Map<string, ObservedCustomer>> {
  if (customerIds.length === 0) return new Map();
  const ids = [...customerIds];
  const tables = createCustomerTables(
    sql`parity."StripeCustomer" WHERE id = ANY(${ids})`,
    sql`parity."StripeSubscription" WHERE "customerId" = ANY(${ids})`,
  );
  const { found } = await queryOneOrThrow(db, foundRow, sql`SELECT ${selectTables(tables)} AS found`);
  return groupByCustomer(await readTables(tables, found));
}

const foundRow = z.object({ found: z.string() });
