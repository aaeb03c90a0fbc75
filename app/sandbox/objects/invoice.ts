import { encodeInvoice } from "~/sandbox/store/invoice-numbers";
import { toIdJson, toJson } from "../json";
import { template } from "../large/template";
import type { InvoiceSubject, View } from "./view";

type InvoiceView = View<InvoiceSubject>;

const OPEN_WHILE = new Set(["incomplete", "past_due", "unpaid"]);

/** An invoice, computed from its subscription: the cost of its items, paid or open depending on the status. */
export const serializeInvoice = template<InvoiceView>({
  id: ({ store, record }) =>
    toIdJson(store.ids.make("invoice", encodeInvoice(record.subscription.sequence, record.nth))),
  object: "invoice",
  account_country: "US",
  account_name: "Parity sandbox",
  account_tax_ids: null,
  amount_due: (view) => toJson(sumItems(view)),
  amount_overpaid: 0,
  amount_paid: (view) => toJson(isOpen(view) ? 0 : sumItems(view)),
  amount_remaining: (view) => toJson(isOpen(view) ? sumItems(view) : 0),
  amount_shipping: 0,
  application: null,
  attempt_count: 1,
  attempted: true,
  auto_advance: false,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  billing_reason: ({ record }) => toJson(record.nth === 1 ? "subscription_create" : "subscription_cycle"),
  collection_method: ({ record }) => toJson(record.subscription.rare.collection_method),
  created: ({ record }) => toJson(record.subscription.latestInvoiceAt),
  currency: ({ store, record }) => {
    const [first] = record.subscription.items;
    return toJson(first ? store.prices.get(first.price).currency : "usd");
  },
  custom_fields: null,
  customer: ({ store, record, expand, serializers }) =>
    expand?.has("customer")
      ? serializers.customer(store.customers.get(record.subscription.customer), expand.get("customer"))
      : toIdJson(store.customers.getId(record.subscription.customer)),
  customer_account: null,
  customer_address: null,
  customer_email: ({ store, record }) => toJson(store.customers.get(record.subscription.customer).email),
  customer_name: ({ store, record }) => toJson(store.customers.get(record.subscription.customer).name),
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
  effective_at: ({ record }) => toJson(record.subscription.latestInvoiceAt),
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
      encodeInvoice(record.subscription.sequence, record.nth),
    )}/lines"}`,
  livemode: (view) => toJson(view.account.livemode),
  metadata: {},
  next_payment_attempt: null,
  number: ({ record }) => toJson(`PARITY-${record.subscription.sequence}-${record.nth}`),
  on_behalf_of: null,
  parent: {
    quote_details: null,
    subscription_details: {
      metadata: ({ record }) => toJson(record.subscription.metadata),
      subscription: ({ store, record, expand, serializers }) => {
        const path = expand?.get("parent")?.get("subscription_details");
        return path?.has("subscription")
          ? serializers.subscription(record.subscription, path.get("subscription"))
          : toIdJson(store.subscriptions.getId(record.subscription.sequence));
      },
    },
    type: "subscription_details",
  },
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  period_end: ({ record }) => toJson(record.subscription.latestInvoiceAt),
  period_start: ({ record }) => toJson(record.subscription.latestInvoiceAt),
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: (view) => toJson(isOpen(view) ? "open" : "paid"),
  status_transitions: {
    finalized_at: ({ record }) => toJson(record.subscription.latestInvoiceAt),
    marked_uncollectible_at: null,
    paid_at: (view) => toJson(isOpen(view) ? null : view.record.subscription.latestInvoiceAt),
    voided_at: null,
  },
  subtotal: (view) => toJson(sumItems(view)),
  subtotal_excluding_tax: (view) => toJson(sumItems(view)),
  test_clock: ({ record }) => toJson(record.subscription.rare.test_clock),
  total: (view) => toJson(sumItems(view)),
  total_discount_amounts: [],
  total_excluding_tax: (view) => toJson(sumItems(view)),
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: ({ record }) => toJson(record.subscription.latestInvoiceAt),
});

/** Only the latest invoice can be open. */
function isOpen({ record }: InvoiceView): boolean {
  return record.nth === record.subscription.invoices && OPEN_WHILE.has(record.subscription.status);
}

function sumItems({ store, record }: InvoiceView): number {
  if (record.subscription.status === "trialing") return 0;
  return record.subscription.items.reduce(
    (sum, item) => sum + (store.prices.get(item.price).unitAmount ?? 0) * item.quantity,
    0,
  );
}
