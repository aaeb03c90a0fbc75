import type Stripe from "stripe";
import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import type { Read, RequestOptions } from "./answer";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";
import { POLLED_TYPES, UNLISTED_TYPES } from "./event-types";
import { createStripeClient } from "./http-client.server";
import {
  anyList,
  type EventsPage,
  parseEventsPage,
  parsePage,
  type SubscriptionsPage,
  wholeList,
} from "./pages.server";
import { parseCustomer, parseItem, type ReadCustomer, type ReadSubscription } from "./parse";
import type { PermissionEntry } from "./permissions/catalogue";
import type { ProbeResult } from "./permissions/permission-watch";
import { createSender, type SenderOptions } from "./permissions/watched-sender.server";
import { type PriceAmounts, parsePriceAmounts } from "./price";
import { type ChargeReads, createChargeReads } from "./reads/charges.server";
import { parseInvoice, type ReadInvoice } from "./reads/invoice";
import { createWebhookReads, type WebhookReads } from "./reads/webhooks.server";
import type { RequestSender } from "./request-sender.server";

export type { Answer, AnswerVersion, NoAnswer, Read, RequestOptions } from "./answer";

export type PageRequest = {
  customer?: string;
  /** Only past-due ones; all unless given. */
  status?: "past_due";
  /** Each with its latest invoice, where the key may read invoices. */
  withInvoices?: boolean;
  startingAfter?: string;
  /** Epoch seconds, half open: from `gte`, before `lt`. */
  created?: { gte?: EpochSeconds; lt?: EpochSeconds };
};

export type EventsRequest = {
  since: EpochSeconds;
  startingAfter: string | null;
  /** Only those about what no list of subscriptions tells. */
  onlyUnlisted?: boolean;
};

export type AccountIdentity = { accountId: string };

/** All requests that reconciling sends to Stripe. Every method sends only GET; each attempt has its own version. */
export type StripeReader = ChargeReads &
  WebhookReads & {
    livemode: boolean;
    /** Subscriptions in every status, newest first, at most 100, each with its customer. */
    listSubscriptions(page: PageRequest, options: RequestOptions): Promise<Read<SubscriptionsPage>>;
    /** All items of a subscription that has more than the ten that come with it; at most 100. */
    listItems(
      subscription: { id: string } & Pick<ReadSubscription, "currency" | "isDiscounted">,
      options: RequestOptions,
    ): Promise<Read<ReadSubscription["subscription"]["items"]>>;
    /** What a price costs in each of its currencies: subscription lists say only its own. */
    readPrice(id: string, options: RequestOptions): Promise<Read<PriceAmounts>>;
    /** The newest invoices of a subscription, newest first, at most 30. Optional: the key may not read invoices. */
    listInvoices(subscriptionId: string, options: RequestOptions): Promise<Read<ReadInvoice[]>>;
    readCustomer(id: string, options: RequestOptions): Promise<Read<ReadCustomer>>;
    /** Customers with exactly this address: Stripe's filter is case-sensitive. At most 100. */
    findCustomersByEmail(email: string, options: RequestOptions): Promise<Read<ReadCustomer[]>>;
    /** Customers with this address in any spelling, up to a minute late; other keys than ours may not be allowed to search. */
    searchCustomersByEmail(email: string, options: RequestOptions): Promise<Read<ReadCustomer[]>>;
    /** Events of the polled types, newest first, created at or after `since` (epoch seconds), older than `startingAfter`. */
    listEvents(page: EventsRequest, options: RequestOptions): Promise<Read<EventsPage>>;
    readAccount(options: RequestOptions): Promise<Read<AccountIdentity>>;
    /** A checkout session, to find the user who paid. */
    readCheckoutSession(id: string, options: RequestOptions): Promise<Read<CheckoutSession>>;
    /** Asks Stripe about one permission with a cheap request; what it answers is reported and remembered. */
    probe(permission: PermissionEntry): Promise<ProbeResult>;
    /** Requests sent so far, retries counted. */
    countRequests(): number;
  };

export type ReaderOptions = SenderOptions & {
  secretKey: string;
  /** Another origin than Stripe's; null for Stripe. */
  apiBase: string | null;
};

const accountObject = z.object({ id: z.string() });

const MAX_SOCKETS = 30;
/** Of a subscription: enough to find the last one that was paid, or that it was long ago. */
const MOST_INVOICES = 30;

/** Binds the reader to one key and one origin. */
export function createStripeReader(options: ReaderOptions): StripeReader {
  const { secretKey: key, apiBase } = options;
  const stripe = createStripeClient({ key, apiBase, readOnly: true, maxSockets: MAX_SOCKETS });
  const { sender, probe } = createSender(stripe, "secret", options);
  return {
    probe,
    livemode: /^[rs]k_live_/.test(options.secretKey),
    countRequests: () => sender.sentCount,
    ...createSubscriptionReads(stripe, sender),
    ...createCustomerReads(stripe, sender),
    ...createAccountReads(stripe, sender),
    ...createChargeReads(stripe, sender),
    ...createWebhookReads(stripe, sender),
  };
}

/** How long a key that may not read invoices is not asked for them again. Milliseconds. */
const WITHOUT_INVOICES_MS = 10 * 60_000;

