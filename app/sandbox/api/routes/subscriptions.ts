import { z } from "zod";
import type { Account } from "../../account/account";
import type { SubscriptionRecord } from "../../store/records";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { choice, expandable, listParams, parseParams, type Range, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

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
  status: choice(STATUSES).optional(),
  collection_method: choice(["charge_automatically", "send_invoice"]).optional(),
  test_clock: text.optional(),
});

type ListFilter = z.output<typeof listSchema>;

const retrieveSchema = z.strictObject(expandable);

export const listSubscriptions: ApiRoute = {
  method: "GET",
  path: PATH,
  handle(account, request) {
    const params = parseParams(listSchema, request.params);
    const expand = parseExpand("subscription_list", params.expand)?.get("data");
    const page = findPage({
      collection: account.store.subscriptions,
      ascending: listCandidates(account, params),
      params,
      created: params.created,
      matches: (record) => matches(record, params),
    });
    return serializePage(page, PATH, (record) => account.serializers.subscription(record, expand));
  },
};

export const retrieveSubscription: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = parseExpand("subscription", expand);
    return account.serializers.subscription(findOrThrow(account.store.subscriptions, request.id), tree);
  },
};

/** The shortest index that contains all matching subscriptions. */
function listCandidates({ store }: Account, { customer, price, plan }: ListFilter): readonly number[] {
  const byPrice = price ?? plan;
  const priceSequence =
    byPrice === undefined ? undefined : findOrThrow(store.prices, byPrice, price ? "price" : "plan").sequence;
  if (customer !== undefined) {
    const own = store.listCustomerSubscriptions(findOrThrow(store.customers, customer, "customer").sequence);
    if (priceSequence === undefined) return own;
    return own.filter((sequence) =>
      store.subscriptions.get(sequence).items.some((item) => item.price === priceSequence),
    );
  }
  return priceSequence === undefined
    ? store.subscriptions.index.listAscending()
    : store.listPriceSubscriptions(priceSequence);
}

function matches(record: SubscriptionRecord, filter: ListFilter): boolean {
  return (
    hasStatus(record, filter.status) &&
    isOnClock(record, filter) &&
    (filter.collection_method === undefined || record.rare.collection_method === filter.collection_method) &&
    isWithin(filter.current_period_start, () => Math.max(...record.items.map((item) => item.periodStart))) &&
    isWithin(filter.current_period_end, () => Math.min(...record.items.map((item) => item.periodEnd)))
  );
}

/** Without a status filter, everything except `canceled` is listed, also `incomplete_expired`. */
function hasStatus({ status }: SubscriptionRecord, wanted: ListFilter["status"]): boolean {
  if (wanted === undefined) return status !== "canceled";
  if (wanted === "all") return true;
  if (wanted === "ended") return status === "canceled" || status === "incomplete_expired";
  return status === wanted;
}

/** Subscriptions on test clocks are listed only when a customer or a clock is named. */
function isOnClock({ rare }: SubscriptionRecord, { customer, test_clock }: ListFilter): boolean {
  if (test_clock !== undefined) return rare.test_clock === test_clock;
  return rare.test_clock === null || customer !== undefined;
}

function isWithin(wanted: Range | undefined, value: () => number): boolean {
  if (wanted === undefined) return true;
  const at = value();
  return at >= wanted.from && at <= wanted.to;
}
