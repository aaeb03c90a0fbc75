import { type AccountDeps, getExisting, mergeMetadata } from "~/sandbox/account/account-deps";
import type { Means, Payments } from "~/sandbox/account/payments/payments";
import type { InvoiceLine, InvoiceRecord } from "~/sandbox/store/billing-records";
import { NO_METADATA, type SubscriptionRecord } from "~/sandbox/store/records";
import { sumLines } from "./lines";
import { nextInvoiceNumber } from "./numbers";

export interface NewInvoice {
  customer: number;
  subscription: SubscriptionRecord | null;
  billingReason: InvoiceRecord["billingReason"];
  currency: string;
  lines: readonly InvoiceLine[];
  periodStart: number;
  periodEnd: number;
  /** By default as the subscription says. */
  collectionMethod?: InvoiceRecord["collectionMethod"];
  daysUntilDue?: number | null;
  autoAdvance?: boolean;
  /** When a draft is finalized by itself: epoch seconds. */
  finalizesAt?: number | null;
  description?: string | null;
  metadata?: Readonly<Record<string, string>>;
}

const DAY = 86_400;

/** Invoices: drafts, open ones, and what becomes of them. A finalized invoice keeps its lines and its total. */
export class Invoices {
  readonly #deps: AccountDeps;
  readonly #payments: Payments;

  constructor(deps: AccountDeps, payments: Payments) {
    this.#deps = deps;
    this.#payments = payments;
  }

  draft(fields: NewInvoice): InvoiceRecord {
    const record = makeDraft(this.#deps, fields);
    this.#deps.store.addInvoice(record);
    this.#emit("invoice.created", record);
    return record;
  }

  /** Gives it its number and its payment. A credit of the customer pays first; nothing to pay is paid at once. */
  finalize(draft: InvoiceRecord): InvoiceRecord {
    if (draft.status !== "draft") return draft;
    const { store, clock } = this.#deps;
    const now = clock.now();
    const customer = store.customers.get(draft.customer);
    const { balance } = customer.rare;
    const due = draft.total + balance;
    const amount = Math.max(0, due);
    const endingBalance = Math.min(0, due);
    if (endingBalance !== balance) this.#setBalance(draft.customer, endingBalance);
    const isCharged = draft.collectionMethod === "charge_automatically";
    const days = draft.dueDate === null ? null : draft.dueDate - draft.created;
    const open: InvoiceRecord = {
      ...draft,
      status: "open",
      startingBalance: balance,
      endingBalance,
      finalizedAt: now,
      finalizesAt: null,
      dueDate: days === null ? null : now + days,
      number: nextInvoiceNumber(store, draft.customer),
      paymentIntent: null,
    };
    const finalized = this.#replace(open, "invoice.finalized");
    if (amount === 0) return this.#markPaid(finalized, 0);
    if (!isCharged) this.#emit("invoice.sent", finalized);
    const intent = this.#payments.create({
      amount,
      currency: draft.currency,
      customer: draft.customer,
      invoice: draft.sequence,
      description: draft.billingReason === "manual" ? "Payment for Invoice" : describe(draft),
    });
    return this.#replace({ ...finalized, paymentIntent: intent.sequence });
  }

  /** Tries to pay an open invoice. It stays open when the payment fails or waits for the payer's bank. */
  attempt(invoice: InvoiceRecord, means: Means, confirmed = false): InvoiceRecord {
    if (invoice.status !== "open" && invoice.status !== "uncollectible") return invoice;
    const { store } = this.#deps;
    const before =
      invoice.paymentIntent === null ? undefined : store.paymentIntents.get(invoice.paymentIntent);
    const intent = before && this.#payments.attempt(before, means, confirmed);
    const attemptCount = invoice.attemptCount + 1;
    if (intent?.status === "succeeded" || !intent) {
      return this.#markPaid({ ...invoice, attemptCount }, readAmountDue(invoice));
    }
    const failed = this.#replace({ ...invoice, attemptCount });
    if (intent.status === "requires_action") this.#emit("invoice.payment_action_required", failed);
    this.#emit("invoice.payment_failed", failed);
    return failed;
  }

  /** Paid by other means, for example in cash: no charge is made. */
  payOutOfBand(invoice: InvoiceRecord): InvoiceRecord {
    const paid = this.#markPaid(invoice, readAmountDue(invoice));
    this.#cancelPayment(invoice);
    return paid;
  }

  void(invoice: InvoiceRecord): InvoiceRecord {
    this.#cancelPayment(invoice);
    return this.#replace(
      { ...invoice, status: "void", voidedAt: this.#deps.clock.now(), nextPaymentAttempt: null },
      "invoice.voided",
    );
  }

  markUncollectible(invoice: InvoiceRecord): InvoiceRecord {
    return this.#replace(
      {
        ...invoice,
        status: "uncollectible",
        uncollectibleAt: this.#deps.clock.now(),
        nextPaymentAttempt: null,
      },
      "invoice.marked_uncollectible",
    );
  }

  /** Changes what may change: when it is tried again, its metadata, a draft's plan. */
  update(
    invoice: InvoiceRecord,
    patch: Partial<
      Pick<InvoiceRecord, "autoAdvance" | "description" | "finalizesAt" | "nextPaymentAttempt">
    > & {
      metadata?: Record<string, string> | "";
    },
  ): InvoiceRecord {
    const metadata = mergeMetadata(invoice.metadata, patch.metadata);
    const after = { ...invoice, ...patch, metadata };
    const { serializers } = this.#deps;
    if (serializers.invoice(invoice) === serializers.invoice(after)) return invoice;
    return this.#replace(after, "invoice.updated", serializers.invoice(invoice));
  }

  /** The open or paid invoice with this id. Throws when it does not exist. */
  get(id: string): InvoiceRecord {
    return getExisting(this.#deps.store.invoices, id);
  }

  /** The events of an invoice that came with an imported subscription, as it is. */
  announce(invoice: InvoiceRecord): void {
    const { store, serializers, events } = this.#deps;
    if (!events.isRecording) return;
    this.#emit("invoice.created", invoice);
    this.#emit("invoice.finalized", invoice);
    const intent = invoice.paymentIntent === null ? null : store.paymentIntents.get(invoice.paymentIntent);
    if (intent !== null && intent.latestCharge !== null) {
      const isPaid = intent.status === "succeeded";
      const charge = serializers.charge(store.charges.get(intent.latestCharge));
      events.emit({ type: isPaid ? "charge.succeeded" : "charge.failed", object: charge });
      events.emit({
        type: isPaid ? "payment_intent.succeeded" : "payment_intent.payment_failed",
        object: serializers.paymentIntent(intent),
      });
    }
    if (invoice.status === "paid") {
      this.#emit("invoice.paid", invoice);
      this.#emit("invoice.payment_succeeded", invoice);
    } else if (invoice.status === "open") this.#emit("invoice.payment_failed", invoice);
  }

  /** It was sent and is not paid in time. */
  announceOverdue(invoice: InvoiceRecord): void {
    this.#emit("invoice.overdue", invoice);
  }

  #markPaid(invoice: InvoiceRecord, amountPaid: number): InvoiceRecord {
    const now = this.#deps.clock.now();
    const paid = this.#replace(
      { ...invoice, status: "paid", amountPaid, paidAt: now, nextPaymentAttempt: null },
      "invoice.paid",
    );
    this.#emit("invoice.payment_succeeded", paid);
    return paid;
  }

  #cancelPayment({ paymentIntent }: InvoiceRecord): void {
    if (paymentIntent !== null) this.#payments.cancel(this.#deps.store.paymentIntents.get(paymentIntent));
  }

  #setBalance(customer: number, balance: number): void {
    const { store, serializers, events } = this.#deps;
    const before = store.customers.get(customer);
    const after = { ...before, rare: { ...before.rare, balance } };
    store.replaceCustomer(after);
    if (!events.isRecording) return;
    events.emit({
      type: "customer.updated",
      object: serializers.customer(after),
      before: serializers.customer(before),
    });
  }

  #replace(record: InvoiceRecord, type?: string, before?: string): InvoiceRecord {
    this.#deps.store.replaceInvoice(record);
    if (type !== undefined) this.#emit(type, record, before);
    return record;
  }

  #emit(type: string, record: InvoiceRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.invoice(record), before });
    onChange();
  }
}

