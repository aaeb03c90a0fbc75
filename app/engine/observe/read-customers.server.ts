import { z } from "zod";
import { chooseItem } from "~/billing/choice";
import { isOpen, type SubscriptionItem, type Version } from "~/billing/observation";
import { buildCatalogue, type Catalogue } from "~/billing/plans";
import { keepSeenPrices, selectCatalogue, storedCatalogue } from "~/engine/account/catalogue.server";
import { parseStoredKeys, selectStoredKeys } from "~/engine/account/metadata-keys.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { StripeFailure } from "~/stripe/failure.server";
import { type ReadCustomer, type ReadSubscription, UNREADABLE_STATUS } from "~/stripe/parse";
import type { AnswerVersion, NoAnswer, RequestOptions, StripeReader } from "~/stripe/reader.server";
import { type CompleteRead, storeCompleteReads } from "./complete-reads.server";
import { settleEvents } from "./events.server";
import { type Observed, storeCustomers, storeSubscriptions } from "./observations.server";
import { completeAmounts } from "./price-amounts.server";
import { type LatestPayment, linkReversals, listLatestPayments } from "./reversals.server";
import { findUnpaidInvoices, storeUnpaidInvoices, type UnpaidInvoice } from "./unpaid-invoices.server";

type Deps = { db: Database; stripe: StripeReader };

/** What one complete read of a customer brought. */
type CustomerRead = {
  complete: CompleteRead;
  customer: Observed<ReadCustomer>;
  subscriptions: Observed<ReadSubscription["subscription"]>[];
  unpaid: UnpaidInvoice[];
  payments: LatestPayment[];
};

export type ReadResult = {
  /** Customers that could not be completely read, and why. */
  failures: Map<string, StripeFailure>;
  /** The customers that were completely read, with the id of Stripe's request. */
  requestIds: Map<string, string | null>;
  /** Those of them with a subscription that is not over, of a plan with seats. */
  openCustomerIds: Set<string>;
};

const MOST_TRIES = 3;

/**
 * Reads all pages of each of these customers and stores them. When two overlapping answers about a customer disagree, the
 * customer is read again. Returns the failures by customer: those are not completely observed.
 */
export async function readCustomers(
  { db, stripe }: Deps,
  customerIds: readonly string[],
  options: RequestOptions,
): Promise<ReadResult> {
  const failures = new Map<string, StripeFailure>();
  const requestIds = new Map<string, string | null>();
  const openCustomerIds = new Set<string>();
  let wanted = [...new Set(customerIds)];
  for (let attempt = 0; wanted.length > 0 && attempt < MOST_TRIES; attempt += 1) {
    const reads: CustomerRead[] = [];
    await Promise.all(
      wanted.map(async (id) => {
        const read = await readCustomer({ db, stripe }, id, options);
        if (!read.ok) failures.set(id, read.failure);
        else reads.push(read.value);
      }),
    );
    const { again, catalogue } = await storeReads(db, await withAmounts({ db, stripe }, reads, options));
    for (const { customer, subscriptions } of reads) {
      requestIds.set(customer.value.id, customer.requestId);
      if (subscriptions.some(({ value }) => isOpen(value) && mayBeOurs(value, catalogue)))
        openCustomerIds.add(customer.value.id);
      else openCustomerIds.delete(customer.value.id);
    }
    wanted = again;
  }
  for (const id of wanted) failures.set(id, CONTESTED);
  return { failures, requestIds, openCustomerIds };
}

/**
 * May it be the subscription of a plan with seats? One that is not, such as a newsletter, a free plan, or a plan in quantity 0, must
 * not keep a guest's payment under the same address from being found.
 */
function mayBeOurs({ status, items }: ReadSubscription["subscription"], catalogue: Catalogue): boolean {
  if (status === UNREADABLE_STATUS || items.length === 0) return true;
  return (chooseItem(items, catalogue).plan?.seats ?? 0) > 0;
}

