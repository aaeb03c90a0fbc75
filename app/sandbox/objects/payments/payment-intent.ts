import type { JsonObject } from "~/sandbox/json";
import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { PaymentIntentRecord } from "~/sandbox/store/billing-records";
import type { Store } from "~/sandbox/store/store";
import { describeDecline } from "./decline";

type IntentView = View<PaymentIntentRecord>;

/** A payment, paid or not. */
export const serializePaymentIntent = template<IntentView>({
  id: ({ store, record }) => toIdJson(store.paymentIntents.getId(record.sequence)),
  object: "payment_intent",
  allowed_payment_method_types: null,
  amount: ({ record }) => toJson(record.amount),
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: ({ record }) => toJson(record.status === "succeeded" ? record.amount : 0),
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: ({ record }) => toJson(record.canceledAt),
  cancellation_reason: ({ record }) =>
    toJson(record.status === "canceled" ? (record.invoice === null ? "abandoned" : "void_invoice") : null),
  capture_method: "automatic",
  client_secret: ({ store, record }) => toJson(makeClientSecret(store, record.sequence)),
  confirmation_method: "automatic",
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  description: ({ record }) => toJson(record.description),
  excluded_payment_method_types: null,
  last_payment_error: (view) => toJson(describeError(view)),
  latest_charge: (view) => serializeReference(view, "charge", view.record.latestCharge, "latest_charge"),
  livemode: (view) => toJson(view.account.livemode),
  managed_payments: null,
  metadata: ({ record }) => toJson(record.metadata),
  next_action: ({ record }) =>
    toJson(
      record.status === "requires_action"
        ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect" } }
        : null,
    ),
  on_behalf_of: null,
  payment_details: (view) => toJson(describeDetails(view)),
  payment_method: (view) => serializeReference(view, "payment_method", view.record.paymentMethod),
  payment_method_configuration_details: null,
  payment_method_options: {
    card: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
  },
  payment_method_types: ["card"],
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: ({ record }) => toJson(record.invoice === null ? null : "off_session"),
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: ({ record }) => toJson(record.status),
  transfer_data: null,
  transfer_group: null,
});

/** What a payer's browser needs to confirm the payment. */
export function makeClientSecret(store: Store, paymentIntent: number): string {
  return `${store.paymentIntents.getId(paymentIntent)}_secret_sandbox`;
}

function describeError({ store, record }: IntentView): JsonObject | null {
  if (record.lastDecline === null || record.status !== "requires_payment_method") return null;
  const { code, message } = describeDecline(record.lastDecline);
  return {
    ...(record.latestCharge === null ? {} : { charge: store.charges.getId(record.latestCharge) }),
    code,
    decline_code: record.lastDecline,
    doc_url: `https://docs.stripe.com/error-codes#${code.replaceAll("_", "-")}`,
    message,
    type: "card_error",
  };
}

function describeDetails({ store, record }: IntentView): JsonObject {
  return {
    customer_reference: null,
    order_reference: record.invoice === null ? null : store.invoices.getId(record.invoice),
  };
}
