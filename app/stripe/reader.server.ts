import Stripe from "stripe";
import { z } from "zod";
import type { Customer, EpochSeconds, Version } from "~/billing/observation";
import type { Log } from "~/platform/log.server";
import { type CheckoutSession, parseCheckoutSession } from "./checkout-session";
import { failureOf, type StripeFailure } from "./failure.server";
import type { Limiter, Priority } from "./limiter.server";
import {
  type EventsPage,
  parseEventsPage,
  parsePage,
  type SubscriptionsPage,
  wholeList,
} from "./pages.server";
import { parseCustomer, parseItem, type ReadSubscription } from "./parse";
import { readOnlyHttpClient } from "./read-only-http.server";
import { POLLED_TYPES } from "./webhook-event.server";

/** When an answer was asked for and when it was there, in the order of the whole installation. */
export type Stamp = { started: Version; ended: Version };

export type Answer<T> = Stamp & {
  ok: true;
  value: T;
  requestId: string | null;
  /** Stripe's clock (the header `Date`). */
  stripeTime: EpochSeconds | null;
};

/** A failure has a stamp too: "there is no such customer" is an answer. */
export type NoAnswer = Stamp & { ok: false; failure: StripeFailure };

export type Read<T> = Answer<T> | NoAnswer;

export type PageRequest = {
  customer?: string;
  startingAfter?: string;
  /** Epoch seconds, half open: from `gte`, before `lt`. */
  created?: { gte?: EpochSeconds; lt?: EpochSeconds };
};

export type AccountIdentity = { accountId: string };

/** All that Parity asks Stripe. Every method sends GET requests only, one attempt at a time, each with its stamp. */
export type StripeReader = {
  livemode: boolean;
  subscriptionsPage(page: PageRequest, how: RequestOptions): Promise<Read<SubscriptionsPage>>;
  /** All items of a subscription that has more than the ten that come with it; at most 100. */
  allItems(
    subscriptionId: string,
    how: RequestOptions,
  ): Promise<Read<ReadSubscription["subscription"]["items"]>>;
  customer(id: string, how: RequestOptions): Promise<Read<Customer>>;
  /** Customers with exactly this address: Stripe's filter is case-sensitive. At most 100. */
  customersByEmail(email: string, how: RequestOptions): Promise<Read<Customer[]>>;
  /** Events of our types, newest first, created from `since` (epoch seconds) on, behind `startingAfter`. */
  eventsPage(
    page: { since: EpochSeconds; startingAfter: string | null },
    how: RequestOptions,
  ): Promise<Read<EventsPage>>;
  account(how: RequestOptions): Promise<Read<AccountIdentity>>;
  /** A checkout session, to tell whose payment it was. */
  checkoutSession(id: string, how: RequestOptions): Promise<Read<CheckoutSession>>;
  /** Requests sent so far, retries counted. */
  requestCount(): number;
};

export type RequestOptions = {
  priority: Priority;
  /** Milliseconds for all attempts together; a person does not wait longer than this. */
  deadlineMs: number;
  /** Told of each request that is sent, for the count of a run. */
  onRequest?: () => void;
};

export type ReaderOptions = {
  secretKey: string;
  /** Another origin than Stripe's; null for Stripe. */
  apiBase: string | null;
  limiter: Limiter;
  /** The next value of the sequence `observation_version`. */
  nextVersion: () => Promise<Version>;
  log: Log;
};

const accountObject = z.object({ id: z.string() });

const MAX_SOCKETS = 30;
/** One attempt: given up while the caller has time for another, but not before it had a chance. */
const ATTEMPT_MS = { least: 1_000, most: 20_000 };
/** Another attempt with less time than a round trip would only hide why the last one failed. Milliseconds. */
const ROUND_TRIP_MS = 100;

