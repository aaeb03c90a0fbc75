import type { AccountDeps } from "~/sandbox/account/account-deps";
import type { PaymentMethods } from "~/sandbox/account/payments/payment-methods";
import type { Means } from "~/sandbox/account/payments/payments";
import { listChangeEvents } from "~/sandbox/account/subscription-events";
import { moveToNextPeriod } from "~/sandbox/account/subscription-fields";
import type { InvoiceRecord } from "~/sandbox/store/billing-records";
import type { SubscriptionRecord } from "~/sandbox/store/records";
import type { Invoices } from "./invoices";
import { listPeriodLines } from "./lines";

const OWES = new Set(["incomplete", "past_due", "unpaid"]);
const PAID = new Set(["active", "trialing"]);

/** The next periods of subscriptions and their invoices. */
export class Renewals {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #methods: PaymentMethods;

  constructor(deps: AccountDeps, others: { invoices: Invoices; methods: PaymentMethods }) {
    this.#deps = deps;
    this.#invoices = others.invoices;
    this.#methods = others.methods;
  }

  /** Begins the next period, and bills it at once. A trial ends with it. */
  renew(before: SubscriptionRecord, outcome: "fails" | "pays"): void {
    const { store } = this.#deps;
    const next: SubscriptionRecord = {
      ...before,
      status: before.status === "trialing" ? "active" : before.status,
      items: before.items.map((item) => moveToNextPeriod(store, item, before.anchor)),
    };
    const draft = this.#draft(next, before);
    const after = this.replace(before, { ...next, latestInvoice: draft.sequence });
    const isPaused = after.rare.pause_collection !== null;
    const invoice = isPaused ? this.#pause(after, draft) : this.#invoices.finalize(draft);
    if (isPaused || invoice.status !== "open" || invoice.collectionMethod === "send_invoice") return;
    this.settle(
      this.#invoices.attempt(invoice, outcome === "fails" ? "fails" : this.#findPayingMeans(after)),
    );
  }

  /** The draft of the invoice for the period of `next`, which follows that of `before`. */
  #draft(next: SubscriptionRecord, before: SubscriptionRecord): InvoiceRecord {
    const [first] = before.items;
    const now = this.#deps.clock.now();
    return this.#invoices.draft({
      customer: next.customer,
      subscription: next,
      billingReason: "subscription_cycle",
      currency: next.currency,
      lines: listPeriodLines(this.#deps.store, next, { trial: false }),
      periodStart: first?.periodStart ?? now,
      periodEnd: first?.periodEnd ?? now,
    });
  }

  /** Gives the subscription of an invoice the status that follows from it. */
  settle(invoice: InvoiceRecord): void {
    const { store } = this.#deps;
    if (invoice.subscription === null) return;
    const before = store.subscriptions.get(invoice.subscription);
    if (before.latestInvoice !== invoice.sequence) return;
    if (invoice.status === "paid" && OWES.has(before.status))
      this.replace(before, { ...before, status: "active" });
    if (invoice.status === "open" && invoice.attemptCount > 0 && before.status === "active") {
      this.replace(before, { ...before, status: "past_due" });
    }
  }

  /** What becomes of the latest invoice when a status is set by hand: who owes has an open one, who is active has paid. */
  followStatus(record: SubscriptionRecord): void {
    const { store } = this.#deps;
    const latest = record.latestInvoice === null ? null : store.invoices.get(record.latestInvoice);
    if (OWES.has(record.status) && latest?.status !== "open") {
      const draft = this.#draft(record, record);
      this.replace(record, { ...record, latestInvoice: draft.sequence });
      this.#invoices.attempt(this.#invoices.finalize(draft), "fails");
    }
    if (PAID.has(record.status) && latest?.status === "open") {
      this.#invoices.attempt(latest, this.#findPayingMeans(record));
    }
    if (record.status === "incomplete_expired" && latest?.status === "open") this.#invoices.void(latest);
  }

  /** Stores the subscription and emits its events. */
  replace(before: SubscriptionRecord, after: SubscriptionRecord): SubscriptionRecord {
    const { store, events, serializers, onChange } = this.#deps;
    store.replaceSubscription(after);
    onChange();
    if (!events.isRecording) return after;
    const object = serializers.subscription(after);
    for (const type of listChangeEvents(before.status, after.status)) {
      const updated = type === "customer.subscription.updated";
      events.emit({ type, object, ...(updated ? { before: serializers.subscription(before) } : {}) });
    }
    return after;
  }

  /** A card that pays, or what the sandbox was not told of. */
  #findPayingMeans(record: SubscriptionRecord): Means {
    const method = this.#methods.findDefault(this.#deps.store.customers.get(record.customer), record);
    return method?.does === "pay" ? method : "unseen";
  }

  /** While collection is paused, invoices are not charged: `pause_collection.behavior` says what becomes of them. */
  #pause({ rare }: SubscriptionRecord, draft: InvoiceRecord): InvoiceRecord {
    switch (rare.pause_collection?.behavior) {
      case "void":
        return this.#invoices.void(this.#invoices.finalize(draft));
      case "mark_uncollectible":
        return this.#invoices.markUncollectible(this.#invoices.finalize(draft));
      default:
        return this.#invoices.update(draft, { autoAdvance: false });
    }
  }
}
