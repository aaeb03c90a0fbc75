import type { SubscriptionRecord } from "~/sandbox/store/records";
import { type AccountDeps, getExisting } from "./account-deps";
import type { Changes } from "./billing/changes";
import type { Dunning } from "./billing/dunning";
import type { TestCard } from "./checkout/cards";
import type { Customers } from "./customers";
import type { PaymentMethods } from "./payments/payment-methods";
import type { SubscriptionPatch } from "./subscription-fields";
import type { Subscriptions } from "./subscriptions";

/** The field that schedules a cancellation at the end of the period. Stripe's portal may set `cancel_at` alone. */
export type CancelField = "cancel_at" | "cancel_at_period_end";

const NOT_SCHEDULED: SubscriptionPatch = {
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_reason: null,
};

/** What customers, banks and time do to subscriptions. Throws for an unknown id. */
export class Lifecycle {
  readonly #deps: AccountDeps;
  readonly #customers: Customers;
  readonly #subscriptions: Subscriptions;
  readonly #methods: PaymentMethods;
  readonly #changes: Changes;
  readonly #dunning: Dunning;

  constructor(
    deps: AccountDeps,
    others: {
      customers: Customers;
      subscriptions: Subscriptions;
      paymentMethods: PaymentMethods;
      changes: Changes;
      dunning: Dunning;
    },
  ) {
    this.#changes = others.changes;
    this.#dunning = others.dunning;
    this.#methods = others.paymentMethods;
    this.#deps = deps;
    this.#customers = others.customers;
    this.#subscriptions = others.subscriptions;
  }

  /** Schedules the cancellation for the end of the current period. Access stays until then. */
  cancelAtPeriodEnd(subscription: string, field: CancelField): void {
    const [first] = this.#getRecord(subscription).items;
    this.#subscriptions.update(subscription, {
      ...(field === "cancel_at" ? { cancel_at: first?.periodEnd ?? null } : { cancel_at_period_end: true }),
      canceled_at: this.#deps.clock.now(),
      cancellation_reason: "cancellation_requested",
    });
  }

  /** Removes a scheduled cancellation. */
  undoCancellation(subscription: string): void {
    this.#subscriptions.update(subscription, NOT_SCHEDULED);
  }

  /** Ends a subscription with a scheduled cancellation and renews any other. */
  reachPeriodEnd(subscription: string): void {
    const { rare } = this.#getRecord(subscription);
    if (rare.cancel_at === null && !rare.cancel_at_period_end) this.#subscriptions.renew(subscription);
    else this.#subscriptions.cancel(subscription);
  }

  /** Changes the price at once, with prorations. A new period begins when its length differs. */
  changePlan(subscription: string, price: string): void {
    const { store } = this.#deps;
    const [first] = this.#getRecord(subscription).items;
    if (!first) return;
    const id = store.ids.make("subscription_item", first.sequence);
    this.#changes.change(subscription, { items: [{ id, price }] });
  }

  /** Changes the card and pays what is past due. Returns false when the card is declined; then the old one stays. */
  changeCard(customer: string, card: TestCard): boolean {
    const { store } = this.#deps;
    if (card.does === "decline") return false;
    const { id } = this.#methods.create({ card, customer });
    this.#customers.update(customer, { default_payment_method: id });
    for (const sequence of store.listCustomerSubscriptions(getExisting(store.customers, customer).sequence)) {
      const { status, latestInvoice, rare } = store.subscriptions.get(sequence);
      if (rare.default_payment_method !== null) {
        this.#subscriptions.update(store.subscriptions.getId(sequence), { default_payment_method: id });
      }
      if (status === "past_due" && latestInvoice !== null) {
        this.#dunning.collect(store.invoices.get(latestInvoice));
      }
    }
    return true;
  }

  #getRecord(subscription: string): SubscriptionRecord {
    return getExisting(this.#deps.store.subscriptions, subscription);
  }
}
