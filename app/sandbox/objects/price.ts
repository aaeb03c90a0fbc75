import type { PriceRecord, PriceTier } from "../store/records";
import { idText, json, type Shape, template } from "./template";
import type { View } from "./view";

type PriceView = View<PriceRecord>;

const priceShape: Shape<PriceView> = {
  id: (view) => idText(view.store.prices.idOf(view.record.sequence)),
  object: "price",
  active: (view) => json(view.record.active),
  billing_scheme: (view) => json(view.record.tiers ? "tiered" : "per_unit"),
  created: (view) => json(view.record.created),
  currency: (view) => json(view.record.currency),
  custom_unit_amount: null,
  livemode: (view) => json(view.account.livemode),
  lookup_key: (view) => json(view.record.lookupKey),
  metadata: (view) => json(view.record.metadata),
  nickname: (view) => json(view.record.nickname),
  product: productOf,
  recurring: ({ record }) =>
    json(
      record.recurring && {
        ...record.recurring,
        meter: null,
        trial_period_days: null,
        usage_type: "licensed",
      },
    ),
  tax_behavior: "unspecified",
  tiers_mode: (view) => json(view.record.tiersMode),
  transform_quantity: null,
  type: (view) => json(view.record.recurring ? "recurring" : "one_time"),
  unit_amount: (view) => json(view.record.unitAmount),
  unit_amount_decimal: (view) => json(decimal(view.record.unitAmount)),
};

const plainPrice = template(priceShape);
const priceWithTiers = template<PriceView>({
  ...priceShape,
  tiers: (view) => json((view.record.tiers ?? []).map(tierObject)),
});

/** A price. `tiers` is there only when expanded, and only where there are some. */
export function priceText(view: PriceView): string {
  return view.record.tiers && view.expand?.has("tiers") ? priceWithTiers(view) : plainPrice(view);
}

/** The price in the shape that Stripe used before prices; still beside the price on every subscription item. */
export const planText = template<PriceView>({
  id: (view) => idText(view.store.prices.idOf(view.record.sequence)),
  object: "plan",
  active: (view) => json(view.record.active),
  amount: (view) => json(view.record.unitAmount),
  amount_decimal: (view) => json(decimal(view.record.unitAmount)),
  billing_scheme: (view) => json(view.record.tiers ? "tiered" : "per_unit"),
  created: (view) => json(view.record.created),
  currency: (view) => json(view.record.currency),
  interval: (view) => json(view.record.recurring?.interval ?? "month"),
  interval_count: (view) => json(view.record.recurring?.interval_count ?? 1),
  livemode: (view) => json(view.account.livemode),
  metadata: (view) => json(view.record.metadata),
  meter: null,
  nickname: (view) => json(view.record.nickname),
  product: productOf,
  tiers_mode: (view) => json(view.record.tiersMode),
  transform_usage: null,
  trial_period_days: null,
  usage_type: "licensed",
});

function productOf({ record, store, expand, writers }: PriceView): string {
  const product = expand?.get("product");
  return expand?.has("product")
    ? writers.product(store.products.get(record.product), product)
    : idText(store.products.idOf(record.product));
}

function tierObject(tier: PriceTier) {
  return {
    flat_amount: tier.flat_amount,
    flat_amount_decimal: decimal(tier.flat_amount),
    unit_amount: tier.unit_amount,
    unit_amount_decimal: decimal(tier.unit_amount),
    up_to: tier.up_to,
  };
}

function decimal(amount: number | null): string | null {
  return amount === null ? null : String(amount);
}
