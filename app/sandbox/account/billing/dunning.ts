import type { AccountDeps } from "~/sandbox/account/account-deps";
import type { PaymentMethods } from "~/sandbox/account/payments/payment-methods";
import type { Means } from "~/sandbox/account/payments/payments";
import { listChangeEvents } from "~/sandbox/account/subscription-events";
import { updateRareFields } from "~/sandbox/account/subscription-rare";
import type { InvoiceRecord } from "~/sandbox/store/billing-records";
import type { SubscriptionRecord } from "~/sandbox/store/records";
import { checkPaymentMethod, createNothingToPayWith, refuseUnlessItPays } from "./checks";
import type { Invoices } from "./invoices";

/** What becomes of a subscription when the last retry has failed: a setting of the account at Stripe. */
export type AfterRetries = "cancel" | "past_due" | "unpaid";

const DAY = 86_400;
const DAYS_BEFORE_RETRY = [3, 5, 7];
const OWES = new Set(["incomplete", "past_due", "unpaid"]);
const ENDED = new Set(["canceled", "incomplete_expired"]);

/** Takes the money of open invoices, tries again later, and gives their subscriptions the status that follows. */
export class Dunning {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #methods: PaymentMethods;
  afterRetries: AfterRetries = "cancel";

  constructor(deps: AccountDeps, others: { invoices: Invoices; methods: PaymentMethods }) {
    this.#deps = deps;
    this.#invoices = others.invoices;
    this.#methods = others.methods;
  }

  /** What pays the invoices of a subscription. Imported ones pay by means that the sandbox does not know, unless they owe. */
  findMeans(subscription: SubscriptionRecord): Means {
    const customer = this.#deps.store.customers.get(subscription.customer);
    const method = this.#methods.findDefault(customer, subscription);
    if (method) return method;
    if (!subscription.rare.imported) return null;
    return OWES.has(subscription.status) ? "fails" : "unseen";
  }

  /** Finalizes a draft and takes its money, unless it is sent to the customer. */
  bill(draft: InvoiceRecord, means?: Means): InvoiceRecord {
    const invoice = this.#invoices.finalize(draft);
    if (invoice.status !== "open" || invoice.collectionMethod === "send_invoice") {
      this.settle(invoice);
      return invoice;
    }
    return this.collect(invoice, means);
  }

  /** Tries to pay an open invoice. When it fails, the next try is planned. */
  collect(invoice: InvoiceRecord, given?: Means, confirmed = false): InvoiceRecord {
    const subscription = this.#findSubscription(invoice);
    const means = given !== undefined ? given : subscription ? this.findMeans(subscription) : null;
    const tried = this.#invoices.attempt(invoice, means, confirmed);
    const isFirst = subscription?.status === "incomplete" || tried.billingReason === "manual";
    const days = DAYS_BEFORE_RETRY[tried.attemptCount - 1];
    const next =
      tried.status === "open" && !isFirst && days !== undefined ? this.#deps.clock.now() + days * DAY : null;
    const planned =
      tried.nextPaymentAttempt === next ? tried : this.#invoices.update(tried, { nextPaymentAttempt: next });
    this.settle(planned);
    const isLast = planned.status === "open" && !isFirst && next === null;
    if (isLast && subscription) this.#giveUp(subscription.sequence, planned);
    return planned;
  }

  /** Pays on request: with the given card or what pays by default, or by other means. Throws what the bank answers. */
  pay(
    given: InvoiceRecord,
    { outOfBand, paymentMethod }: { outOfBand: boolean; paymentMethod?: string },
  ): InvoiceRecord {
    const invoice = this.#invoices.finalize(given);
    if (invoice.status === "paid") return invoice;
    if (outOfBand) {
      const paid = this.#invoices.payOutOfBand(invoice);
      this.settle(paid);
      return paid;
    }
    const means = this.#findGivenMeans(invoice, paymentMethod);
    if (means === null) throw createNothingToPayWith();
    const tried = this.collect(invoice, means);
    if (tried.status !== "paid" && typeof means !== "string") refuseUnlessItPays(means);
    return tried;
  }

  #findGivenMeans(invoice: InvoiceRecord, id: string | undefined): Means {
    if (id !== undefined) {
      const method = this.#methods.find(id);
      checkPaymentMethod(this.#deps, method, { id, customer: invoice.customer });
      return method ?? null;
    }
    const subscription = this.#findSubscription(invoice);
    if (subscription) return this.findMeans(subscription);
    const customer = this.#deps.store.customers.get(invoice.customer);
    return this.#methods.findDefault(customer, undefined) ?? null;
  }

  /** An invoice that was sent and not paid in time. */
  markOverdue(invoice: InvoiceRecord): void {
    this.#invoices.announceOverdue(invoice);
    const subscription = this.#findSubscription(invoice);
    if (subscription?.status === "active" && subscription.latestInvoice === invoice.sequence) {
      this.replace(subscription, { ...subscription, status: "past_due" });
    }
  }

  /** Gives the subscription of an invoice the status that follows from it. */
  settle(invoice: InvoiceRecord): void {
    const before = this.#findSubscription(invoice);
    if (before?.latestInvoice !== invoice.sequence) return;
    const isTrial = before.rare.trial_end !== null && before.rare.trial_end > this.#deps.clock.now();
    if (invoice.status === "paid" && OWES.has(before.status)) {
      this.replace(before, { ...before, status: isTrial ? "trialing" : "active" });
    }
    const failed = invoice.status === "open" && invoice.attemptCount > 0;
    if (failed && (before.status === "active" || before.status === "trialing")) {
      this.replace(before, { ...before, status: "past_due" });
    }
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

  /** Ends a subscription now. Its open invoices are not tried again, and its drafts wait for a person. */
  end(
    before: SubscriptionRecord,
    reason: {
      cancellation_reason: string | null;
      cancellation_comment?: string;
      cancellation_feedback?: string;
    },
    status: "canceled" | "incomplete_expired" = "canceled",
  ): void {
    const { store, clock } = this.#deps;
    if (ENDED.has(before.status)) return;
    const rare = updateRareFields(before.rare, reason, { status, at: clock.now(), periodEnd: clock.now() });
    this.replace(before, { ...before, status, rare });
    for (const invoice of store.listInvoices(before.sequence)) {
      if (status === "incomplete_expired" && invoice.status === "open") this.#invoices.void(invoice);
      else if (invoice.status === "open" || invoice.status === "draft") {
        this.#invoices.update(invoice, { autoAdvance: false, finalizesAt: null, nextPaymentAttempt: null });
      }
    }
  }

  #giveUp(sequence: number, invoice: InvoiceRecord): void {
    const subscription = this.#deps.store.subscriptions.get(sequence);
    if (subscription.latestInvoice !== invoice.sequence || subscription.status !== "past_due") return;
    if (this.afterRetries === "cancel") this.end(subscription, { cancellation_reason: "payment_failed" });
    if (this.afterRetries === "unpaid") this.replace(subscription, { ...subscription, status: "unpaid" });
  }

  #findSubscription({ subscription }: InvoiceRecord): SubscriptionRecord | undefined {
    return subscription === null ? undefined : this.#deps.store.subscriptions.get(subscription);
  }
}
