import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import { moveToNextPeriod } from "~/sandbox/account/subscription-fields";
import { updateRareFields } from "~/sandbox/account/subscription-rare";
import type { InvoiceLine, InvoiceRecord } from "~/sandbox/store/billing-records";
import type { ItemRecord, SubscriptionRecord } from "~/sandbox/store/records";
import { calculateAmount } from "./amounts";
import type { Dunning } from "./dunning";
import type { InvoiceItems } from "./invoice-items";
import { type Invoices, makeDraft, type NewInvoice } from "./invoices";
import { listPeriodLines } from "./lines";

const HOUR = 3_600;
const OWES = new Set(["incomplete", "past_due", "unpaid"]);
const PAID = new Set(["active", "trialing"]);

/** The next periods of subscriptions and their invoices. */
export class Renewals {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #items: InvoiceItems;
  readonly #dunning: Dunning;

  constructor(
    deps: AccountDeps,
    others: { invoices: Invoices; invoiceItems: InvoiceItems; dunning: Dunning },
  ) {
    this.#deps = deps;
    this.#invoices = others.invoices;
    this.#items = others.invoiceItems;
    this.#dunning = others.dunning;
  }

  /** What time does at the end of a period: the next one begins, and its invoice is finalized and paid an hour later. */
  reachPeriodEnd(before: SubscriptionRecord): void {
    const { store, clock } = this.#deps;
    if (before.status === "trialing" && this.#endsWithoutMeans(before)) return;
    const next = this.#moveOn(before);
    const finalizesAt = clock.now() + HOUR;
    const draft = this.#invoices.draft({ ...this.#describeInvoice(next, before), finalizesAt });
    this.#items.take(before, draft.sequence);
    const after = this.#dunning.replace(before, { ...next, latestInvoice: draft.sequence });
    if (after.rare.pause_collection !== null) this.#pause(after, store.invoices.get(draft.sequence));
  }

  /** Begins the next period by hand, and bills it at once. `fails`: the payment is declined, whatever pays. */
  renew(before: SubscriptionRecord, outcome: "fails" | "pays"): void {
    const { store } = this.#deps;
    const next = this.#moveOn(before);
    const draft = this.#invoices.draft(this.#describeInvoice(next, before));
    this.#items.take(before, draft.sequence);
    const after = this.#dunning.replace(before, { ...next, latestInvoice: draft.sequence });
    if (after.rare.pause_collection !== null) this.#pause(after, store.invoices.get(draft.sequence));
    else this.#dunning.bill(draft, outcome === "fails" ? "fails" : this.#findPayingMeans(after));
  }

  /** Tells of the invoice that the next period will bring. It has no id yet. */
  announce(subscription: SubscriptionRecord): void {
    const { store, events, serializers } = this.#deps;
    if (!events.isRecording) return;
    const draft = makeDraft(this.#deps, this.#describeInvoice(this.#moveOn(subscription), subscription));
    const text = serializers.invoice({ ...draft, sequence: store.invoices.nextSequence });
    events.emit({ type: "invoice.upcoming", object: text.replace(/^\{"id":"[^"]*",/, "{") });
  }

  /** Notes units used of a metered item; the next invoice bills them. */
  reportUsage(subscription: string, item: string, units: number): void {
    const before = getExisting(this.#deps.store.subscriptions, subscription);
    const { ids } = this.#deps.store;
    const items = before.items.map((one) =>
      ids.make("subscription_item", one.sequence) === item ? { ...one, used: one.used + units } : one,
    );
    this.#deps.store.replaceSubscription({ ...before, items });
    this.#deps.onChange();
  }

  /** What becomes of the latest invoice when a status is set by hand: who owes has an open one, who is active has paid. */
  followStatus(record: SubscriptionRecord): void {
    const { store } = this.#deps;
    const latest = record.latestInvoice === null ? null : store.invoices.get(record.latestInvoice);
    if (OWES.has(record.status) && latest?.status !== "open") {
      const draft = this.#invoices.draft(this.#describeInvoice(record, record));
      this.#dunning.replace(record, { ...record, latestInvoice: draft.sequence });
      this.#invoices.attempt(this.#invoices.finalize(draft), "fails");
    }
    if (PAID.has(record.status) && latest?.status === "open") {
      this.#invoices.attempt(latest, this.#findPayingMeans(record));
    }
    if (record.status === "incomplete_expired" && latest?.status === "open") this.#invoices.void(latest);
  }

  /** The subscription in its next period, not stored. A trial is over. */
  #moveOn(before: SubscriptionRecord): SubscriptionRecord {
    return {
      ...before,
      status: before.status === "trialing" ? "active" : before.status,
      items: before.items.map((item) => ({
        ...moveToNextPeriod(this.#deps.store, item, before.anchor),
        used: 0,
      })),
    };
  }

  #describeInvoice(next: SubscriptionRecord, before: SubscriptionRecord): NewInvoice {
    const { store, clock } = this.#deps;
    const [first] = before.items;
    const now = clock.now();
    const waiting = this.#items.list(before).map(({ line }) => line);
    return {
      customer: next.customer,
      subscription: next,
      billingReason: "subscription_cycle",
      currency: next.currency,
      lines: [...waiting, ...listPeriodLines(store, next, { trial: false }), ...this.#listUsage(before)],
      periodStart: first?.periodStart ?? now,
      periodEnd: first?.periodEnd ?? now,
    };
  }

  /** What was used in the period that ends. */
  #listUsage({ items, currency }: SubscriptionRecord): InvoiceLine[] {
    return items.filter(({ used }) => used > 0).map((item) => this.#toUsageLine(item, currency));
  }

  #toUsageLine(item: ItemRecord, currency: string): InvoiceLine {
    const { store } = this.#deps;
    const price = store.prices.get(item.price);
    return {
      amount: calculateAmount(price, item.used, currency),
      description: `${item.used} × ${store.products.get(price.product).name}`,
      price: item.price,
      item: item.sequence,
      quantity: item.used,
      periodStart: item.periodStart,
      periodEnd: item.periodEnd,
      proration: false,
      metadata: item.metadata,
    };
  }

  /** At the end of a trial without a payment method, `trial_settings` may pause or cancel the subscription. */
  #endsWithoutMeans(before: SubscriptionRecord): boolean {
    const behavior = before.rare.missing_payment_method;
    if (behavior === "create_invoice" || this.#dunning.findMeans(before) !== null) return false;
    if (behavior === "cancel") this.#dunning.end(before, { cancellation_reason: null });
    else {
      const rare = updateRareFields(
        before.rare,
        {},
        { status: "paused", at: this.#deps.clock.now(), periodEnd: 0 },
      );
      this.#dunning.replace(before, { ...before, status: "paused", rare });
    }
    return true;
  }

  /** A card that pays, or what the sandbox was not told of. */
  #findPayingMeans(record: SubscriptionRecord) {
    const means = this.#dunning.findMeans(record);
    return means !== null && typeof means !== "string" && means.does === "pay" ? means : "unseen";
  }

  /** While collection is paused, invoices are not charged: `pause_collection.behavior` says what becomes of them. */
  #pause({ rare }: SubscriptionRecord, draft: InvoiceRecord): InvoiceRecord {
    switch (rare.pause_collection?.behavior) {
      case "void":
        return this.#invoices.void(this.#invoices.finalize(draft));
      case "mark_uncollectible":
        return this.#invoices.markUncollectible(this.#invoices.finalize(draft));
      default:
        return this.#invoices.update(draft, { autoAdvance: false, finalizesAt: null });
    }
  }
}
