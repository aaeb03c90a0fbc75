import { invoiceSequence } from "../store/invoice-sequence";
import { idText, json, template } from "./template";
import type { InvoiceSubject, View } from "./view";

type InvoiceView = View<InvoiceSubject>;

const OPEN_WHILE = new Set(["incomplete", "past_due", "unpaid"]);

/** An invoice, worked out from its subscription: one line of what the items cost, paid or open by the status. */
export const invoiceText = template<InvoiceView>({
  id: ({ store, record }) =>
    idText(store.ids.make("invoice", invoiceSequence(record.subscription.sequence, record.nth))),
  object: "invoice",
  account_country: "US",
  account_name: "Parity sandbox",
  account_tax_ids: null,
  amount_due: (view) => json(total(view)),
  amount_overpaid: 0,
  amount_paid: (view) => json(isOpen(view) ? 0 : total(view)),
  amount_remaining: (view) => json(isOpen(view) ? total(view) : 0),
  amount_shipping: 0,
  application: null,
  attempt_count: 1,
  attempted: true,
  auto_advance: false,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  billing_reason: ({ record }) => json(record.nth === 1 ? "subscription_create" : "subscription_cycle"),
  collection_method: ({ record }) => json(record.subscription.rare.collection_method),
  created: ({ record }) => json(record.subscription.latestInvoiceAt),
  currency: ({ store, record }) => {
    const [first] = record.subscription.items;
    return json(first ? store.prices.get(first.price).currency : "usd");
  },
  custom_fields: null,
  customer: ({ store, record, expand, writers }) =>
    expand?.has("customer")
      ? writers.customer(store.customers.get(record.subscription.customer), expand.get("customer"))
      : idText(store.customers.idOf(record.subscription.customer)),
  customer_account: null,
  customer_address: null,
  customer_email: ({ store, record }) => json(store.customers.get(record.subscription.customer).email),
  customer_name: ({ store, record }) => json(store.customers.get(record.subscription.customer).name),
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: ({ record }) => json(record.subscription.latestInvoiceAt),
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  lines: ({ store, record }) =>
    `{"object":"list","data":[],"has_more":false,"url":"/v1/invoices/${store.ids.make(
      "invoice",
      invoiceSequence(record.subscription.sequence, record.nth),
    )}/lines"}`,
  livemode: (view) => json(view.account.livemode),
  metadata: {},
  next_payment_attempt: null,
  number: ({ record }) => json(`PARITY-${record.subscription.sequence}-${record.nth}`),
  on_behalf_of: null,
  parent: {
    quote_details: null,
    subscription_details: {
      metadata: ({ record }) => json(record.subscription.metadata),
      subscription: ({ store, record, expand, writers }) => {
        const path = expand?.get("parent")?.get("subscription_details");
        return path?.has("subscription")
          ? writers.subscription(record.subscription, path.get("subscription"))
          : idText(store.subscriptions.idOf(record.subscription.sequence));
      },
    },
    type: "subscription_details",
  },
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  period_end: ({ record }) => json(record.subscription.latestInvoiceAt),
  period_start: ({ record }) => json(record.subscription.latestInvoiceAt),
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: (view) => json(isOpen(view) ? "open" : "paid"),
  status_transitions: {
    finalized_at: ({ record }) => json(record.subscription.latestInvoiceAt),
    marked_uncollectible_at: null,
    paid_at: (view) => json(isOpen(view) ? null : view.record.subscription.latestInvoiceAt),
    voided_at: null,
  },
  subtotal: (view) => json(total(view)),
  subtotal_excluding_tax: (view) => json(total(view)),
  test_clock: ({ record }) => json(record.subscription.rare.test_clock),
  total: (view) => json(total(view)),
  total_discount_amounts: [],
  total_excluding_tax: (view) => json(total(view)),
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: ({ record }) => json(record.subscription.latestInvoiceAt),
});

/** Only the latest invoice can be unpaid: a subscription with an earlier debt would not have been billed again. */
function isOpen({ record }: InvoiceView): boolean {
  return record.nth === record.subscription.invoices && OPEN_WHILE.has(record.subscription.status);
}

function total({ store, record }: InvoiceView): number {
  if (record.subscription.status === "trialing") return 0;
  return record.subscription.items.reduce(
    (sum, item) => sum + (store.prices.get(item.price).unitAmount ?? 0) * item.quantity,
    0,
  );
}
