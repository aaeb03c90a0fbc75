import { z } from "zod";

/*
 * Invoices and payments. Their schemas are also the format of the state file. Amounts are in the smallest unit of the
 * currency, times in epoch seconds, references to other objects are sequence numbers.
 */

const nullableText = z.string().nullable();
const nullableInt = z.int().nullable();
const metadata = z.record(z.string(), z.string()).readonly();
const stored = { sequence: z.int().min(1), created: z.int() };

const invoiceLine = z
  .object({
    amount: z.int(),
    description: nullableText,
    price: nullableInt,
    /** The subscription item. */
    item: nullableInt,
    quantity: z.int(),
    periodStart: z.int(),
    periodEnd: z.int(),
    proration: z.boolean(),
    metadata,
  })
  .readonly();

export const invoiceSchema = z
  .object({
    ...stored,
    customer: z.int(),
    subscription: nullableInt,
    status: z.enum(["draft", "open", "paid", "uncollectible", "void"]),
    billingReason: z.enum(["manual", "subscription_create", "subscription_cycle", "subscription_update"]),
    collectionMethod: z.enum(["charge_automatically", "send_invoice"]),
    currency: z.string(),
    lines: z.array(invoiceLine).readonly(),
    total: z.int(),
    startingBalance: z.int(),
    endingBalance: nullableInt,
    amountPaid: z.int(),
    attemptCount: z.int(),
    autoAdvance: z.boolean(),
    finalizesAt: nullableInt,
    nextPaymentAttempt: nullableInt,
    dueDate: nullableInt,
    finalizedAt: nullableInt,
    paidAt: nullableInt,
    voidedAt: nullableInt,
    uncollectibleAt: nullableInt,
    periodStart: z.int(),
    periodEnd: z.int(),
    paymentIntent: nullableInt,
    number: nullableText,
    customerEmail: nullableText,
    customerName: nullableText,
    /** The subscription's metadata at finalization. */
    subscriptionMetadata: metadata,
    description: nullableText,
    metadata,
  })
  .readonly();

/** A change that the next invoice of a subscription will contain. */
export const invoiceItemSchema = z
  .object({
    ...stored,
    customer: z.int(),
    subscription: nullableInt,
    /** The invoice that took it; null while it waits. */
    invoice: nullableInt,
    currency: z.string(),
    line: invoiceLine,
    deleted: z.boolean(),
  })
  .readonly();

export const paymentMethodSchema = z
  .object({
    ...stored,
    customer: nullableInt,
    brand: z.string(),
    last4: z.string(),
    expMonth: z.int(),
    expYear: z.int(),
    does: z.enum(["confirm", "decline", "decline_later", "pay"]),
    declineCode: nullableText,
    name: nullableText,
    email: nullableText,
    metadata,
  })
  .readonly();

export const paymentIntentSchema = z
  .object({
    ...stored,
    amount: z.int(),
    currency: z.string(),
    customer: nullableInt,
    invoice: nullableInt,
    status: z.enum(["canceled", "requires_action", "requires_payment_method", "succeeded"]),
    paymentMethod: nullableInt,
    latestCharge: nullableInt,
    lastDecline: nullableText,
    canceledAt: nullableInt,
    description: nullableText,
    metadata,
  })
  .readonly();

export const chargeSchema = z
  .object({
    ...stored,
    amount: z.int(),
    amountRefunded: z.int(),
    currency: z.string(),
    customer: nullableInt,
    paymentIntent: z.int(),
    paymentMethod: nullableInt,
    /** The reason of the bank; null when it was paid. */
    declineCode: nullableText,
    disputed: z.boolean(),
    description: nullableText,
    metadata,
  })
  .readonly();

export const refundSchema = z
  .object({
    ...stored,
    amount: z.int(),
    currency: z.string(),
    charge: z.int(),
    status: z.enum(["canceled", "failed", "pending", "requires_action", "succeeded"]),
    reason: nullableText,
    metadata,
  })
  .readonly();

export const disputeSchema = z
  .object({
    ...stored,
    amount: z.int(),
    currency: z.string(),
    charge: z.int(),
    status: z.enum(["lost", "needs_response", "under_review", "won"]),
    reason: z.string(),
    metadata,
  })
  .readonly();

export const testClockSchema = z
  .object({
    ...stored,
    name: nullableText,
    frozenTime: z.int(),
    deleted: z.boolean(),
  })
  .readonly();

export type InvoiceLine = z.infer<typeof invoiceLine>;
export type InvoiceRecord = z.infer<typeof invoiceSchema>;
export type InvoiceItemRecord = z.infer<typeof invoiceItemSchema>;
export type PaymentMethodRecord = z.infer<typeof paymentMethodSchema>;
export type PaymentIntentRecord = z.infer<typeof paymentIntentSchema>;
export type ChargeRecord = z.infer<typeof chargeSchema>;
export type RefundRecord = z.infer<typeof refundSchema>;
export type DisputeRecord = z.infer<typeof disputeSchema>;
export type TestClockRecord = z.infer<typeof testClockSchema>;