/** The same reads with the amounts that lists do not say. */
async function withAmounts(deps: Deps, reads: readonly CustomerRead[], options: RequestOptions) {
  const observed = reads.flatMap(({ subscriptions }) => subscriptions);
  const values = await completeAmounts(
    deps,
    observed.map(({ value }) => value),
    options,
  );
  let next = 0;
  return reads.map((read) => ({
    ...read,
    subscriptions: read.subscriptions.map((one) => ({ ...one, value: values[next++] ?? one.value })),
  }));
}

const CONTESTED: StripeFailure = {
  reason: "bad_answer",
  message: "Overlapping answers of Stripe kept disagreeing",
  requestId: null,
  rateLimitReason: null,
  retryable: true,
  accountId: null,
};

const rulesRow = storedCatalogue.extend({ keys: z.unknown() });

/** What says whose the read objects are, and what they buy. */
async function loadReadingRules(tx: Tx): Promise<{ catalogue: Catalogue; metadataKeys: readonly string[] }> {
  const row = await queryOneOrThrow(
    tx,
    rulesRow,
    sql`SELECT ${selectCatalogue}, ${selectStoredKeys} AS keys`,
  );
  return { catalogue: buildCatalogue(row.plans, row.mappings), metadataKeys: parseStoredKeys(row.keys) };
}

/** The customers that must be read again, and the catalogue by which the reads were stored. */
type Stored = { again: string[]; catalogue: Catalogue };
const NOTHING_STORED: Stored = { again: [], catalogue: buildCatalogue([], []) };

/** Stores complete reads in one transaction. */
async function storeReads(db: Database, reads: readonly CustomerRead[]): Promise<Stored> {
  if (reads.length === 0) return NOTHING_STORED;
  return retryOnDeadlock(db, async (tx) => {
    const subscriptions = reads.flatMap((read) => read.subscriptions);
    const { catalogue, metadataKeys } = await loadReadingRules(tx);
    // This process may die before it has evaluated the users: those that a change may affect are enqueued.
    const options = { enqueue: true, metadataKeys };
    const again = await storeCustomers(
      tx,
      reads.map(({ customer }) => customer),
      options,
    );
    again.push(...(await storeSubscriptions(tx, subscriptions, options)));
    await storeUnpaidInvoices(
      tx,
      reads.flatMap(({ unpaid }) => unpaid),
    );
    await linkReversals(
      tx,
      reads.flatMap(({ payments }) => payments),
    );
    const settled = reads.filter(({ complete }) => !again.includes(complete.customerId));
    const complete = settled.map((read) => read.complete);
    again.push(...(await storeCompleteReads(tx, complete, options)));
    await settleEvents(
      tx,
      complete.filter(({ customerId }) => !again.includes(customerId)),
    );
    await keepSeenPrices(tx, catalogue, listItems(subscriptions));
    return { again: [...new Set(again)], catalogue };
  });
}

const listItems = (
  subscriptions: readonly Observed<ReadSubscription["subscription"]>[],
): SubscriptionItem[] => subscriptions.flatMap(({ value }) => value.items);

/**
 * All pages of one customer's subscriptions, `status=all`. The customer comes expanded with them; a customer
 * without any is read by itself, which tells present, deleted and missing apart.
 */
