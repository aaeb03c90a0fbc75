import { OrderedIndex, sortByCreated } from "~/sandbox/large/ordered-index";
import { SmallGroups } from "~/sandbox/large/small-groups";
import { Collection, type CollectionState } from "./collection";
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

export interface StoreState {
  items: number;
  customers: CollectionState<CustomerRecord>;
  products: CollectionState<ProductRecord>;
  prices: CollectionState<PriceRecord>;
  subscriptions: CollectionState<SubscriptionRecord>;
  checkoutSessions: CollectionState<CheckoutSessionRecord>;
  portalSessions: CollectionState<PortalSessionRecord>;
  webhookEndpoints: CollectionState<WebhookEndpointRecord>;
  events: CollectionState<EventRecord>;
}

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
  #items = 0;
  readonly #subscriptionsByCustomer = new SmallGroups<number>();
  readonly #customersByEmail = new SmallGroups<string>();
  readonly #subscriptionsByPrice = new Map<number, OrderedIndex>();
  readonly #getSubscriptionCreated = (sequence: number) => this.subscriptions.get(sequence).created;

  constructor(seed: number) {
    this.ids = new Ids(seed);
    this.customers = new Collection("customer", this.ids, (customer) => !customer.deleted);
    this.products = new Collection("product", this.ids, (product) => !product.deleted);
    this.prices = new Collection("price", this.ids);
    this.subscriptions = new Collection("subscription", this.ids);
    this.checkoutSessions = new Collection("checkout.session", this.ids);
    this.portalSessions = new Collection("billing_portal.session", this.ids);
    this.webhookEndpoints = new Collection("webhook_endpoint", this.ids);
    this.events = new Collection("event", this.ids);
  }

  addCustomer(record: CustomerRecord, id?: string): void {
    this.customers.add(record, id);
    if (record.email !== null) this.#customersByEmail.add(record.email, record.sequence);
  }

  replaceCustomer(record: CustomerRecord): void {
    const before = this.customers.get(record.sequence);
    const wasAt = before.deleted ? null : before.email;
    const isAt = record.deleted ? null : record.email;
    if (wasAt !== isAt) {
      if (wasAt !== null) this.#customersByEmail.remove(wasAt, record.sequence);
      if (isAt !== null) this.#customersByEmail.add(isAt, record.sequence);
    }
    this.customers.replace(record);
  }

  addSubscription(record: SubscriptionRecord, id?: string): void {
    this.subscriptions.add(record, id);
    this.#subscriptionsByCustomer.add(record.customer, record.sequence);
    for (const price of collectPrices(record)) this.#getPriceIndex(price).add(record.sequence);
  }

  replaceSubscription(record: SubscriptionRecord): void {
    const before = collectPrices(this.subscriptions.get(record.sequence));
    const after = collectPrices(record);
    this.subscriptions.replace(record);
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
    for (const { email, sequence, deleted } of this.customers.all()) {
      if (email !== null && !deleted) this.#customersByEmail.add(email, sequence);
    }
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

function collectPrices(subscription: SubscriptionRecord): Set<number> {
  return new Set(subscription.items.map((item) => item.price));
}
