import { StoreSerializers } from "~/sandbox/objects/serializers";
import type { AccountFacts, Serializers } from "../objects/view";
import { Store } from "../store/store";
import type { AccountDeps } from "./account-deps";
import { Changes } from "./billing/changes";
import { Dunning } from "./billing/dunning";
import { makeImportedInvoice } from "./billing/import-invoice";
import { InvoiceItems } from "./billing/invoice-items";
import { Invoices } from "./billing/invoices";
import { NewSubscriptions } from "./billing/new-subscriptions";
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
import { PassingTime } from "./time/passing-time";
import { Schedule } from "./time/schedule";
import { TestClocks } from "./time/test-clocks";
import { Timeline } from "./time/timeline";
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
  readonly newSubscriptions: NewSubscriptions;
  readonly changes: Changes;
  readonly dunning: Dunning;
  readonly testClocks: TestClocks;
  readonly time: PassingTime;
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
  const timeline = new Timeline({ store, clock });
  const deps: AccountDeps = { store, serializers, events, clock, timeline, onChange };
  const schedule = new Schedule({ store, clock });
  store.watch(schedule);
  const payments = new Payments(deps);
  const paymentMethods = new PaymentMethods(deps);
  const invoices = new Invoices(deps, payments);
  const invoiceItems = new InvoiceItems(deps);
  const dunning = new Dunning(deps, { invoices, methods: paymentMethods });
  const renewals = new Renewals(deps, { invoices, invoiceItems, dunning });
  const subscriptions = new Subscriptions(deps, { invoices, renewals, dunning });
  const newSubscriptions = new NewSubscriptions(deps, { invoices, dunning, methods: paymentMethods });
  const changes = new Changes(deps, { invoices, invoiceItems, dunning, methods: paymentMethods });
  const customers = new Customers(deps, subscriptions);
  const sessions = new CheckoutSessions(deps);
  const time = new PassingTime(deps, { schedule, renewals, dunning, sessions });
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
    newSubscriptions,
    changes,
    dunning,
    time,
    testClocks: new TestClocks(deps, { time, customers }),
    paymentMethods,
    payments,
    refunds: new Refunds(deps),
    disputes: new Disputes(deps),
    checkoutSessions: sessions,
    checkout: new Checkout(deps, {
      sessions,
      customers,
      newSubscriptions,
      paymentMethods,
      attachLater: setup.attachLater,
    }),
    portalSessions: new PortalSessions(deps),
    lifecycle: new Lifecycle(deps, { customers, subscriptions, paymentMethods, changes, dunning }),
    webhookEndpoints: new WebhookEndpoints(deps, facts.webhookHosts),
    searchIndex: { lagSeconds: 0 },
  };
}
