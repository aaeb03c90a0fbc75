import { toIdJson, toJson, toListJson } from "../json";
import { members, type Shape, template } from "../large/template";
import type { CustomerRare, CustomerRecord } from "../store/records";
import { makePaymentMethodId } from "./payment-method";
import type { View } from "./view";

type CustomerView = View<CustomerRecord>;

const NESTED = 10;

const rare = members<CustomerView, CustomerRare>((view) => view.record.rare, {
  balance: (fields) => toJson(fields.balance),
  currency: (fields) => toJson(fields.currency),
  delinquent: (fields) => toJson(fields.delinquent),
  description: (fields) => toJson(fields.description),
  phone: (fields) => toJson(fields.phone),
  test_clock: (fields) => toJson(fields.test_clock),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: (fields) => toJson(fields.cardLast4 && makePaymentMethodId(fields.cardLast4)),
    footer: null,
    rendering_options: null,
  },
});

const shape: Shape<CustomerView> = {
  id: (view) => toIdJson(view.store.customers.getId(view.record.sequence)),
  object: "customer",
  "...rare": rare,
  address: null,
  created: (view) => toJson(view.record.created),
  customer_account: null,
  default_source: null,
  discount: null,
  email: (view) => toJson(view.record.email),
  invoice_prefix: (view) =>
    toJson(view.store.customers.getId(view.record.sequence).slice(-8).toUpperCase().padStart(8, "0")),
  livemode: (view) => toJson(view.account.livemode),
  metadata: (view) => toJson(view.record.metadata),
  name: (view) => toJson(view.record.name),
  next_invoice_sequence: 1,
  preferred_locales: [],
  shipping: null,
  tax_exempt: "none",
};

const plain = template(shape);
const withSubscriptions = template<CustomerView>({ ...shape, subscriptions: serializeSubscriptions });
const deleted = template<CustomerView>({
  id: (view) => toIdJson(view.store.customers.getId(view.record.sequence)),
  object: "customer",
  deleted: true,
});

/** A customer; a deleted one is only `{id, object, deleted}`. `subscriptions` is present only when expanded. */
export function serializeCustomer(view: CustomerView): string {
  if (view.record.deleted) return deleted(view);
  return view.expand?.has("subscriptions") ? withSubscriptions(view) : plain(view);
}

function serializeSubscriptions(view: CustomerView): string {
  const { store, record, serializers } = view;
  const listed = store
    .listCustomerSubscriptions(record.sequence)
    .map((sequence) => store.subscriptions.get(sequence))
    .filter((subscription) => subscription.status !== "canceled")
    .reverse();
  const expand = view.expand?.get("subscriptions")?.get("data");
  return toListJson(
    listed.slice(0, NESTED).map((subscription) => serializers.subscription(subscription, expand)),
    listed.length > NESTED,
    `/v1/customers/${store.customers.getId(record.sequence)}/subscriptions`,
  );
}
