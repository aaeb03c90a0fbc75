import type { Json, JsonObject } from "../../json";
import { isObject, omit, parseJson, readAt, readId } from "./json-path";
import type { ObjectChange } from "./object-change";

/*
 * What 2025-03-31.basil changed: the period moved from the subscription to its items, and what an invoice is for and how it
 * was paid moved to `parent` and `payments`.
 */

const changeSubscription: ObjectChange = (subscription) => ({
  ...omit(subscription, ["billing_mode"]),
  ...readPeriod(subscription),
  discount: readFirst(subscription.discounts),
});

/** Their period is the subscription's. */
const changeItem: ObjectChange = (item) => omit(item, ["current_period_end", "current_period_start"]);

const changeInvoice: ObjectChange = (invoice, { account }) => {
  const record = account.store.invoices.find(readId(invoice) ?? "");
  const intent =
    record === undefined || record.paymentIntent === null
      ? undefined
      : account.store.paymentIntents.get(record.paymentIntent);
  const details = readAt(invoice, "parent", "subscription_details");
  return {
    ...omit(invoice, ["amount_overpaid", "confirmation_secret", "parent", "payments", "total_taxes"]),
    application_fee_amount: null,
    charge:
      intent === undefined || intent.latestCharge === null
        ? null
        : account.store.charges.getId(intent.latestCharge),
    discount: readFirst(invoice.discounts),
    paid: invoice.status === "paid",
    paid_out_of_band: false,
    payment_intent: intent === undefined ? null : account.store.paymentIntents.getId(intent.sequence),
    quote: null,
    subscription: readAt(details, "subscription") ?? null,
    subscription_details: isObject(details) ? { metadata: details.metadata ?? null } : { metadata: null },
    tax: null,
    total_tax_amounts: [],
    transfer_data: null,
  };
};

const changeInvoiceLine: ObjectChange = (line, { account }) => {
  const details =
    readAt(line, "parent", "subscription_item_details") ?? readAt(line, "parent", "invoice_item_details");
  const price = account.store.prices.find(readId(readAt(line, "pricing", "price_details", "price")) ?? "");
  return {
    ...omit(line, ["parent", "pricing", "taxes"]),
    amount_excluding_tax: line.amount ?? null,
    ...(readAt(details, "invoice_item") ? { invoice_item: readAt(details, "invoice_item") ?? null } : {}),
    plan: price?.recurring ? parseJson(account.serializers.plan(price)) : null,
    price: price ? parseJson(account.serializers.price(price)) : null,
    proration: readAt(details, "proration") === true,
    proration_details: readAt(details, "proration_details") ?? { credited_items: null },
    subscription: readId(readAt(details, "subscription") ?? line.subscription) ?? null,
    subscription_item: readAt(details, "subscription_item") ?? null,
    tax_amounts: [],
    tax_rates: [],
    type: readAt(line, "parent", "type") === "invoice_item_details" ? "invoiceitem" : "subscription",
    unit_amount_excluding_tax: readAt(line, "pricing", "unit_amount_decimal") ?? null,
  };
};

const changePaymentIntent: ObjectChange = (intent, { account }) => {
  const record = account.store.paymentIntents.find(readId(intent) ?? "");
  const invoice = record?.invoice ?? null;
  return { ...intent, invoice: invoice === null ? null : account.store.invoices.getId(invoice) };
};

const changeCharge: ObjectChange = (charge, { account }) => {
  const record = account.store.charges.find(readId(charge) ?? "");
  const invoice = record ? account.store.paymentIntents.get(record.paymentIntent).invoice : null;
  return { ...charge, invoice: invoice === null ? null : account.store.invoices.getId(invoice) };
};

const changePrice: ObjectChange = (price) =>
  isObject(price.recurring) ? { ...price, recurring: { aggregate_usage: null, ...price.recurring } } : price;

const changePlan: ObjectChange = (plan) => ({ ...plan, aggregate_usage: null });

const changeSession: ObjectChange = (session) => ({ ...session, shipping_details: null });

/** By the `object` of what they change. */
export const beforeBasil: Readonly<Record<string, ObjectChange>> = {
  charge: changeCharge,
  "checkout.session": changeSession,
  invoice: changeInvoice,
  line_item: changeInvoiceLine,
  payment_intent: changePaymentIntent,
  plan: changePlan,
  price: changePrice,
  subscription: changeSubscription,
  subscription_item: changeItem,
};

/** `previous_attributes` of a subscription: a period that moved with its items is named on the subscription. */
export function changePreviousPeriod(previous: JsonObject): JsonObject {
  const period = readPeriod(previous);
  return previous.items === undefined ? previous : { ...previous, ...period };
}

/** The period of the first item. In objects that are converted already the items have none any more. */
function readPeriod(subscription: JsonObject): { [name: string]: Json } {
  const items = readAt(subscription, "items", "data");
  const [first] = Array.isArray(items) ? items : [];
  if (!isObject(first)) return {};
  const { current_period_end, current_period_start } = first;
  return {
    ...(current_period_end === undefined ? {} : { current_period_end }),
    ...(current_period_start === undefined ? {} : { current_period_start }),
  };
}

function readFirst(list: Json | undefined): Json {
  const [first] = Array.isArray(list) ? list : [];
  return isObject(first) ? first : null;
}