/** A draft that is not stored yet. */
export function makeDraft(
  { store, clock }: Pick<AccountDeps, "clock" | "store">,
  fields: NewInvoice,
): InvoiceRecord {
  const { subscription } = fields;
  const customer = store.customers.get(fields.customer);
  const collectionMethod =
    fields.collectionMethod ?? subscription?.rare.collection_method ?? "charge_automatically";
  const days = fields.daysUntilDue ?? subscription?.rare.days_until_due ?? 30;
  return {
    sequence: store.invoices.nextSequence,
    created: clock.now(),
    customer: fields.customer,
    subscription: subscription?.sequence ?? null,
    status: "draft",
    billingReason: fields.billingReason,
    collectionMethod,
    currency: fields.currency,
    lines: fields.lines,
    total: sumLines(fields.lines),
    startingBalance: customer.rare.balance,
    endingBalance: null,
    amountPaid: 0,
    attemptCount: 0,
    autoAdvance: fields.autoAdvance ?? true,
    finalizesAt: fields.finalizesAt ?? null,
    nextPaymentAttempt: null,
    dueDate: collectionMethod === "send_invoice" ? clock.now() + days * DAY : null,
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
    uncollectibleAt: null,
    periodStart: fields.periodStart,
    periodEnd: fields.periodEnd,
    paymentIntent: null,
    number: null,
    customerEmail: customer.email,
    customerName: customer.name,
    subscriptionMetadata: subscription?.metadata ?? NO_METADATA,
    description: fields.description ?? null,
    metadata: fields.metadata ?? NO_METADATA,
  };
}

/** What is to be paid of an invoice after the customer's credit. */
export function readAmountDue({ total, startingBalance }: InvoiceRecord): number {
  return Math.max(0, total + startingBalance);
}

function describe({ billingReason }: InvoiceRecord): string {
  return billingReason === "subscription_create" ? "Subscription creation" : "Subscription update";
}
