import type { CustomerRare, CustomerRecord } from "../store/records";
import { paymentMethodId } from "./payment-method";
import { idText, json, listText, members, type Shape, template } from "./template";
import type { View } from "./view";

type CustomerView = View<CustomerRecord>;

const NESTED = 10;

const rare = members<CustomerView, CustomerRare>((view) => view.record.rare, {
  balance: (fields) => json(fields.balance),
  currency: (fields) => json(fields.currency),
  delinquent: (fields) => json(fields.delinquent),
  description: (fields) => json(fields.description),
  phone: (fields) => json(fields.phone),
  test_clock: (fields) => json(fields.test_clock),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: (fields) => json(fields.cardLast4 && paymentMethodId(fields.cardLast4)),
    footer: null,
    rendering_options: null,
  },
});

const shape: Shape<CustomerView> = {
  id: (view) => idText(view.store.customers.idOf(view.record.sequence)),
  object: "customer",
  "...rare": rare,
  address: null,
  created: (view) => json(view.record.created),
  customer_account: null,
  default_source: null,
  discount: null,
  email: (view) => json(view.record.email),
  invoice_prefix: (view) =>
    json(view.store.customers.idOf(view.record.sequence).slice(-8).toUpperCase().padStart(8, "0")),
  livemode: (view) => json(view.account.livemode),
  metadata: (view) => json(view.record.metadata),
  name: (view) => json(view.record.name),
  next_invoice_sequence: 1,
  preferred_locales: [],
  shipping: null,
  tax_exempt: "none",
};

const plain = template(shape);
const withSubscriptions = template<CustomerView>({ ...shape, subscriptions: subscriptionsOf });
const deleted = template<CustomerView>({
  id: (view) => idText(view.store.customers.idOf(view.record.sequence)),
  object: "customer",
  deleted: true,
});

/** A customer; a deleted one is only `{id, object, deleted}`. `subscriptions` is there only when expanded. */
export function customerText(view: CustomerView): string {
  if (view.record.deleted) return deleted(view);
  return view.expand?.has("subscriptions") ? withSubscriptions(view) : plain(view);
}

function subscriptionsOf(view: CustomerView): string {
  const { store, record, writers } = view;
  const listed = store
    .subscriptionsOfCustomer(record.sequence)
    .map((sequence) => store.subscriptions.get(sequence))
    .filter((subscription) => subscription.status !== "canceled")
    .reverse();
  const expand = view.expand?.get("subscriptions")?.get("data");
  return listText(
    listed.slice(0, NESTED).map((subscription) => writers.subscription(subscription, expand)),
    listed.length > NESTED,
    `/v1/customers/${store.customers.idOf(record.sequence)}/subscriptions`,
  );
}
