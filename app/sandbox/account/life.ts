import type { SubscriptionRecord } from "../store/records";
import type { TestCard } from "./checkout/cards";
import type { Customers } from "./customers";
import { type AccountParts, existing } from "./parts";
import { MONTHLY, periodAt } from "./periods";
import type { SubscriptionPatch } from "./subscription-fields";
import type { Subscriptions } from "./subscriptions";

/** Which field a cancellation at the end of the period is written to. The portal may set `cancel_at` alone. */
export type CancelField = "cancel_at" | "cancel_at_period_end";

const NOT_SCHEDULED: SubscriptionPatch = {
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_reason: null,
};

/** What happens to subscriptions in life: by their customers, their banks and time. Throws for an unknown id. */
export class Life {
  readonly #parts: AccountParts;
  readonly #customers: Customers;
  readonly #subscriptions: Subscriptions;

  constructor(parts: AccountParts, others: { customers: Customers; subscriptions: Subscriptions }) {
    this.#parts = parts;
    this.#customers = others.customers;
    this.#subscriptions = others.subscriptions;
  }

  /** The customer wants it to end with the period that runs. Access goes on until then. */
  cancelAtPeriodEnd(subscription: string, field: CancelField): void {
    const [first] = this.#record(subscription).items;
    this.#subscriptions.update(subscription, {
      ...(field === "cancel_at" ? { cancel_at: first?.periodEnd ?? null } : { cancel_at_period_end: true }),
      canceled_at: this.#parts.clock.now(),
      cancellation_reason: "cancellation_requested",
    });
  }

  /** Takes a scheduled cancellation back. */
  keep(subscription: string): void {
    this.#subscriptions.update(subscription, NOT_SCHEDULED);
  }

  /** The period is over: ends a subscription that was to end, and renews any other. */
  reachPeriodEnd(subscription: string): void {
    const { rare } = this.#record(subscription);
    if (rare.cancel_at === null && !rare.cancel_at_period_end) this.#subscriptions.renew(subscription);
    else this.#subscriptions.cancel(subscription);
  }

  /** Moves it to another price: at once, and into a new period when that is of another length. */
  changePlan(subscription: string, price: string): void {
    const { store, clock } = this.#parts;
    const [first] = this.#record(subscription).items;
    if (!first) return;
    const from = store.prices.get(first.price).recurring ?? MONTHLY;
    const to = existing(store.prices, price).recurring ?? MONTHLY;
    const sameLength = from.interval === to.interval && from.interval_count === to.interval_count;
    const period = periodAt(clock.now(), to, clock.now());
    this.#subscriptions.update(subscription, {
      items: [
        {
          id: store.ids.make("subscription_item", first.sequence),
          price,
          ...(sameLength ? {} : { current_period_start: period.start, current_period_end: period.end }),
        },
      ],
    });
  }

  /** Another card, from which what is past due is paid at once. False when it is declined: then the old one stays. */
  changeCard(customer: string, card: TestCard): boolean {
    const { store } = this.#parts;
    if (card.does === "decline") return false;
    this.#customers.update(customer, { cardLast4: card.last4 });
    for (const sequence of store.subscriptionsOfCustomer(existing(store.customers, customer).sequence)) {
      if (store.subscriptions.get(sequence).status === "past_due") {
        this.#subscriptions.setStatus(store.subscriptions.idOf(sequence), "active");
      }
    }
    return true;
  }

  #record(subscription: string): SubscriptionRecord {
    return existing(this.#parts.store.subscriptions, subscription);
  }
}
