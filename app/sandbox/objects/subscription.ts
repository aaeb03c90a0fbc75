import { invoiceSequence } from "../store/invoice-sequence";
import type { SubscriptionRare, SubscriptionRecord } from "../store/records";
import { idText, json, listText, members, type Shape, template } from "./template";
import type { View } from "./view";

type SubscriptionView = View<SubscriptionRecord>;

const NESTED = 10;

const rare = members<SubscriptionView, SubscriptionRare>((view) => view.record.rare, {
  cancel_at: (fields) => json(fields.cancel_at),
  cancel_at_period_end: (fields) => json(fields.cancel_at_period_end),
  canceled_at: (fields) => json(fields.canceled_at),
  cancellation_details: {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: (fields) => json(fields.cancellation_reason),
  },
  collection_method: (fields) => json(fields.collection_method),
  days_until_due: (fields) => json(fields.days_until_due),
  default_payment_method: (fields) => json(fields.default_payment_method),
  description: (fields) => json(fields.description),
  ended_at: (fields) => json(fields.ended_at),
  pause_collection: (fields) => json(fields.pause_collection && { ...fields.pause_collection }),
  test_clock: (fields) => json(fields.test_clock),
  trial_end: (fields) => json(fields.trial_end),
  trial_start: (fields) => json(fields.trial_start),
});

const shape: Shape<SubscriptionView> = {
  id: ({ store, record }) => idText(store.subscriptions.idOf(record.sequence)),
  object: "subscription",
  "...rare": rare,
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: ({ record }) => json(record.startDate),
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: "classic" },
  billing_schedules: [],
  billing_thresholds: null,
  created: ({ record }) => json(record.created),
  currency: currencyOf,
  customer: customerOf,
  customer_account: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  items: itemsOf,
  latest_invoice: latestInvoiceOf,
  livemode: (view) => json(view.account.livemode),
  managed_payments: null,
  metadata: ({ record }) => json(record.metadata),
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: "off",
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: ({ record }) => json(record.startDate),
  status: ({ record }) => json(record.status),
  transfer_data: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" } },
};

const current = template(shape);
const legacy = template<SubscriptionView>({
  ...shape,
  current_period_end: ({ record }) => json(record.items[0]?.periodEnd ?? null),
  current_period_start: ({ record }) => json(record.items[0]?.periodStart ?? null),
});

/** A subscription with its first ten items; with the period on itself in the shape of old API versions. */
export function subscriptionText(view: SubscriptionView): string {
  return view.record.rare.legacyPeriod ? legacy(view) : current(view);
}

function currencyOf({ record, store }: SubscriptionView): string {
  const [first] = record.items;
  return json(first ? store.prices.get(first.price).currency : "usd");
}

function customerOf({ record, store, expand, writers }: SubscriptionView): string {
  return expand?.has("customer")
    ? writers.customer(store.customers.get(record.customer), expand.get("customer"))
    : idText(store.customers.idOf(record.customer));
}

function itemsOf({ record, store, expand, writers }: SubscriptionView): string {
  const inner = expand?.get("items")?.get("data");
  return listText(
    record.items
      .slice(0, NESTED)
      .map((item) => writers.subscriptionItem({ subscription: record, item }, inner)),
    record.items.length > NESTED,
    `/v1/subscription_items?subscription=${store.subscriptions.idOf(record.sequence)}`,
  );
}

function latestInvoiceOf({ record, store, expand, writers }: SubscriptionView): string {
  if (record.invoices === 0) return "null";
  return expand?.has("latest_invoice")
    ? writers.invoice({ subscription: record, nth: record.invoices }, expand.get("latest_invoice"))
    : idText(store.ids.make("invoice", invoiceSequence(record.sequence, record.invoices)));
}
