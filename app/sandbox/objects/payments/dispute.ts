import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { DisputeRecord } from "~/sandbox/store/billing-records";

const DAYS_TO_ANSWER = 9;
const DAY = 86_400;

/** A payment that the payer disputes at their bank. */
export const serializeDispute = template<View<DisputeRecord>>({
  id: ({ store, record }) => toIdJson(store.disputes.getId(record.sequence)),
  object: "dispute",
  amount: ({ record }) => toJson(record.amount),
  balance_transactions: [],
  charge: (view) => serializeReference(view, "charge", view.record.charge),
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  enhanced_eligibility_types: [],
  evidence: {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: null,
    customer_name: null,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  },
  evidence_details: {
    due_by: ({ record }) => toJson(record.created + DAYS_TO_ANSWER * DAY),
    enhanced_eligibility: {},
    has_evidence: ({ record }) => toJson(record.status === "under_review"),
    past_due: false,
    submission_count: ({ record }) => toJson(record.status === "under_review" ? 1 : 0),
    submission_method: null,
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.metadata),
  payment_intent: (view) =>
    serializeReference(view, "payment_intent", view.store.charges.get(view.record.charge).paymentIntent),
  payment_method_details: {
    card: { brand: "visa", case_type: "chargeback", network_reason_code: "10" },
    type: "card",
  },
  reason: ({ record }) => toJson(record.reason),
  status: ({ record }) => toJson(record.status),
});
