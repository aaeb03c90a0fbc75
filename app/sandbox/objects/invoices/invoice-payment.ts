import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { InvoiceRecord, PaymentIntentRecord } from "~/sandbox/store/billing-records";

type PaymentView = View<InvoiceRecord>;

/** The payment of an invoice, as `payments` of the invoice and as an object of its own. The invoice has one. */
export const serializeInvoicePayment = template<PaymentView>({
  id: ({ store, record }) => toIdJson(store.ids.make("invoice_payment", record.sequence)),
  object: "invoice_payment",
  amount_paid: (view) => toJson(isPaid(view) ? readIntent(view).amount : null),
  amount_requested: (view) => toJson(readIntent(view).amount),
  created: ({ record }) => toJson(record.finalizedAt),
  currency: ({ record }) => toJson(record.currency),
  invoice: (view) => serializeReference(view, "invoice", view.record.sequence),
  is_default: true,
  livemode: (view) => toJson(view.account.livemode),
  payment: {
    payment_intent: (view) =>
      serializeReference(
        { ...view, expand: view.expand?.get("payment") },
        "payment_intent",
        view.record.paymentIntent,
      ),
    type: "payment_intent",
  },
  status: (view) => toJson(nameStatus(view)),
  status_transitions: {
    canceled_at: (view) => toJson(readIntent(view).canceledAt),
    paid_at: (view) => toJson(isPaid(view) ? view.record.paidAt : null),
  },
});

function readIntent({ store, record }: PaymentView): PaymentIntentRecord {
  return store.paymentIntents.get(record.paymentIntent ?? 0);
}

function isPaid(view: PaymentView): boolean {
  return readIntent(view).status === "succeeded";
}

function nameStatus(view: PaymentView): "canceled" | "open" | "paid" {
  if (isPaid(view)) return "paid";
  return readIntent(view).status === "canceled" ? "canceled" : "open";
}
