import { makeInvoicePrefix } from "../account/billing/numbers";
import { toIdJson, toJson, toListJson } from "../json";
import { members, type Shape, template } from "../large/template";
import type { CustomerRare, CustomerRecord } from "../store/records";
import { serializeReference } from "./reference";
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
});

const shape: Shape<CustomerView> = {
  id: (view) => toIdJson(view.store.customers.getId(view.record.sequence)),
  object: "customer",
  "...rare": rare,
  invoice_settings: {
    custom_fields: null,
    default_payment_method: (view) =>
      serializeReference(
        { ...view, expand: view.expand?.get("invoice_settings") },
        "payment_method",
        view.record.rare.defaultPaymentMethod,
        "default_payment_method",
      ),
    footer: null,
    rendering_options: null,
  },
  address: (view) => toJson(view.record.rare.shown?.address ?? null),
  created: (view) => toJson(view.record.created),
  customer_account: null,
  default_source: null,
  discount: null,
  email: (view) => toJson(view.record.email),
  invoice_prefix: (view) => toJson(makeInvoicePrefix(view.store, view.record.sequence)),
  livemode: (view) => toJson(view.account.livemode),
  metadata: (view) => toJson(view.record.metadata),
  name: (view) => toJson(view.record.name),
  next_invoice_sequence: (view) => toJson(view.store.countInvoices(view.record.sequence) + 1),
  preferred_locales: (view) => toJson(view.record.rare.shown?.preferred_locales ?? []),
  shipping: (view) => toJson(view.record.rare.shown?.shipping ?? null),
  tax_exempt: (view) => toJson(view.record.rare.shown?.tax_exempt ?? "none"),
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