async function readCustomer(
  { db, stripe }: Deps,
  customerId: string,
  options: RequestOptions,
): Promise<{ ok: true; value: CustomerRead } | NoAnswer> {
  const subscriptions: CustomerRead["subscriptions"] = [];
  const unpaid: UnpaidInvoice[] = [];
  const payments: LatestPayment[] = [];
  let customer: Observed<ReadCustomer> | null = null;
  let started: Version | null = null;
  let ended: Version;
  let startingAfter: string | undefined;
  const listed = new Set<string | null>();
  for (;;) {
    const page = await stripe.listSubscriptions(
      { customer: customerId, withInvoices: true, startingAfter },
      options,
    );
    if (!page.ok) {
      // On a later page it is the subscription to start after that does not exist.
      if (page.failure.reason !== "not_found" || startingAfter !== undefined) return page;
      return { ok: true, value: toMissingRead(customerId, page) };
    }
    const version = { started: page.started, ended: page.ended, requestId: page.requestId };
    started ??= page.started;
    ended = page.ended;
    if (page.value.unreadable.length > 0) return failUnreadable(page);
    for (const one of page.value.subscriptions) {
      const full = await withAllItems(stripe, one, options);
      if (!full.ok) return full;
      subscriptions.push({ value: full.subscription, ...version });
      if (one.customer) customer ??= { value: one.customer, ...version };
    }
    const { stripeTime } = page;
    unpaid.push(
      ...(await findUnpaidInvoices({ db, stripe }, page.value.subscriptions, { ...options, stripeTime })),
    );
    payments.push(...listLatestPayments(page.value.subscriptions));
    if (!page.value.hasMore) break;
    // A list that begins again would never end.
    if (listed.has(page.value.lastId)) return failUnreadable(page);
    for (const { id } of page.value.listed) listed.add(id);
    startingAfter = page.value.lastId ?? undefined;
  }
  if (customer === null) {
    const read = await stripe.readCustomer(customerId, options);
    if (!read.ok && read.failure.reason !== "not_found") return read;
    const requestId = read.ok ? read.requestId : read.failure.requestId;
    const value = read.ok ? read.value : createMissingCustomer(customerId);
    customer = { value, started: read.started, ended: read.ended, requestId };
  }
  const listedIds = subscriptions.map(({ value }) => value.id);
  return {
    ok: true,
    value: { customer, subscriptions, unpaid, payments, complete: { customerId, started, ended, listedIds } },
  };
}

/**
 * The subscription with all its items, asking for those beyond the first ten. Items that cannot be read make it an
 * unreadable subscription, which affects only its user.
 */
export async function withAllItems(
  stripe: StripeReader,
  read: ReadSubscription,
  options: RequestOptions,
): Promise<{ ok: true; subscription: ReadSubscription["subscription"] } | NoAnswer> {
  if (!read.hasMoreItems) return { ok: true, subscription: read.subscription };
  const { currency, isDiscounted } = read;
  const items = await stripe.listItems({ id: read.subscription.id, currency, isDiscounted }, options);
  if (items.ok) return { ok: true, subscription: { ...read.subscription, items: items.value } };
  const isItsOwn = ["bad_answer", "bad_request", "not_found", "forbidden"].includes(items.failure.reason);
  if (items.failure.retryable || !isItsOwn) return items;
  return { ok: true, subscription: toUnreadable(read) };
}

/** The subscription when its items cannot be read: its status is unknown, so nothing is changed. */
export const toUnreadable = (read: ReadSubscription): ReadSubscription["subscription"] => ({
  ...read.subscription,
  status: UNREADABLE_STATUS,
});

const createMissingCustomer = (id: string): ReadCustomer => ({
  id,
  email: null,
  name: null,
  metadata: {},
  state: "missing",
  created: null,
});

function toMissingRead(customerId: string, { started, ended, failure }: NoAnswer): CustomerRead {
  return {
    customer: { value: createMissingCustomer(customerId), started, ended, requestId: failure.requestId },
    subscriptions: [],
    unpaid: [],
    payments: [],
    complete: { customerId, started, ended, listedIds: [] },
  };
}

function failUnreadable({
  started,
  ended,
  requestId,
}: AnswerVersion & { requestId: string | null }): NoAnswer {
  const failure: StripeFailure = {
    ...CONTESTED,
    message: "Stripe listed a subscription that could not be read",
    requestId,
    retryable: false,
  };
  return { ok: false, started, ended, failure };
}
