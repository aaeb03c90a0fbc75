import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { PaymentMethodRecord } from "~/sandbox/store/billing-records";
import { describeCard } from "./card";

/** A card of a customer, or one that nothing has yet. */
export const serializePaymentMethod = template<View<PaymentMethodRecord>>({
  id: ({ store, record }) => toIdJson(store.paymentMethods.getId(record.sequence)),
  object: "payment_method",
  allow_redisplay: "unspecified",
  billing_details: {
    address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
    email: ({ record }) => toJson(record.email),
    name: ({ record }) => toJson(record.name),
    phone: null,
    tax_id: null,
  },
  card: ({ record }) =>
    toJson({ ...describeCard(record), display_brand: record.brand, generated_from: null }),
  created: ({ record }) => toJson(record.created),
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.metadata),
  type: "card",
});