/** Binds the reader to one key and one origin. */
export function createStripeReader(options: ReaderOptions): StripeReader {
  const base = options.apiBase === null ? null : new URL(options.apiBase);
  const protocol = base?.protocol === "http:" ? "http" : "https";
  const stripe = new Stripe(options.secretKey, {
    httpClient: readOnlyHttpClient(protocol, MAX_SOCKETS),
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && { host: base.hostname, port: base.port || (protocol === "http" ? 80 : 443), protocol }),
  });
  let requests = 0;

  /** One attempt after another, each behind the limiter and with a stamp of its own, until the deadline. */
  async function read<Raw extends { lastResponse: Stripe.Response<object>["lastResponse"] }, T>(
    endpoint: string,
    how: RequestOptions,
    send: (timeout: number) => Promise<Raw>,
    parse: (raw: Raw) => T,
  ): Promise<Read<T>> {
    const { deadlineMs } = how;
    const deadline = performance.now() + deadlineMs;
    const attemptMs = Math.min(ATTEMPT_MS.most, Math.max(ATTEMPT_MS.least, Math.ceil(deadlineMs / 2)));
    // Whole milliseconds: any other number the SDK ignores, and waits for 80 seconds.
    const left = () => Math.max(1, Math.ceil(deadline - performance.now()));
    const oneAttempt = async () => {
      try {
        const started = await options.nextVersion();
        requests += 1;
        how.onRequest?.();
        const sent = await send(Math.min(attemptMs, left())).then(
          (raw) => ({ ok: true as const, raw }),
          (error: unknown) => ({ ok: false as const, failure: failureOf(error) }),
        );
        const ended = await options.nextVersion();
        if (!sent.ok && sent.failure.reason === "rate_limited")
          await options.limiter.throttled(endpoint, sent.failure.rateLimitReason);
        return { sent, started, ended };
      } finally {
        options.limiter.answered(endpoint);
      }
    };
    let lastFailure: StripeFailure = NO_TURN;
    for (let attempt = 0; ; attempt += 1) {
      const mayGo = await options.limiter.take(endpoint, how.priority, left());
      if (!mayGo) {
        const started = await options.nextVersion();
        return { ok: false, failure: lastFailure, started, ended: started };
      }
      const { sent, started, ended } = await oneAttempt();
      if (sent.ok) {
        const { requestId, headers } = sent.raw.lastResponse;
        const stripeTime = headers.date ? Math.floor(Date.parse(headers.date) / 1000) : null;
        const stamp = { started, ended, requestId: requestId ?? null, stripeTime };
        const value = parsedOr(() => parse(sent.raw));
        return value.ok
          ? { ok: true, value: value.value, ...stamp }
          : { ok: false, failure: value.failure, started, ended };
      }
      const { failure } = sent;
      lastFailure = failure;
      const wait = backOffMs(attempt);
      if (!failure.retryable || performance.now() + wait + ROUND_TRIP_MS > deadline)
        return { ok: false, failure, started, ended };
      const { reason, requestId } = failure;
      options.log.warn({ endpoint, reason, requestId, attempt }, "Stripe did not answer; trying again");
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  return {
    livemode: /^[rs]k_live_/.test(options.secretKey),
    requestCount: () => requests,
    subscriptionsPage: (page, how) =>
      read(
        "GET /v1/subscriptions",
        how,
        (timeout) =>
          stripe.subscriptions.list(
            {
              status: "all",
              limit: 100,
              expand: ["data.customer"],
              ...(page.customer !== undefined && { customer: page.customer }),
              ...(page.startingAfter !== undefined && { starting_after: page.startingAfter }),
              ...(page.created && { created: page.created }),
            },
            { timeout },
          ),
        parsePage,
      ),
    allItems: (subscription, how) =>
      read(
        "GET /v1/subscription_items",
        how,
        (timeout) => stripe.subscriptionItems.list({ subscription, limit: 100 }, { timeout }),
        (list) => wholeList.parse(list).data.map(parseItem),
      ),
    customer: (id, how) =>
      read(
        "GET /v1/customers/:id",
        how,
        (timeout) => stripe.customers.retrieve(id, {}, { timeout }),
        parseCustomer,
      ),
    customersByEmail: (email, how) =>
      read(
        "GET /v1/customers",
        how,
        (timeout) => stripe.customers.list({ email, limit: 100 }, { timeout }),
        (list) => wholeList.parse(list).data.map(parseCustomer),
      ),
    eventsPage: ({ since, startingAfter }, how) =>
      read(
        "GET /v1/events",
        how,
        (timeout) =>
          stripe.events.list(
            {
              types: [...POLLED_TYPES],
              created: { gte: since },
              limit: 100,
              ...(startingAfter !== null && { starting_after: startingAfter }),
            },
            { timeout },
          ),
        parseEventsPage,
      ),
    account: (how) =>
      read(
        "GET /v1/account",
        how,
        (timeout) => stripe.accounts.retrieveCurrent({}, { timeout }),
        (account) => ({ accountId: accountObject.parse(account).id }),
      ),
    checkoutSession: (id, how) =>
      read(
        "GET /v1/checkout/sessions/:id",
        how,
        (timeout) => stripe.checkout.sessions.retrieve(id, {}, { timeout }),
        parseCheckoutSession,
      ),
  };
}

/** So many requests wait that this one had no turn in time. */
const NO_TURN: StripeFailure = {
  reason: "timeout",
  message: "Too many requests to Stripe were waiting",
  requestId: null,
  rateLimitReason: null,
  retryable: true,
  accountId: null,
};

function parsedOr<T>(parse: () => T): { ok: true; value: T } | { ok: false; failure: StripeFailure } {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** Milliseconds before the next attempt: doubling, with full jitter, at most 8 s. */
function backOffMs(attempt: number): number {
  return Math.random() * Math.min(8_000, 250 * 2 ** attempt) + 50;
}
