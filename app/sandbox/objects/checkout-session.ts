import { calculateAmount } from "../account/billing/amounts";
import { type JsonObject, toIdJson, toJson, toListJson } from "../json";
import { type Shape, template } from "../large/template";
import type { CheckoutSessionRecord, PriceRecord } from "../store/records";
import { serializeReference } from "./reference";
import type { View } from "./view";

type SessionView = View<CheckoutSessionRecord>;

const shape: Shape<SessionView> = {
  id: ({ store, record }) => toIdJson(store.checkoutSessions.getId(record.sequence)),
  object: "checkout.session",
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  amount_subtotal: (view) => toJson(sumLineItems(view)),
  amount_total: (view) => toJson(sumLineItems(view)),
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  cancel_url: ({ record }) => toJson(record.cancelUrl),
  client_reference_id: ({ record }) => toJson(record.clientReferenceId),
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  created: ({ record }) => toJson(record.created),
  currency: ({ record }) => toJson(record.currency),
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  customer_creation: ({ record }) => toJson(record.mode === "subscription" ? "always" : null),
  customer_details: ({ record }) => toJson(describePayer(record)),
  customer_email: ({ record }) => toJson(record.customerEmail),
  discounts: [],
  expires_at: ({ record }) => toJson(record.expiresAt),
  integration_identifier: null,
  invoice: (view) => serializeReference(view, "invoice", view.record.invoice),
  invoice_creation: null,
  livemode: (view) => toJson(view.account.livemode),
  locale: null,
  managed_payments: null,
  metadata: ({ record }) => toJson(record.metadata),
  mode: ({ record }) => toJson(record.mode),
  origin_context: null,
  payment_intent: (view) => serializeReference(view, "payment_intent", view.record.paymentIntent),
  payment_link: ({ record }) => toJson(record.paymentLink),
  payment_method_collection: "always",
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_method_types: ["card"],
  payment_status: ({ record }) => toJson(record.paymentStatus),
  permissions: null,
  phone_number_collection: { enabled: false },
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  status: ({ record }) => toJson(record.status),
  submit_type: null,
  subscription: (view) => serializeReference(view, "subscription", view.record.subscription),
  success_url: ({ record }) => toJson(record.successUrl),
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  ui_mode: "hosted_page",
  url: ({ store, record, account }) =>
    toJson(
      record.hosted && record.status === "open"
        ? `${account.origin}/c/pay/${store.checkoutSessions.getId(record.sequence)}`
        : record.url,
    ),
  wallet_options: null,
};

const plain = template(shape);
const withLineItems = template<SessionView>({ ...shape, line_items: serializeLineItems });

/** A Checkout session. `line_items` is present only when expanded. */
export function serializeCheckoutSession(view: SessionView): string {
  return view.expand?.has("line_items") ? withLineItems(view) : plain(view);
}

function serializeLineItems({ store, record, expand, serializers }: SessionView): string {
  const priceExpand = expand?.get("line_items")?.get("data")?.get("price");
  const id = store.checkoutSessions.getId(record.sequence);
  const data = record.lineItems.map((line, i) => {
    const price = store.prices.get(line.price);
    const amount = isMetered(price) ? 0 : calculateAmount(price, line.quantity, record.currency);
    return `{"id":${toJson(`li_${id.slice(-12)}${i}`)},"object":"item","adjustable_quantity":null,"amount_discount":0,"amount_subtotal":${amount},"amount_tax":0,"amount_total":${amount},"currency":${toJson(record.currency)},"description":${toJson(store.products.get(price.product).name)},"metadata":{},"price":${serializers.price(price, priceExpand)},"quantity":${line.quantity}}`;
  });
  return toListJson(data, false, `/v1/checkout/sessions/${id}/line_items`);
}

function describePayer(record: CheckoutSessionRecord): JsonObject | null {
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

/** The amount due today: nothing during a trial. */
export function sumLineItems({ store, record }: Pick<SessionView, "record" | "store">): number {
  return record.lineItems.reduce((sum, line) => {
    const price = store.prices.get(line.price);
    if (record.trialDays !== null && price.recurring !== null) return sum;
    if (isMetered(price)) return sum;
    return sum + calculateAmount(price, line.quantity, record.currency);
  }, 0);
}

function isMetered({ recurring }: PriceRecord): boolean {
  return recurring?.usage_type === "metered";
}
