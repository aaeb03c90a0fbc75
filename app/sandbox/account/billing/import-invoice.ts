import { makeCharge } from "~/sandbox/account/payments/payments";
import type { InvoiceRecord, PaymentIntentRecord } from "~/sandbox/store/billing-records";
import { NO_METADATA, type SubscriptionRecord } from "~/sandbox/store/records";
import { readInvoiceTime, type Store } from "~/sandbox/store/store";
import { listPeriodLines, sumLines } from "./lines";
import { nextInvoiceNumber } from "./numbers";

const DAY = 86_400;
const OPEN_WHILE = new Set(["incomplete", "past_due", "unpaid"]);

/**
 * The latest invoice of a subscription that was imported: for its current period, paid or open as its status says. Its
 * payment is made with it.
 */
export function makeImportedInvoice(
  store: Store,
  subscription: SubscriptionRecord,
  sequence: number,
): InvoiceRecord {
  const { status, items, rare } = subscription;
  const created = readInvoiceTime(subscription);
  const lines = listPeriodLines(store, subscription, { trial: status === "trialing" });
  const total = sumLines(lines);
  const unpaid = OPEN_WHILE.has(status) && total > 0;
  const expired = status === "incomplete_expired";
  const isFirst = (items[0]?.periodStart ?? created) <= subscription.startDate;
  const customer = store.customers.get(subscription.customer);
  const charged = rare.collection_method === "charge_automatically" && total > 0;
  const payment = charged
    ? addPayment(store, { subscription, invoice: sequence, amount: total, created })
    : null;
  return {
    sequence,
    created,
    customer: subscription.customer,
    subscription: subscription.sequence,
    status: expired ? "void" : unpaid ? "open" : "paid",
    billingReason: isFirst ? "subscription_create" : "subscription_cycle",
    collectionMethod: rare.collection_method,
    currency: subscription.currency,
    lines,
    total,
    startingBalance: 0,
    endingBalance: 0,
    amountPaid: unpaid || expired ? 0 : total,
    attemptCount: charged ? 1 : 0,
    autoAdvance: false,
    finalizesAt: null,
    nextPaymentAttempt: null,
    dueDate: rare.collection_method === "send_invoice" ? created + (rare.days_until_due ?? 30) * DAY : null,
    finalizedAt: created,
    paidAt: unpaid || expired ? null : created,
    voidedAt: expired ? (rare.ended_at ?? created) : null,
    uncollectibleAt: null,
    periodStart: created,
    periodEnd: created,
    paymentIntent: payment,
    number: nextInvoiceNumber(store, subscription.customer),
    customerEmail: customer.email,
    customerName: customer.name,
    subscriptionMetadata: subscription.metadata,
    description: null,
    metadata: NO_METADATA,
  };
}

function addPayment(
  store: Store,
  {
    subscription,
    ...fields
  }: { subscription: SubscriptionRecord; invoice: number; amount: number; created: number },
): number {
  const { customer, currency, status, rare } = subscription;
  const paid = !OPEN_WHILE.has(status) && status !== "incomplete_expired";
  const own = rare.default_payment_method;
  const paymentMethod =
    (own === null ? undefined : store.paymentMethods.findSequence(own)) ??
    store.customers.get(customer).rare.defaultPaymentMethod;
  const tried = status !== "incomplete" && status !== "incomplete_expired";
  const intent: PaymentIntentRecord = {
    sequence: store.paymentIntents.nextSequence,
    ...fields,
    currency,
    customer,
    status: paid ? "succeeded" : status === "incomplete_expired" ? "canceled" : "requires_payment_method",
    paymentMethod: tried ? paymentMethod : null,
    latestCharge: tried ? store.charges.nextSequence : null,
    lastDecline: paid || !tried ? null : "generic_decline",
    canceledAt: null,
    description: null,
    metadata: NO_METADATA,
  };
  store.paymentIntents.add(intent);
  if (tried) {
    const { created, lastDecline: declineCode } = intent;
    const sequence = store.charges.nextSequence;
    store.charges.add(makeCharge(intent, { sequence, created, paymentMethod, declineCode }));
  }
  return intent.sequence;
}
