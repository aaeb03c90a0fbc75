import { Collection, type CollectionState } from "./collection";
import { Ids } from "./ids";
import { inOrder, OrderedIndex } from "./ordered-index";
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
import { SmallGroups } from "./small-groups";

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

/** Everything the sandbox knows, with the indexes that its lists need. It emits no events: `account/` does. */
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
  readonly #subscriptionsOfCustomer = new SmallGroups<number>();
  readonly #customersOfEmail = new SmallGroups<string>();
  readonly #subscriptionsOfPrice = new Map<number, OrderedIndex>();
  readonly #createdOfSubscription = (sequence: number) => this.subscriptions.get(sequence).created;

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
    if (record.email !== null) this.#customersOfEmail.add(record.email, record.sequence);
  }

  replaceCustomer(record: CustomerRecord): void {
    const before = this.customers.get(record.sequence);
    const wasAt = before.deleted ? null : before.email;
    const isAt = record.deleted ? null : record.email;
    if (wasAt !== isAt) {
      if (wasAt !== null) this.#customersOfEmail.remove(wasAt, record.sequence);
      if (isAt !== null) this.#customersOfEmail.add(isAt, record.sequence);
    }
    this.customers.replace(record);
  }

  addSubscription(record: SubscriptionRecord, id?: string): void {
    this.subscriptions.add(record, id);
    this.#subscriptionsOfCustomer.add(record.customer, record.sequence);
    for (const price of pricesOf(record)) this.#indexOfPrice(price).add(record.sequence);
  }

  replaceSubscription(record: SubscriptionRecord): void {
    const before = pricesOf(this.subscriptions.get(record.sequence));
    const after = pricesOf(record);
    this.subscriptions.replace(record);
    for (const price of before) if (!after.has(price)) this.#indexOfPrice(price).remove(record.sequence);
    for (const price of after) if (!before.has(price)) this.#indexOfPrice(price).add(record.sequence);
  }

  /** Sequence numbers of a customer's subscriptions, oldest first. */
  subscriptionsOfCustomer(customer: number): readonly number[] {
    return inOrder(this.#subscriptionsOfCustomer.of(customer), this.#createdOfSubscription);
  }

  /** Sequence numbers of the subscriptions with an item of this price, oldest first. */
  subscriptionsOfPrice(price: number): readonly number[] {
    return this.#indexOfPrice(price).ascending();
  }

  /** Sequence numbers of the customers with exactly this address, oldest first: case matters, as at Stripe. */
  customersOfEmail(email: string): readonly number[] {
    return inOrder(this.#customersOfEmail.of(email), (sequence) => this.customers.get(sequence).created);
  }

  priceOfLookupKey(lookupKey: string): PriceRecord | undefined {
    for (const price of this.prices.all()) if (price.lookupKey === lookupKey) return price;
    return undefined;
  }

  nextItemSequence(): number {
    this.#items += 1;
    return this.#items;
  }

  state(): StoreState {
    return {
      items: this.#items,
      customers: this.customers.state(),
      products: this.products.state(),
      prices: this.prices.state(),
      subscriptions: this.subscriptions.state(),
      checkoutSessions: this.checkoutSessions.state(),
      portalSessions: this.portalSessions.state(),
      webhookEndpoints: this.webhookEndpoints.state(),
      events: this.events.state(),
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
      if (email !== null && !deleted) this.#customersOfEmail.add(email, sequence);
    }
    for (const record of this.subscriptions.all()) {
      this.#subscriptionsOfCustomer.add(record.customer, record.sequence);
      for (const price of pricesOf(record)) this.#indexOfPrice(price).add(record.sequence);
    }
  }

  #indexOfPrice(price: number): OrderedIndex {
    let index = this.#subscriptionsOfPrice.get(price);
    if (!index) {
      index = new OrderedIndex(this.#createdOfSubscription);
      this.#subscriptionsOfPrice.set(price, index);
    }
    return index;
  }
}

function pricesOf(subscription: SubscriptionRecord): Set<number> {
  return new Set(subscription.items.map((item) => item.price));
}
