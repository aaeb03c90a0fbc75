import { StoreSerializers } from "~/sandbox/objects/serializers";
import type { AccountFacts, Serializers } from "../objects/view";
import { Store } from "../store/store";
import type { AccountDeps } from "./account-deps";
import { Checkout } from "./checkout/checkout";
import { CheckoutSessions } from "./checkout/checkout-sessions";
import { PortalSessions } from "./checkout/portal-sessions";
import type { Clock } from "./clock";
import { Customers } from "./customers";
import { EventLog } from "./event-log";
import { Lifecycle } from "./lifecycle";
import { Prices } from "./prices";
import { Products } from "./products";
import { Subscriptions } from "./subscriptions";
import { WebhookEndpoints } from "./webhook-endpoints";

export interface AccountOptions {
  facts: AccountFacts;
  seed: number;
  clock: Clock;
  eventRetentionDays: number;
  /** Called after each change. */
  onChange: () => void;
  /** Schedules what Stripe does some time after a payment. */
  attachLater: (attach: () => void) => void;
}

/** One Stripe account: its objects and the operations on them. */
export interface Account {
  readonly facts: AccountFacts;
  readonly clock: Clock;
  readonly store: Store;
  readonly serializers: Serializers;
  readonly events: EventLog;
  readonly customers: Customers;
  readonly products: Products;
  readonly prices: Prices;
  readonly subscriptions: Subscriptions;
  readonly checkoutSessions: CheckoutSessions;
  readonly checkout: Checkout;
  readonly portalSessions: PortalSessions;
  readonly lifecycle: Lifecycle;
  readonly webhookEndpoints: WebhookEndpoints;
}

export function createAccount(setup: AccountOptions): Account {
  const { facts, seed, clock, eventRetentionDays, onChange } = setup;
  const store = new Store(seed);
  const serializers = new StoreSerializers(store, facts);
  const events = new EventLog({ store, clock, serializers, retentionDays: eventRetentionDays });
  const deps: AccountDeps = { store, serializers, events, clock, onChange };
  const subscriptions = new Subscriptions(deps);
  const customers = new Customers(deps, subscriptions);
  const sessions = new CheckoutSessions(deps);
  return {
    facts,
    clock,
    store,
    serializers,
    events,
    customers,
    products: new Products(deps),
    prices: new Prices(deps),
    subscriptions,
    checkoutSessions: sessions,
    checkout: new Checkout(deps, { sessions, customers, subscriptions, attachLater: setup.attachLater }),
    portalSessions: new PortalSessions(deps),
    lifecycle: new Lifecycle(deps, { customers, subscriptions }),
    webhookEndpoints: new WebhookEndpoints(deps),
  };
}
