import { invoiceSequence } from "../store/invoice-sequence";
import type { CheckoutSessionRecord } from "../store/records";
import { idText, type JsonObject, json, listText, type Shape, template } from "./template";
import type { View } from "./view";

type SessionView = View<CheckoutSessionRecord>;

const shape: Shape<SessionView> = {
  id: ({ store, record }) => idText(store.checkoutSessions.idOf(record.sequence)),
  object: "checkout.session",
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  amount_subtotal: (view) => json(total(view)),
  amount_total: (view) => json(total(view)),
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  cancel_url: ({ record }) => json(record.cancelUrl),
  client_reference_id: ({ record }) => json(record.clientReferenceId),
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  created: ({ record }) => json(record.created),
  currency: ({ store, record }) => {
    const [first] = record.lineItems;
    return json(first ? store.prices.get(first.price).currency : "usd");
  },
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer: ({ store, record, expand, writers }) => {
    if (record.customer === null) return "null";
    return expand?.has("customer")
      ? writers.customer(store.customers.get(record.customer), expand.get("customer"))
      : idText(store.customers.idOf(record.customer));
  },
  customer_account: null,
  customer_creation: ({ record }) => json(record.mode === "subscription" ? "always" : null),
  customer_details: ({ record }) => json(detailsOf(record)),
  customer_email: ({ record }) => json(record.customerEmail),
  discounts: [],
  expires_at: ({ record }) => json(record.expiresAt),
  integration_identifier: null,
  invoice: ({ store, record }) =>
    record.subscription === null || record.status !== "complete"
      ? "null"
      : idText(store.ids.make("invoice", invoiceSequence(record.subscription, 1))),
  invoice_creation: null,
  livemode: (view) => json(view.account.livemode),
  locale: null,
  managed_payments: null,
  metadata: ({ record }) => json(record.metadata),
  mode: ({ record }) => json(record.mode),
  origin_context: null,
  payment_intent: null,
  payment_link: ({ record }) => json(record.paymentLink),
  payment_method_collection: "always",
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_method_types: ["card"],
  payment_status: ({ record }) => json(record.paymentStatus),
  permissions: null,
  phone_number_collection: { enabled: false },
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  status: ({ record }) => json(record.status),
  submit_type: null,
  subscription: ({ store, record, expand, writers }) => {
    if (record.subscription === null) return "null";
    return expand?.has("subscription")
      ? writers.subscription(store.subscriptions.get(record.subscription), expand.get("subscription"))
      : idText(store.subscriptions.idOf(record.subscription));
  },
  success_url: ({ record }) => json(record.successUrl),
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  ui_mode: "hosted",
  url: ({ store, record, account }) =>
    json(
      record.hosted && record.status === "open"
        ? `${account.origin}/c/pay/${store.checkoutSessions.idOf(record.sequence)}`
        : record.url,
    ),
  wallet_options: null,
};

const plain = template(shape);
const withLineItems = template<SessionView>({ ...shape, line_items: lineItems });

/** A Checkout session. `line_items` is there only when expanded. */
export function checkoutSessionText(view: SessionView): string {
  return view.expand?.has("line_items") ? withLineItems(view) : plain(view);
}

function lineItems({ store, record, expand, writers }: SessionView): string {
  const priceExpand = expand?.get("line_items")?.get("data")?.get("price");
  const id = store.checkoutSessions.idOf(record.sequence);
  const data = record.lineItems.map((line, i) => {
    const price = store.prices.get(line.price);
    const amount = (price.unitAmount ?? 0) * line.quantity;
    return `{"id":${json(`li_${id.slice(-12)}${i}`)},"object":"item","adjustable_quantity":null,"amount_discount":0,"amount_subtotal":${amount},"amount_tax":0,"amount_total":${amount},"currency":${json(price.currency)},"description":${json(store.products.get(price.product).name)},"metadata":{},"price":${writers.price(price, priceExpand)},"quantity":${line.quantity}}`;
  });
  return listText(data, false, `/v1/checkout/sessions/${id}/line_items`);
}

function detailsOf(record: CheckoutSessionRecord): JsonObject | null {
  const payer = record.status === "complete" ? record.payment : null;
  const email = payer?.email ?? record.customerEmail;
  if (email === null && payer === null) return null;
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: payer?.name ?? null,
    phone: null,
    tax_exempt: "none",
    tax_ids: [],
  };
}

/** What is paid today: nothing while a trial runs. */
function total({ store, record }: SessionView): number {
  if (record.trialDays !== null) return 0;
  return record.lineItems.reduce(
    (sum, line) => sum + (store.prices.get(line.price).unitAmount ?? 0) * line.quantity,
    0,
  );
}
