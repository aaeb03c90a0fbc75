import { OrderedIndex, sortByCreated } from "~/sandbox/large/ordered-index";
import { SmallGroups } from "~/sandbox/large/small-groups";
import type {
  ChargeRecord,
  DisputeRecord,
  InvoiceItemRecord,
  InvoiceRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
  TestClockRecord,
} from "./billing-records";
import { Collection } from "./collection";
import { Ids } from "./ids";
import type {
  CheckoutSessionRecord,
  CustomerRecord,
  EventRecord,
  PortalSessionRecord,
  PriceRecord,
  ProductRecord,
  SubscriptionRecord,
  WebhookEndpointRecord,
} from "./records";
import type { StoreState } from "./store-state";
import type { StoreWatcher } from "./store-watcher";

/** Makes the latest invoice of a subscription that was imported without it. */
export type MakeInvoice = (store: Store, subscription: SubscriptionRecord, sequence: number) => InvoiceRecord;

/** All objects of the sandbox, with the indexes that its lists need. Emits no events; `account/` does. */
export class Store {
  readonly ids: Ids;
  readonly customers: Collection<CustomerRecord>;
  readonly products: Collection<ProductRecord>;
  readonly prices: Collection<PriceRecord>;
  readonly subscriptions: Collection<SubscriptionRecord>;
  readonly checkoutSessions: Collection<CheckoutSessionRecord>;
  readonly portalSessions: Collection<PortalSessionRecord>;
  readonly webhookEndpoints: Collection<WebhookEndpointRecord>;
  readonly events: Collection<EventRecord>;
  readonly invoices: Collection<InvoiceRecord>;
  readonly invoiceItems: Collection<InvoiceItemRecord>;
  readonly paymentMethods: Collection<PaymentMethodRecord>;
  readonly paymentIntents: Collection<PaymentIntentRecord>;
  readonly charges: Collection<ChargeRecord>;
  readonly refunds: Collection<RefundRecord>;
  readonly disputes: Collection<DisputeRecord>;
  readonly testClocks: Collection<TestClockRecord>;
  #watcher: StoreWatcher | undefined;
  #items = 0;
  readonly #subscriptionsByCustomer = new SmallGroups<number>();
  readonly #customersByEmail = new SmallGroups<string>();
  /** How many invoices of a customer have a number, for those that have more than none. */
  readonly #invoiceNumbers = new Map<number, number>();
  readonly #invoicesBySubscription = new SmallGroups<number>();
  /** The subscriptions whose latest invoice is not made yet, by the number of that invoice. */
  readonly #unmadeInvoices = new Map<number, number>();
  readonly #subscriptionsByPrice = new Map<number, OrderedIndex>();
  readonly #getSubscriptionCreated = (sequence: number) => this.subscriptions.get(sequence).created;

