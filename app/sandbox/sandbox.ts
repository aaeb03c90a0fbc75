import { type Account, createAccount } from "./account/account";
import { createClock } from "./account/clock";
import type { EventListener } from "./account/event-log";
import { IdempotentResponses } from "./api/idempotency";
import { Control } from "./control/control";
import { RequestLog } from "./control/request-log";
import { Timers } from "./control/timers";
import { type Listening, listen, type ServerSetup } from "./listen";
import { type SandboxOptions, withDefaults } from "./options";
import { FlashMessages } from "./pages/simulate/flash-messages";
import { readState, StateFile } from "./store/state-file";
import { Webhooks } from "./webhooks/webhooks";

export type { SandboxEvent } from "./account/event-log";
export type { Fault } from "./control/faults";
export type { Limits } from "./control/rate-limiter";
export type { LoggedRequest } from "./control/request-log";
export type { Listening } from "./listen";
export { API_VERSION, DEFAULT_SECRET_KEY, type SandboxOptions } from "./options";
export type { Delivery } from "./webhooks/delivery";
export type { WebhookMode } from "./webhooks/mode";

const SECOND = 1_000;

/** A stateful stand-in for one Stripe account. */
export interface Sandbox
  extends Pick<
    Account,
    | "checkout"
    | "checkoutSessions"
    | "clock"
    | "customers"
    | "disputes"
    | "invoices"
    | "lifecycle"
    | "paymentMethods"
    | "payments"
    | "portalSessions"
    | "prices"
    | "products"
    | "refunds"
    | "newSubscriptions"
    | "changes"
    | "subscriptions"
    | "testClocks"
    | "webhookEndpoints"
  > {
  /** The whole account, for everything that has no shortcut here. */
  readonly account: Account;
  readonly accountId: string;
  /** The first of the accepted secret keys. */
  readonly secretKey: string;
  /** Latency, rate limits, faults, hanging requests. */
  readonly control: Control;
  /** The deliveries to webhook endpoints. */
  readonly webhooks: Webhooks;
  /** The requests to the API. */
  readonly requests: RequestLog;
  /** Runs a change without events, to create objects in bulk. */
  bulk<T>(change: () => T): T;
  /** Calls the listener for every event from now on. Returns a function that stops it. */
  onEvent(listener: EventListener): () => void;
  /** Whether the state came from the state file. */
  readonly restored: boolean;
  /** Writes the state file now, if anything changed. */
  flush(): void;
  /** Serves the API; port 0 is any free one. */
  listen(port?: number, host?: string): Promise<Listening>;
}

/**
 * Creates the account, empty or from the state file. Nothing listens until `listen` is called:
 *
 *     const sandbox = createSandbox({ stateFile: ".data/sandbox.json" });
 *     const { url } = await sandbox.listen();
 *
 * Throws when the state file is not a state file.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const settings = withDefaults(options);
  const saved = settings.stateFile === undefined ? undefined : readState(settings.stateFile);
  const seed = saved?.seed ?? settings.seed;
  const timers = new Timers();
  let origin = settings.publicUrl ?? "";
  const clock = createClock({
    source: settings.now,
    offset: saved?.clockOffset,
  });
  const account = createAccount({
    facts: {
      id: saved?.accountId ?? settings.accountId,
      livemode: settings.livemode,
      apiVersion: settings.apiVersion,
      webhookHosts: settings.webhookHosts,
      get origin() {
        return origin;
      },
    },
    seed,
    clock,
    eventRetentionDays: settings.eventRetentionDays,
    onChange: () => file?.touch(),
    attachLater: (attach) => timers.schedule(control.attachAfterMs, attach),
  });
  if (saved) account.store.restore(saved.store);
  clock.onMove(() => {
    file?.touch();
    account.time.catchUp();
  });
  let requestsMade = saved?.requests ?? 0;
  const file =
    settings.stateFile === undefined
      ? undefined
      : new StateFile(settings.stateFile, () => ({
          seed,
          accountId: account.facts.id,
          clockOffset: clock.offset,
          requests: requestsMade,
          store: account.store.toState(),
        }));
  const control = new Control({ clock, seed });
  control.setLatency(settings.latency);
  control.setLimits(settings.limits);
  control.attachAfterMs = settings.attachAfterMs;
  control.portalCancels = settings.portalCancels;
  account.searchIndex.lagSeconds = settings.searchLagSeconds;
  account.webhookEndpoints.configure(settings.webhooks);
  const webhooks = new Webhooks({
    account,
    timers,
    seed,
    retriesMs: settings.webhookRetriesMs,
    now: Date.now,
  });
  account.events.wasDelivered = (id) => webhooks.wasDelivered(id);
  const requests = new RequestLog(settings.rememberedRequests);
  const server: ServerSetup = {
    account,
    control,
    webhooks,
    requests,
    flashMessages: new FlashMessages(),
    keys: settings,
    idempotent: new IdempotentResponses(),
    nextRequestId: () => {
      requestsMade += 1;
      return account.store.ids.make("request", requestsMade);
    },
  };
  return {
    account,
    clock,
    customers: account.customers,
    products: account.products,
    prices: account.prices,
    subscriptions: account.subscriptions,
    checkoutSessions: account.checkoutSessions,
    checkout: account.checkout,
    portalSessions: account.portalSessions,
    lifecycle: account.lifecycle,
    invoices: account.invoices,
    newSubscriptions: account.newSubscriptions,
    changes: account.changes,
    testClocks: account.testClocks,
    paymentMethods: account.paymentMethods,
    payments: account.payments,
    refunds: account.refunds,
    disputes: account.disputes,
    accountId: account.facts.id,
    secretKey: settings.secretKeys[0] ?? "",
    restored: saved !== undefined,
    webhookEndpoints: account.webhookEndpoints,
    control,
    webhooks,
    requests,
    bulk: (change) => account.events.pauseDuring(change),
    onEvent: (listener) => account.events.listen(listener),
    flush: () => file?.flush(),
    async listen(port = 0, host = "127.0.0.1") {
      const listening = await listen(server, { port, host });
      origin = settings.publicUrl ?? listening.url;
      webhooks.start();
      timers.repeat(SECOND, () => account.time.catchUp());
      account.checkout.attachAll();
      return {
        ...listening,
        async close() {
          timers.stop();
          webhooks.stop();
          await listening.close();
          file?.flush();
        },
      };
    },
  };
}
