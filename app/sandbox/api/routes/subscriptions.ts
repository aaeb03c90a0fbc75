import { z } from "zod";
import type { Account } from "../../account/account";
import type { SubscriptionRecord } from "../../store/records";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { expandable, listParams, oneOf, parseParams, type Range, range, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/subscriptions";

const STATUSES = [
  "active",
  "past_due",
  "unpaid",
  "canceled",
  "incomplete",
  "incomplete_expired",
  "trialing",
  "paused",
  "all",
  "ended",
] as const;

const listSchema = z.strictObject({
  ...listParams,
  created: range.optional(),
  current_period_start: range.optional(),
  current_period_end: range.optional(),
  customer: text.optional(),
  price: text.optional(),
  plan: text.optional(),
  status: oneOf(STATUSES).optional(),
  collection_method: oneOf(["charge_automatically", "send_invoice"]).optional(),
  test_clock: text.optional(),
});

type ListFilter = z.output<typeof listSchema>;

const retrieveSchema = z.strictObject(expandable);

export const listSubscriptions: ApiRoute = {
  method: "GET",
  path: PATH,
  handle(account, request) {
    const params = parseParams(listSchema, request.params);
    const expand = expandTree("subscription_list", params.expand)?.get("data");
    const page = pageOf({
      collection: account.store.subscriptions,
      ascending: candidates(account, params),
      params,
      created: params.created,
      matches: (record) => matches(record, params),
    });
    return pageText(page, PATH, (record) => account.writers.subscription(record, expand));
  },
};

export const retrieveSubscription: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = expandTree("subscription", expand);
    return account.writers.subscription(found(account.store.subscriptions, request.id), tree);
  },
};

/** The shortest index that holds all that the filters admit. */
function candidates({ store }: Account, { customer, price, plan }: ListFilter): readonly number[] {
  const byPrice = price ?? plan;
  const priceSequence =
    byPrice === undefined ? undefined : found(store.prices, byPrice, price ? "price" : "plan").sequence;
  if (customer !== undefined) {
    const own = store.subscriptionsOfCustomer(found(store.customers, customer, "customer").sequence);
    if (priceSequence === undefined) return own;
    return own.filter((sequence) =>
      store.subscriptions.get(sequence).items.some((item) => item.price === priceSequence),
    );
  }
  return priceSequence === undefined
    ? store.subscriptions.index.ascending()
    : store.subscriptionsOfPrice(priceSequence);
}

function matches(record: SubscriptionRecord, filter: ListFilter): boolean {
  return (
    hasStatus(record, filter.status) &&
    onClock(record, filter) &&
    (filter.collection_method === undefined || record.rare.collection_method === filter.collection_method) &&
    within(filter.current_period_start, () => Math.max(...record.items.map((item) => item.periodStart))) &&
    within(filter.current_period_end, () => Math.min(...record.items.map((item) => item.periodEnd)))
  );
}

/** Without a status everything that is not canceled: an expired `incomplete` is listed too. */
function hasStatus({ status }: SubscriptionRecord, wanted: ListFilter["status"]): boolean {
  if (wanted === undefined) return status !== "canceled";
  if (wanted === "all") return true;
  if (wanted === "ended") return status === "canceled" || status === "incomplete_expired";
  return status === wanted;
}

/** Subscriptions on test clocks are listed only when a customer or a clock is named. */
function onClock({ rare }: SubscriptionRecord, { customer, test_clock }: ListFilter): boolean {
  if (test_clock !== undefined) return rare.test_clock === test_clock;
  return rare.test_clock === null || customer !== undefined;
}

function within(wanted: Range | undefined, value: () => number): boolean {
  if (wanted === undefined) return true;
  const at = value();
  return at >= wanted.from && at <= wanted.to;
}