  constructor(seed: number, makeInvoice: MakeInvoice) {
    this.ids = new Ids(seed);
    this.customers = new Collection("customer", this.ids, (customer) => !customer.deleted);
    this.products = new Collection("product", this.ids, (product) => !product.deleted);
    this.prices = new Collection("price", this.ids);
    this.subscriptions = new Collection("subscription", this.ids);
    this.checkoutSessions = new Collection("checkout.session", this.ids);
    this.portalSessions = new Collection("billing_portal.session", this.ids);
    this.webhookEndpoints = new Collection("webhook_endpoint", this.ids);
    this.events = new Collection("event", this.ids);
    const readOwner = (invoice: number) => this.subscriptions.get(this.#unmadeInvoices.get(invoice) ?? 0);
    this.invoices = new Collection<InvoiceRecord>("invoice", this.ids, () => true, {
      unmade: this.#unmadeInvoices,
      make: (sequence) => {
        const owner = readOwner(sequence);
        this.#unmadeInvoices.delete(sequence);
        this.#invoicesBySubscription.add(owner.sequence, sequence);
        return makeInvoice(this, owner, sequence);
      },
      readCreated: (sequence) => readInvoiceTime(readOwner(sequence)),
    });
    this.invoiceItems = new Collection("invoiceitem", this.ids, (item) => !item.deleted);
    this.paymentMethods = new Collection("payment_method", this.ids);
    this.paymentIntents = new Collection("payment_intent", this.ids);
    this.charges = new Collection("charge", this.ids);
    this.refunds = new Collection("refund", this.ids);
    this.disputes = new Collection("dispute", this.ids);
    this.testClocks = new Collection("test_helpers.test_clock", this.ids, (clock) => !clock.deleted);
  }

  addCustomer(record: CustomerRecord, id?: string): void {
    this.customers.add(record, id);
    if (record.email !== null) this.#customersByEmail.add(record.email, record.sequence);
  }

  replaceCustomer(record: CustomerRecord): void {
    this.makeInvoices(record.sequence);
    const before = this.customers.get(record.sequence);
    const wasAt = before.deleted ? null : before.email;
    const isAt = record.deleted ? null : record.email;
    if (wasAt !== isAt) {
      if (wasAt !== null) this.#customersByEmail.remove(wasAt, record.sequence);
      if (isAt !== null) this.#customersByEmail.add(isAt, record.sequence);
    }
    this.customers.replace(record);
  }

  /** A `latestInvoice` with the next number is made at its first use, or before the subscription changes. */
  addSubscription(record: SubscriptionRecord, id?: string): void {
    this.subscriptions.add(record, id);
    if (record.latestInvoice === this.invoices.nextSequence) {
      this.#unmadeInvoices.set(record.latestInvoice, record.sequence);
      this.invoices.reserve();
    }
    this.#watcher?.addSubscription(record);
    this.#subscriptionsByCustomer.add(record.customer, record.sequence);
    for (const price of collectPrices(record)) this.#getPriceIndex(price).add(record.sequence);
  }

  addInvoice(record: InvoiceRecord): void {
    this.invoices.add(record);
    if (record.subscription !== null) this.#invoicesBySubscription.add(record.subscription, record.sequence);
    this.#watcher?.addInvoice(record);
  }

  replaceInvoice(record: InvoiceRecord): void {
    const before = this.invoices.get(record.sequence);
    this.invoices.replace(record);
    this.#watcher?.addInvoice(record, before);
  }

  addCheckoutSession(record: CheckoutSessionRecord, id?: string): void {
    this.checkoutSessions.add(record, id);
    this.#watcher?.addSession(record);
  }

  /** Tells the watcher of all objects that time moves, and of all later changes. */
  watch(watcher: StoreWatcher): void {
    this.#watcher = watcher;
    for (const record of this.subscriptions.all()) watcher.restoreSubscription(record);
    for (const record of this.invoices.all()) watcher.addInvoice(record);
    for (const record of this.checkoutSessions.all()) watcher.addSession(record);
  }

  /** Makes the invoices of a customer that exist only as numbers, from its subscriptions as they are now. */
  makeInvoices(customer: number): void {
    for (const sequence of this.#subscriptionsByCustomer.list(customer)) {
      const { latestInvoice } = this.subscriptions.get(sequence);
      if (latestInvoice !== null) this.invoices.get(latestInvoice);
    }
  }

  /** A subscription's invoices, oldest first. */
  listInvoices(subscription: number): InvoiceRecord[] {
    const { latestInvoice } = this.subscriptions.get(subscription);
    if (latestInvoice !== null) this.invoices.get(latestInvoice);
    return sortByCreated(
      this.#invoicesBySubscription.list(subscription),
      (sequence) => this.invoices.get(sequence).created,
    ).map((sequence) => this.invoices.get(sequence));
  }

  replaceSubscription(record: SubscriptionRecord): void {
    const was = this.subscriptions.get(record.sequence);
    if (was.latestInvoice !== null) this.invoices.get(was.latestInvoice);
    const before = collectPrices(was);
    const after = collectPrices(record);
    this.subscriptions.replace(record);
    this.#watcher?.addSubscription(record, was);
    for (const price of before) if (!after.has(price)) this.#getPriceIndex(price).remove(record.sequence);
    for (const price of after) if (!before.has(price)) this.#getPriceIndex(price).add(record.sequence);
  }

  /** Sequence numbers of a customer's subscriptions, oldest first. */
  listCustomerSubscriptions(customer: number): readonly number[] {
    return sortByCreated(this.#subscriptionsByCustomer.list(customer), this.#getSubscriptionCreated);
  }

  /** Sequence numbers of the subscriptions with an item of this price, oldest first. */
  listPriceSubscriptions(price: number): readonly number[] {
    return this.#getPriceIndex(price).listAscending();
  }

  /** Sequence numbers of the customers with exactly this address, oldest first: case matters, as at Stripe. */
  listCustomersByEmail(email: string): readonly number[] {
    return sortByCreated(
      this.#customersByEmail.list(email),
      (sequence) => this.customers.get(sequence).created,
    );
  }

  findPriceByLookupKey(lookupKey: string): PriceRecord | undefined {
    for (const price of this.prices.all()) if (price.lookupKey === lookupKey) return price;
    return undefined;
  }

  /** Counts a customer's numbered invoices from 1. */
  takeInvoiceNumber(customer: number): number {
    const number = (this.#invoiceNumbers.get(customer) ?? 0) + 1;
    this.#invoiceNumbers.set(customer, number);
    return number;
  }

  /** How many invoices of a customer have a number. */
  countInvoices(customer: number): number {
    const unmade = this.#subscriptionsByCustomer
      .list(customer)
      .filter((sequence) => this.#unmadeInvoices.has(this.subscriptions.get(sequence).latestInvoice ?? 0));
    return (this.#invoiceNumbers.get(customer) ?? 0) + unmade.length;
  }

  takeItemSequence(): number {
    this.#items += 1;
    return this.#items;
  }

  toState(): StoreState {
    return {
      items: this.#items,
      customers: this.customers.toState(),
      products: this.products.toState(),
      prices: this.prices.toState(),
      subscriptions: this.subscriptions.toState(),
      checkoutSessions: this.checkoutSessions.toState(),
      portalSessions: this.portalSessions.toState(),
      webhookEndpoints: this.webhookEndpoints.toState(),
      events: this.events.toState(),
      invoices: this.invoices.toState(),
      invoiceItems: this.invoiceItems.toState(),
      paymentMethods: this.paymentMethods.toState(),
      paymentIntents: this.paymentIntents.toState(),
      charges: this.charges.toState(),
      refunds: this.refunds.toState(),
      disputes: this.disputes.toState(),
      testClocks: this.testClocks.toState(),
    };
  }

  restore(state: StoreState): void {
    this.#items = state.items;
    this.customers.restore(state.customers);
    this.products.restore(state.products);
    this.prices.restore(state.prices);
    this.subscriptions.restore(state.subscriptions);
    this.checkoutSessions.restore(state.checkoutSessions);
    this.portalSessions.restore(state.portalSessions);
    this.webhookEndpoints.restore(state.webhookEndpoints);
    this.events.restore(state.events);
    this.invoiceItems.restore(state.invoiceItems);
    this.paymentMethods.restore(state.paymentMethods);
    this.paymentIntents.restore(state.paymentIntents);
    this.charges.restore(state.charges);
    this.refunds.restore(state.refunds);
    this.disputes.restore(state.disputes);
    this.testClocks.restore(state.testClocks);
    for (const { sequence, latestInvoice } of this.subscriptions.all()) {
      if (latestInvoice !== null && !state.invoices.records[latestInvoice]) {
        this.#unmadeInvoices.set(latestInvoice, sequence);
      }
    }
    this.invoices.restore(state.invoices);
    for (const { sequence, subscription, customer, number } of this.invoices.all()) {
      if (number !== null) this.takeInvoiceNumber(customer);
      if (subscription !== null) this.#invoicesBySubscription.add(subscription, sequence);
    }
    for (const { email, sequence, deleted } of this.customers.all()) {
      if (email !== null && !deleted) this.#customersByEmail.add(email, sequence);
    }
    if (this.#watcher) this.watch(this.#watcher);
    for (const record of this.subscriptions.all()) {
      this.#subscriptionsByCustomer.add(record.customer, record.sequence);
      for (const price of collectPrices(record)) this.#getPriceIndex(price).add(record.sequence);
    }
  }

  #getPriceIndex(price: number): OrderedIndex {
    let index = this.#subscriptionsByPrice.get(price);
    if (!index) {
      index = new OrderedIndex(this.#getSubscriptionCreated);
      this.#subscriptionsByPrice.set(price, index);
    }
    return index;
  }
}

/** When the latest invoice of an imported subscription was made: at the beginning of its period. */
export function readInvoiceTime({ items, created }: SubscriptionRecord): number {
  return Math.max(created, items[0]?.periodStart ?? created);
}

function collectPrices(subscription: SubscriptionRecord): Set<number> {
  return new Set(subscription.items.map((item) => item.price));
}
