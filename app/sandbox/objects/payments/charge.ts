import { type JsonObject, toIdJson, toJson, toListJson } from "~/sandbox/json";
import { type Shape, template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { ChargeRecord, PaymentMethodRecord } from "~/sandbox/store/billing-records";
import { describeCard } from "./card";
import { describeDecline } from "./decline";

type ChargeView = View<ChargeRecord>;

const shape: Shape<ChargeView> = {
  id: ({ store, record }) => toIdJson(store.charges.getId(record.sequence)),
  object: "charge",
  amount: ({ record }) => toJson(record.amount),
  amount_captured: ({ record }) => toJson(isPaid(record) ? record.amount : 0),
  amount_refunded: ({ record }) => toJson(record.amountRefunded),
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: ({ store, record }) =>
    toJson(isPaid(record) ? store.ids.make("balance_transaction", record.sequence) : null),
  billing_details: (view) => toJson(describePayer(view)),
  calculated_statement_descriptor: "PARITY SANDBOX",
  captured: ({ record }) => toJson(isPaid(record)),
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  description: ({ record }) => toJson(record.description),
  disputed: ({ record }) => toJson(record.disputed),
  failure_balance_transaction: null,
  failure_code: ({ record }) =>
    toJson(record.declineCode === null ? null : describeDecline(record.declineCode).code),
  failure_message: ({ record }) =>
    toJson(record.declineCode === null ? null : describeDecline(record.declineCode).message),
  fraud_details: {},
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.metadata),
  on_behalf_of: null,
  outcome: ({ record }) => toJson(describeOutcome(record)),
  paid: ({ record }) => toJson(isPaid(record)),
  payment_intent: (view) => serializeReference(view, "payment_intent", view.record.paymentIntent),
  payment_method: ({ store, record }) =>
    toJson(record.paymentMethod === null ? null : store.paymentMethods.getId(record.paymentMethod)),
  payment_method_details: (view) =>
    toJson({ card: { ...describeCard(findMethod(view)), mandate: null, network: "visa" }, type: "card" }),
  radar_options: {},
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  refunded: ({ record }) => toJson(isPaid(record) && record.amountRefunded === record.amount),
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: ({ record }) => toJson(isPaid(record) ? "succeeded" : "failed"),
  transfer_data: null,
  transfer_group: null,
};

const plain = template(shape);
const withRefunds = template<ChargeView>({ ...shape, refunds: serializeRefunds });

/** One attempt to take money. `refunds` is present only when expanded. */
export function serializeCharge(view: ChargeView): string {
  return view.expand?.has("refunds") ? withRefunds(view) : plain(view);
}

function serializeRefunds({ store, record, expand, serializers }: ChargeView): string {
  const inner = expand?.get("refunds")?.get("data");
  const own = [...store.refunds.all()].filter((refund) => refund.charge === record.sequence).reverse();
  return toListJson(
    own.slice(0, 10).map((refund) => serializers.refund(refund, inner)),
    own.length > 10,
    `/v1/charges/${store.charges.getId(record.sequence)}/refunds`,
  );
}

function isPaid({ declineCode }: ChargeRecord): boolean {
  return declineCode === null;
}

function findMethod({ store, record }: ChargeView): PaymentMethodRecord | undefined {
  return record.paymentMethod === null ? undefined : store.paymentMethods.peek(record.paymentMethod);
}

function describePayer(view: ChargeView): JsonObject {
  const method = findMethod(view);
  return {
    address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
    email: method?.email ?? null,
    name: method?.name ?? null,
    phone: null,
    tax_id: null,
  };
}

function describeOutcome({ declineCode }: ChargeRecord): JsonObject {
  const isDeclined = declineCode !== null;
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: isDeclined ? "01" : null,
    network_status: isDeclined ? "declined_by_network" : "approved_by_network",
    reason: declineCode,
    risk_level: "normal",
    seller_message: isDeclined ? "The bank did not return any further details." : "Payment complete.",
    type: isDeclined ? "issuer_declined" : "authorized",
  };
}
