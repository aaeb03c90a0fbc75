import { type JsonObject, toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import { serializeReference } from "~/sandbox/objects/reference";
import type { InvoiceLineSubject, View } from "~/sandbox/objects/view";
import type { Store } from "~/sandbox/store/store";

type LineView = View<InvoiceLineSubject>;

const LINES_PER_INVOICE = 256;

/** The id of the line at this position (from 0) of an invoice. */
export function makeLineId(store: Store, invoice: number, position: number): string {
  return store.ids.make("line_item", invoice * LINES_PER_INVOICE + position);
}

/** One line of an invoice. */
export const serializeInvoiceLine = template<LineView>({
  id: ({ store, record }) => toIdJson(makeLineId(store, record.invoice.sequence, record.position)),
  object: "line_item",
  amount: ({ record }) => toJson(record.line.amount),
  currency: ({ record }) => toJson(record.invoice.currency),
  description: ({ record }) => toJson(record.line.description),
  discount_amounts: [],
  discountable: ({ record }) => toJson(!record.line.proration),
  discounts: [],
  invoice: ({ store, record }) => toIdJson(store.invoices.getId(record.invoice.sequence)),
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.line.metadata),
  parent: (view) => toJson(describeParent(view)),
  period: {
    end: ({ record }) => toJson(record.line.periodEnd),
    start: ({ record }) => toJson(record.line.periodStart),
  },
  pretax_credit_amounts: [],
  pricing: (view) => toJson(describePricing(view)),
  quantity: ({ record }) => toJson(record.line.quantity),
  quantity_decimal: ({ record }) => toJson(String(record.line.quantity)),
  subscription: (view) => serializeReference(view, "subscription", view.record.invoice.subscription),
  subtotal: ({ record }) => toJson(record.line.amount),
  taxes: [],
});

function describeParent({ store, record: { invoice, line } }: LineView): JsonObject | null {
  if (line.item === null) return null;
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: line.proration,
      proration_details: { credited_items: null },
      subscription: invoice.subscription === null ? null : store.subscriptions.getId(invoice.subscription),
      subscription_item: store.ids.make("subscription_item", line.item),
    },
    type: "subscription_item_details",
  };
}

function describePricing({ store, record: { line } }: LineView): JsonObject | null {
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
