import { z } from "zod";
import {
  chargeSchema,
  disputeSchema,
  invoiceItemSchema,
  invoiceSchema,
  paymentIntentSchema,
  paymentMethodSchema,
  refundSchema,
  testClockSchema,
} from "./billing-records";
import type { StoreState } from "./store-state";

/*
 * The format of records in a state file. `satisfies` below keeps it the same as `records.ts`. Fields that were added
 * later have defaults, so that older files can be read.
 */

const nullableText = z.string().nullable();
const nullableInt = z.int().nullable();
const metadata = z.record(z.string(), z.string());
const stored = { sequence: z.int().min(1), created: z.int() };

const customer = z.object({
  ...stored,
  email: nullableText,
  name: nullableText,
  metadata,
  deleted: z.boolean(),
  rare: z.object({
    description: nullableText,
    phone: nullableText,
    currency: nullableText,
    balance: z.int(),
    delinquent: z.boolean(),
    test_clock: nullableText,
    shown: z.record(z.string(), z.json()).nullable().default(null),
    defaultPaymentMethod: nullableInt.default(null),
  }),
});

const product = z.object({
  ...stored,
  name: z.string(),
  active: z.boolean(),
  description: nullableText,
  metadata,
  updated: z.int(),
  deleted: z.boolean(),
  shown: z.record(z.string(), z.json()).nullable().default(null),
});

/** Files of older versions have whole numbers. */
const decimal = z.union([z.string(), z.int().transform(String)]).nullable();

const tiers = z
  .array(z.object({ up_to: nullableInt, unit_amount: decimal, flat_amount: decimal }))
  .nullable();

const price = z.object({
  ...stored,
  product: z.int(),
  active: z.boolean(),
  currency: z.string(),
  unitAmount: decimal,
  tiers,
  tiersMode: z.enum(["graduated", "volume"]).nullable(),
  currencyOptions: z
    .record(z.string(), z.object({ unitAmount: decimal, tiers, taxBehavior: z.string() }))
    .nullable()
    .default(null),
  transformQuantity: z
    .object({ divide_by: z.int(), round: z.enum(["down", "up"]) })
    .nullable()
    .default(null),
  recurring: z
    .object({
      interval: z.enum(["day", "week", "month", "year"]),
      interval_count: z.int(),
      usage_type: z.enum(["licensed", "metered"]).default("licensed"),
      meter: nullableText.default(null),
    })
    .nullable(),
  taxBehavior: z.string().default("unspecified"),
  lookupKey: nullableText,
  nickname: nullableText,
  metadata,
});

const subscription = z
  .object({
    ...stored,
    customer: z.int(),
    status: z.string(),
    currency: z.string().default("usd"),
    startDate: z.int(),
    anchor: z.int().optional(),
    items: z.array(
      z.object({
        sequence: z.int(),
        price: z.int(),
        quantity: z.int(),
        used: z.int().default(0),
        created: z.int(),
        periodStart: z.int(),
        periodEnd: z.int(),
        metadata,
      }),
    ),
    metadata,
    latestInvoice: nullableInt.default(null),
    rare: z.object({
      cancel_at: nullableInt,
      cancel_at_period_end: z.boolean(),
      canceled_at: nullableInt,
      ended_at: nullableInt,
      trial_start: nullableInt,
      trial_end: nullableInt,
      collection_method: z.enum(["charge_automatically", "send_invoice"]),
      days_until_due: nullableInt,
      default_payment_method: nullableText,
      description: nullableText,
      pause_collection: z.object({ behavior: z.string(), resumes_at: nullableInt }).nullable(),
      cancellation_reason: nullableText,
      cancellation_comment: nullableText.default(null),
      cancellation_feedback: nullableText.default(null),
      test_clock: nullableText,
      missing_payment_method: z.enum(["cancel", "create_invoice", "pause"]).default("create_invoice"),
      billing_mode: z.enum(["classic", "flexible"]).default("classic"),
      imported: z.boolean().default(true),
      still: z.boolean().default(false),
      legacyPeriod: z.boolean(),
    }),
  })
  .transform((record) => ({ ...record, anchor: record.anchor ?? record.startDate }));

const checkoutSession = z.object({
  ...stored,
  customer: nullableInt,
  subscription: nullableInt,
  clientReferenceId: nullableText,
  customerEmail: nullableText,
  mode: z.enum(["payment", "setup", "subscription"]),
  status: z.enum(["complete", "expired", "open"]),
  paymentStatus: z.enum(["no_payment_required", "paid", "unpaid"]),
  paymentLink: nullableText,
  successUrl: nullableText,
  cancelUrl: nullableText,
  url: nullableText,
  hosted: z.boolean().default(false),
  billingMode: z.enum(["classic", "flexible"]).default("classic"),
  expiresAt: z.int(),
  currency: z.string().default("usd"),
  lineItems: z.array(z.object({ price: z.int(), quantity: z.int() })),
  paymentIntent: nullableInt.default(null),
  invoice: nullableInt.default(null),
  metadata,
  subscriptionMetadata: metadata.default({}),
  trialDays: nullableInt.default(null),
  savesName: z.boolean().default(false),
  payment: z
    .object({
      email: nullableText,
      name: z.string(),
      card: z
        .object({
          last4: z.string(),
          brand: z.string().optional(),
          does: z.enum(["confirm", "decline", "decline_later", "pay"]),
          declineCode: z.string().optional(),
        })
        .default({ last4: "4242", does: "pay" }),
      at: z.int(),
      step: z.enum(["attached", "attaching", "confirming"]),
    })
    .nullable()
    .default(null),
});

const portalSession = z.object({
  ...stored,
  customer: z.int(),
  returnUrl: nullableText,
  flow: z
    .object({
      type: z.enum(["subscription_cancel", "subscription_update_confirm"]),
      subscription: z.int(),
      items: z.array(z.object({ id: z.string(), price: z.string(), quantity: z.int().nullable() })),
      redirectUrl: nullableText,
      done: z.boolean(),
    })
    .nullable()
    .default(null),
});

const webhookEndpoint = z.object({
  ...stored,
  url: z.string(),
  secret: z.string(),
  enabledEvents: z.array(z.string()),
  enabled: z.boolean(),
  apiVersion: nullableText.default(null),
  description: nullableText,
  metadata,
  fromOptions: z.boolean(),
});

const event = z.object({
  ...stored,
  type: z.string(),
  object: z.string(),
  previous: nullableText,
  requestId: nullableText,
  idempotencyKey: nullableText,
});

function collection<T extends z.ZodType>(record: T) {
  return z.object({
    records: z.array(record.nullable()),
    customIds: z.array(z.tuple([z.int(), z.string()])),
  });
}

function laterCollection<T extends z.ZodType>(record: T) {
  return collection(record).default(() => ({ records: [null], customIds: [] }));
}

export const storeSchema = z.object({
  items: z.int(),
  customers: collection(customer),
  products: collection(product),
  prices: collection(price),
  subscriptions: collection(subscription),
  checkoutSessions: collection(checkoutSession),
  portalSessions: laterCollection(portalSession),
  webhookEndpoints: laterCollection(webhookEndpoint),
  events: collection(event),
  invoices: laterCollection(invoiceSchema),
  invoiceItems: laterCollection(invoiceItemSchema),
  paymentMethods: laterCollection(paymentMethodSchema),
  paymentIntents: laterCollection(paymentIntentSchema),
  charges: laterCollection(chargeSchema),
  refunds: laterCollection(refundSchema),
  disputes: laterCollection(disputeSchema),
  testClocks: laterCollection(testClockSchema),
}) satisfies z.ZodType<StoreState>;
