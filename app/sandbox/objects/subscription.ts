import { toIdJson, toJson, toListJson } from "../json";
import { members, type Shape, template } from "../large/template";
import type { SubscriptionRare, SubscriptionRecord } from "../store/records";
import { serializeReference } from "./reference";
import type { View } from "./view";

type SubscriptionView = View<SubscriptionRecord>;

const NESTED = 10;

const rare = members<SubscriptionView, SubscriptionRare>((view) => view.record.rare, {
  cancel_at: (fields) => toJson(fields.cancel_at),
  cancel_at_period_end: (fields) => toJson(fields.cancel_at_period_end),
  canceled_at: (fields) => toJson(fields.canceled_at),
  cancellation_details: {
    comment: (fields) => toJson(fields.cancellation_comment),
    feedback: (fields) => toJson(fields.cancellation_feedback),
    feedback_option: null,
    reason: (fields) => toJson(fields.cancellation_reason),
  },
  collection_method: (fields) => toJson(fields.collection_method),
  days_until_due: (fields) => toJson(fields.days_until_due),
  description: (fields) => toJson(fields.description),
  ended_at: (fields) => toJson(fields.ended_at),
  pause_collection: (fields) => toJson(fields.pause_collection && { ...fields.pause_collection }),
  test_clock: (fields) => toJson(fields.test_clock),
  trial_settings: {
    end_behavior: {
      billing_cycle_anchor: null,
      missing_payment_method: (fields) => toJson(fields.missing_payment_method),
    },
  },
  trial_end: (fields) => toJson(fields.trial_end),
  trial_start: (fields) => toJson(fields.trial_start),
});

const shape: Shape<SubscriptionView> = {
  id: ({ store, record }) => toIdJson(store.subscriptions.getId(record.sequence)),
  object: "subscription",
  "...rare": rare,
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: ({ record }) => toJson(record.anchor),
  billing_cycle_anchor_config: null,
  billing_mode: ({ record }) =>
    toJson(
      record.rare.billing_mode === "classic"
        ? { flexible: null, type: "classic" }
        : {
            flexible: { proration_discounts: "included" },
            type: "flexible",
            updated_at: record.created,
          },
    ),
  billing_schedules: [],
  billing_thresholds: null,
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  default_payment_method: serializePaymentMethod,
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
  items: serializeItems,
  latest_invoice: (view) => serializeReference(view, "invoice", view.record.latestInvoice, "latest_invoice"),
  livemode: (view) => toJson(view.account.livemode),
  managed_payments: null,
  metadata: ({ record }) => toJson(record.metadata),
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
  start_date: ({ record }) => toJson(record.startDate),
  status: ({ record }) => toJson(record.status),
  transfer_data: null,
};

const current = template(shape);
const legacy = template<SubscriptionView>({
  ...shape,
  current_period_end: ({ record }) => toJson(record.items[0]?.periodEnd ?? null),
  current_period_start: ({ record }) => toJson(record.items[0]?.periodStart ?? null),
});

/** A subscription with its first ten items. In the format of old API versions the period is on the subscription. */
export function serializeSubscription(view: SubscriptionView): string {
  return view.record.rare.legacyPeriod ? legacy(view) : current(view);
}

function serializeItems({ record, store, expand, serializers }: SubscriptionView): string {
  const inner = expand?.get("items")?.get("data");
  return toListJson(
    record.items
      .slice(0, NESTED)
      .map((item) => serializers.subscriptionItem({ subscription: record, item }, inner)),
    record.items.length > NESTED,
    `/v1/subscription_items?subscription=${store.subscriptions.getId(record.sequence)}`,
  );
}

/** Imported subscriptions may name a payment method that the sandbox does not have. */
function serializePaymentMethod(view: SubscriptionView): string {
  const { default_payment_method: id } = view.record.rare;
  const sequence = id === null ? undefined : view.store.paymentMethods.findSequence(id);
  if (sequence === undefined) return toJson(id);
  return serializeReference(view, "payment_method", sequence, "default_payment_method");
}
