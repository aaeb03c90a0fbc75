import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { RefundRecord } from "~/sandbox/store/billing-records";

type RefundView = View<RefundRecord>;

/** Money that went back to the payer, or is on its way. */
export const serializeRefund = template<RefundView>({
  id: ({ store, record }) => toIdJson(store.refunds.getId(record.sequence)),
  object: "refund",
  amount: ({ record }) => toJson(record.amount),
  balance_transaction: ({ store, record }) =>
    toIdJson(store.ids.make("balance_transaction", 2 ** 31 + record.sequence)),
  charge: (view) => serializeReference(view, "charge", view.record.charge),
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  customer: (view) => serializeReference(view, "customer", readCharge(view).customer),
  customer_account: null,
  destination_details: {
    card: { reference_status: "pending", reference_type: "acquirer_reference_number", type: "refund" },
    type: "card",
  },
  metadata: ({ record }) => toJson(record.metadata),
  payment_intent: (view) => serializeReference(view, "payment_intent", readCharge(view).paymentIntent),
  payment_method: (view) => serializeReference(view, "payment_method", readCharge(view).paymentMethod),
  reason: ({ record }) => toJson(record.reason),
  receipt_number: null,
  source_transfer_reversal: null,
  status: ({ record }) => toJson(record.status),
  transfer_reversal: null,
});

function readCharge({ store, record }: RefundView) {
  return store.charges.get(record.charge);
}
