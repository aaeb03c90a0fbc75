import { readAmountDue } from "~/sandbox/account/billing/invoices";
import { toIdJson, toJson, toListJson } from "~/sandbox/json";
import { type Shape, template } from "~/sandbox/large/template";
import { makeClientSecret } from "~/sandbox/objects/payments/payment-intent";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { InvoiceRecord } from "~/sandbox/store/billing-records";

type InvoiceView = View<InvoiceRecord>;

const NESTED = 10;

const shape: Shape<InvoiceView> = {
  id: ({ store, record }) => toIdJson(store.invoices.getId(record.sequence)),
  object: "invoice",
  account_country: "US",
  account_name: "Parity sandbox",
  account_tax_ids: null,
  amount_due: (view) => toJson(readAmountDue(view.record)),
  amount_overpaid: 0,
  amount_paid: (view) => toJson(view.record.amountPaid),
  amount_remaining: (view) => toJson(readAmountDue(view.record) - view.record.amountPaid),
  amount_shipping: 0,
  application: null,
  attempt_count: ({ record }) => toJson(record.attemptCount),
  attempted: ({ record }) => toJson(record.attemptCount > 0 || record.status === "paid"),
  auto_advance: ({ record }) => toJson(record.autoAdvance),
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: ({ record }) => toJson(record.finalizesAt),
  billing_reason: ({ record }) => toJson(record.billingReason),
  collection_method: ({ record }) => toJson(record.collectionMethod),
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  custom_fields: null,
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  customer_address: null,
  customer_email: ({ record }) => toJson(record.customerEmail),
  customer_name: ({ record }) => toJson(record.customerName),
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: ({ record }) => toJson(record.description),
  discounts: [],
  due_date: ({ record }) => toJson(record.dueDate),
  effective_at: ({ record }) => toJson(record.finalizedAt),
  ending_balance: ({ record }) => toJson(record.endingBalance),
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  lines: serializeLines,
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.metadata),
  next_payment_attempt: ({ record }) => toJson(record.nextPaymentAttempt),
  number: ({ record }) => toJson(record.number),
  on_behalf_of: null,
  parent: serializeParent,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  period_end: ({ record }) => toJson(record.periodEnd),
  period_start: ({ record }) => toJson(record.periodStart),
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: ({ record }) => toJson(record.startingBalance),
  statement_descriptor: null,
  status: (view) => toJson(view.record.status),
  status_transitions: {
    finalized_at: ({ record }) => toJson(record.finalizedAt),
    marked_uncollectible_at: ({ record }) => toJson(record.uncollectibleAt),
    paid_at: ({ record }) => toJson(record.paidAt),
    voided_at: ({ record }) => toJson(record.voidedAt),
  },
  subtotal: (view) => toJson(view.record.total),
  subtotal_excluding_tax: (view) => toJson(view.record.total),
  test_clock: ({ store, record }) => toJson(store.customers.get(record.customer).rare.test_clock),
  total: (view) => toJson(view.record.total),
  total_discount_amounts: [],
  total_excluding_tax: (view) => toJson(view.record.total),
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: ({ record }) => toJson(record.finalizedAt ?? record.created),
};

const plain = template(shape);
const withPayments = template<InvoiceView>({ ...shape, payments: serializePayments });
const withSecret = template<InvoiceView>({ ...shape, confirmation_secret: serializeSecret });
const withBoth = template<InvoiceView>({
  ...shape,
  payments: serializePayments,
  confirmation_secret: serializeSecret,
});

/** An invoice as it was made. `payments` and `confirmation_secret` are present only when expanded. */
export function serializeInvoice(view: InvoiceView): string {
  const payments = view.expand?.has("payments");
  if (view.expand?.has("confirmation_secret")) return payments ? withBoth(view) : withSecret(view);
  return payments ? withPayments(view) : plain(view);
}

function serializeLines({ store, record, expand, serializers }: InvoiceView): string {
  const inner = expand?.get("lines")?.get("data");
  return toListJson(
    record.lines
      .slice(0, NESTED)
      .map((line, position) => serializers.invoiceLine({ invoice: record, line, position }, inner)),
    record.lines.length > NESTED,
    `/v1/invoices/${store.invoices.getId(record.sequence)}/lines`,
  );
}

function serializePayments({ record, expand, serializers }: InvoiceView): string {
  const inner = expand?.get("payments")?.get("data");
  const entries = record.paymentIntent === null ? [] : [serializers.invoicePayment(record, inner)];
  return toListJson(entries, false, "/v1/invoice_payments");
}

function serializeSecret({ store, record }: InvoiceView): string {
  if (record.paymentIntent === null || record.status !== "open") return "null";
  return toJson({ client_secret: makeClientSecret(store, record.paymentIntent), type: "payment_intent" });
}

function serializeParent(view: InvoiceView): string {
  const { record, expand } = view;
  if (record.subscription === null) return "null";
  const inner = expand?.get("parent")?.get("subscription_details");
  const subscription = serializeReference({ ...view, expand: inner }, "subscription", record.subscription);
  return `{"quote_details":null,"subscription_details":{"metadata":${toJson(record.subscriptionMetadata)},"subscription":${subscription}},"type":"subscription_details"}`;
}