/**
 * Lists subscriptions. A key that may not read invoices is refused the whole list when it asks for them too: then they are
 * left out, for a while without asking.
 */
function createSubscriptionList(stripe: Stripe, sender: RequestSender): StripeReader["listSubscriptions"] {
  let withoutInvoicesUntil = Number.NEGATIVE_INFINITY;
  const list = (page: PageRequest, withInvoices: boolean, options: RequestOptions) =>
    sender.send({
      endpoint: "GET /v1/subscriptions",
      options,
      send: (timeout) =>
        stripe.subscriptions.list(
          {
            status: page.status ?? "all",
            limit: 100,
            expand: ["data.customer", ...(withInvoices ? ["data.latest_invoice.payments"] : [])],
            ...(page.customer !== undefined && { customer: page.customer }),
            ...(page.startingAfter !== undefined && { starting_after: page.startingAfter }),
            ...(page.created && { created: page.created }),
          },
          { timeout },
        ),
      parse: parsePage,
    });
  return async (page, options) => {
    const withInvoices = page.withInvoices === true && performance.now() >= withoutInvoicesUntil;
    const read = await list(page, withInvoices, options);
    if (!withInvoices || read.ok || read.failure.reason !== "forbidden") return read;
    const plain = await list(page, false, options);
    // What is refused without invoices, too, was not refused because of them.
    if (plain.ok) withoutInvoicesUntil = performance.now() + WITHOUT_INVOICES_MS;
    return plain;
  };
}

const createSubscriptionReads = (
  stripe: Stripe,
  sender: RequestSender,
): Pick<StripeReader, "listSubscriptions" | "listItems" | "listInvoices" | "readPrice"> => ({
  listSubscriptions: createSubscriptionList(stripe, sender),
  listInvoices: (subscription, options) =>
    sender.send({
      endpoint: "GET /v1/invoices",
      options,
      send: (timeout) => stripe.invoices.list({ subscription, limit: MOST_INVOICES }, { timeout }),
      parse: (list) =>
        anyList.parse(list).data.flatMap((object) => {
          const invoice = parseInvoice(object);
          return invoice === null ? [] : [invoice];
        }),
    }),
  listItems: ({ id: subscription, ...onAll }, options) =>
    sender.send({
      endpoint: "GET /v1/subscription_items",
      options,
      send: (timeout) => stripe.subscriptionItems.list({ subscription, limit: 100 }, { timeout }),
      parse: (list) => wholeList.parse(list).data.map((item) => parseItem(item, onAll)),
    }),
  readPrice: (id, options) =>
    sender.send({
      endpoint: "GET /v1/prices/:id",
      options,
      send: (timeout) => stripe.prices.retrieve(id, { expand: ["currency_options"] }, { timeout }),
      parse: parsePriceAmounts,
    }),
});

const createCustomerReads = (
  stripe: Stripe,
  sender: RequestSender,
): Pick<StripeReader, "readCustomer" | "findCustomersByEmail" | "searchCustomersByEmail"> => ({
  readCustomer: (id, options) =>
    sender.send({
      endpoint: "GET /v1/customers/:id",
      options,
      send: (timeout) => stripe.customers.retrieve(id, {}, { timeout }),
      parse: parseCustomer,
    }),
  findCustomersByEmail: (email, options) =>
    sender.send({
      endpoint: "GET /v1/customers",
      options,
      send: (timeout) => stripe.customers.list({ email, limit: 100 }, { timeout }),
      parse: (list) => wholeList.parse(list).data.map(parseCustomer),
    }),
  searchCustomersByEmail: (email, options) =>
    sender.send({
      endpoint: "GET /v1/customers/search",
      options,
      send: (timeout) => stripe.customers.search({ query: quoteEmail(email), limit: 100 }, { timeout }),
      parse: (list) => searchResult.parse(list).data.map(parseCustomer),
    }),
});

const searchResult = z.object({ data: z.array(z.unknown()) });
const quoteEmail = (email: string) => `email:"${email.replace(/[\\"]/g, "\\$&")}"`;

const createAccountReads = (
  stripe: Stripe,
  sender: RequestSender,
): Pick<StripeReader, "listEvents" | "readAccount" | "readCheckoutSession"> => ({
  listEvents: ({ since, startingAfter, onlyUnlisted = false }, options) =>
    sender.send({
      endpoint: "GET /v1/events",
      options,
      send: (timeout) =>
        stripe.events.list(
          {
            types: [...(onlyUnlisted ? UNLISTED_TYPES : POLLED_TYPES)],
            created: { gte: since },
            limit: 100,
            ...(startingAfter !== null && { starting_after: startingAfter }),
          },
          { timeout },
        ),
      parse: parseEventsPage,
    }),
  readAccount: (options) =>
    sender.send({
      endpoint: "GET /v1/account",
      options,
      send: (timeout) => stripe.accounts.retrieveCurrent({}, { timeout }),
      parse: (account) => ({ accountId: accountObject.parse(account).id }),
    }),
  readCheckoutSession: (id, options) =>
    sender.send({
      endpoint: "GET /v1/checkout/sessions/:id",
      options,
      send: (timeout) => stripe.checkout.sessions.retrieve(id, {}, { timeout }),
      parse: parseCheckoutSession,
    }),
});
