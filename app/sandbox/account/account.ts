import type { AccountFacts, Writers } from "../objects/view";
import { StoreWriters } from "../objects/writers";
import { Store } from "../store/store";
import { Checkout } from "./checkout/checkout";
import { CheckoutSessions } from "./checkout/checkout-sessions";
import { PortalSessions } from "./checkout/portal-sessions";
import type { Clock } from "./clock";
import { Customers } from "./customers";
import { EventLog } from "./event-log";
import { Life } from "./life";
import type { AccountParts } from "./parts";
import { Prices } from "./prices";
import { Products } from "./products";
import { Subscriptions } from "./subscriptions";
import { WebhookEndpoints } from "./webhook-endpoints";

export interface AccountSetup {
  facts: AccountFacts;
  seed: number;
  clock: Clock;
  eventRetentionDays: number;
  /** Told after each change. */
  changed: () => void;
  /** Runs what Stripe does some time after a payment. */
  attachLater: (attach: () => void) => void;
}

/** One Stripe account: what it holds, and what can be done in it. */
export interface Account {
  readonly facts: AccountFacts;
  readonly clock: Clock;
  readonly store: Store;
  readonly writers: Writers;
  readonly events: EventLog;
  readonly customers: Customers;
  readonly products: Products;
  readonly prices: Prices;
  readonly subscriptions: Subscriptions;
  readonly checkoutSessions: CheckoutSessions;
  readonly checkout: Checkout;
  readonly portalSessions: PortalSessions;
  readonly life: Life;
  readonly webhookEndpoints: WebhookEndpoints;
}

export function createAccount(setup: AccountSetup): Account {
  const { facts, seed, clock, eventRetentionDays, changed } = setup;
  const store = new Store(seed);
  const writers = new StoreWriters(store, facts);
  const events = new EventLog({ store, clock, writers, retentionDays: eventRetentionDays });
  const parts: AccountParts = { store, writers, events, clock, changed };
  const subscriptions = new Subscriptions(parts);
  const customers = new Customers(parts, subscriptions);
  const sessions = new CheckoutSessions(parts);
  return {
    facts,
    clock,
    store,
    writers,
    events,
    customers,
    products: new Products(parts),
    prices: new Prices(parts),
    subscriptions,
    checkoutSessions: sessions,
    checkout: new Checkout(parts, { sessions, customers, subscriptions, attachLater: setup.attachLater }),
    portalSessions: new PortalSessions(parts),
    life: new Life(parts, { customers, subscriptions }),
    webhookEndpoints: new WebhookEndpoints(parts),
  };
}
