import { type JsonObject, toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { View } from "~/sandbox/objects/view";
import type { InvoiceItemRecord } from "~/sandbox/store/billing-records";

type ItemView = View<InvoiceItemRecord>;

/** A line that waits for the next invoice, or that an invoice has taken. */
export const serializeInvoiceItem = template<ItemView>({
  id: ({ store, record }) => toIdJson(store.invoiceItems.getId(record.sequence)),
  object: "invoiceitem",
  amount: ({ record }) => toJson(record.line.amount),
  currency: ({ record }) => toJson(record.currency),
  customer: (view) => serializeReference(view, "customer", view.record.customer),
  customer_account: null,
  date: ({ record }) => toJson(record.created),
  description: ({ record }) => toJson(record.line.description),
  discountable: ({ record }) => toJson(!record.line.proration),
  discounts: [],
  invoice: (view) => serializeReference(view, "invoice", view.record.invoice),
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.line.metadata),
  net_amount: ({ record }) => toJson(record.line.amount),
  parent: (view) => toJson(describeParent(view)),
  period: {
    end: ({ record }) => toJson(record.line.periodEnd),
    start: ({ record }) => toJson(record.line.periodStart),
  },
  pricing: (view) => toJson(describePricing(view)),
  proration: ({ record }) => toJson(record.line.proration),
  quantity: ({ record }) => toJson(record.line.quantity),
  quantity_decimal: ({ record }) => toJson(String(record.line.quantity)),
  tax_rates: [],
  test_clock: ({ store, record }) => toJson(store.customers.get(record.customer).rare.test_clock),
});

function describeParent({ store, record }: ItemView): JsonObject | null {
  if (record.subscription === null) return null;
  return {
    subscription_details: {
      subscription: store.subscriptions.getId(record.subscription),
      ...(record.line.item === null
        ? {}
        : { subscription_item: store.ids.make("subscription_item", record.line.item) }),
    },
    type: "subscription_details",
  };
}

function describePricing({ store, record: { line } }: ItemView): JsonObject | null {
  if (line.price === null) return null;
  const price = store.prices.get(line.price);
  return {
    price_details: {
      price: store.prices.getId(price.sequence),
      product: store.products.getId(price.product),
    },
    type: "price_details",
    unit_amount_decimal: price.unitAmount,
  };
}
