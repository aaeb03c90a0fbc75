import { StoreSerializers } from "~/sandbox/objects/serializers";
import type { AccountFacts, Serializers } from "../objects/view";
import { Store } from "../store/store";
import type { AccountDeps } from "./account-deps";
import { makeImportedInvoice } from "./billing/import-invoice";
import { Invoices } from "./billing/invoices";
import { Renewals } from "./billing/renewals";
import { Checkout } from "./checkout/checkout";
import { CheckoutSessions } from "./checkout/checkout-sessions";
import { PortalSessions } from "./checkout/portal-sessions";
import type { Clock } from "./clock";
import { Customers } from "./customers";
import { EventLog } from "./event-log";
import { Lifecycle } from "./lifecycle";
import { Disputes } from "./payments/disputes";
import { PaymentMethods } from "./payments/payment-methods";
import { Payments } from "./payments/payments";
import { Refunds } from "./payments/refunds";
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
  readonly invoices: Invoices;
  readonly renewals: Renewals;
  readonly paymentMethods: PaymentMethods;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly checkoutSessions: CheckoutSessions;
  readonly checkout: Checkout;
  readonly portalSessions: PortalSessions;
  readonly lifecycle: Lifecycle;
  readonly webhookEndpoints: WebhookEndpoints;
  /** How many seconds pass until a search of customers sees a change. */
  readonly searchIndex: { lagSeconds: number };
}

export function createAccount(setup: AccountOptions): Account {
  const { facts, seed, clock, eventRetentionDays, onChange } = setup;
  const store = new Store(seed, makeImportedInvoice);
  const serializers = new StoreSerializers(store, facts);
  const events = new EventLog({ store, clock, serializers, retentionDays: eventRetentionDays });
  const deps: AccountDeps = { store, serializers, events, clock, onChange };
  const payments = new Payments(deps);
  const paymentMethods = new PaymentMethods(deps);
  const invoices = new Invoices(deps, payments);
  const renewals = new Renewals(deps, { invoices, methods: paymentMethods });
  const subscriptions = new Subscriptions(deps, { invoices, renewals });
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
    invoices,
    renewals,
    paymentMethods,
    payments,
    refunds: new Refunds(deps),
    disputes: new Disputes(deps),
    checkoutSessions: sessions,
    checkout: new Checkout(deps, {
      sessions,
      customers,
      subscriptions,
      paymentMethods,
      attachLater: setup.attachLater,
    }),
    portalSessions: new PortalSessions(deps),
    lifecycle: new Lifecycle(deps, { customers, subscriptions, paymentMethods }),
    webhookEndpoints: new WebhookEndpoints(deps, facts.webhookHosts),
    searchIndex: { lagSeconds: 0 },
  };
}
