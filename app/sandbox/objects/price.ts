import { toIdJson, toJson } from "../json";
import { type Shape, template } from "../large/template";
import type { PriceRecord, PriceTier } from "../store/records";
import type { View } from "./view";

type PriceView = View<PriceRecord>;

const priceShape: Shape<PriceView> = {
  id: (view) => toIdJson(view.store.prices.getId(view.record.sequence)),
  object: "price",
  active: (view) => toJson(view.record.active),
  billing_scheme: (view) => toJson(view.record.tiers ? "tiered" : "per_unit"),
  created: (view) => toJson(view.record.created),
  currency: (view) => toJson(view.record.currency),
  custom_unit_amount: null,
  livemode: (view) => toJson(view.account.livemode),
  lookup_key: (view) => toJson(view.record.lookupKey),
  metadata: (view) => toJson(view.record.metadata),
  nickname: (view) => toJson(view.record.nickname),
  product: serializeProduct,
  recurring: ({ record }) =>
    toJson(
      record.recurring && {
        ...record.recurring,
        meter: null,
        trial_period_days: null,
        usage_type: "licensed",
      },
    ),
  tax_behavior: "unspecified",
  tiers_mode: (view) => toJson(view.record.tiersMode),
  transform_quantity: null,
  type: (view) => toJson(view.record.recurring ? "recurring" : "one_time"),
  unit_amount: (view) => toJson(view.record.unitAmount),
  unit_amount_decimal: (view) => toJson(toDecimal(view.record.unitAmount)),
};

const plainPrice = template(priceShape);
const priceWithTiers = template<PriceView>({
  ...priceShape,
  tiers: (view) => toJson((view.record.tiers ?? []).map(toTierObject)),
});

/** A price. `tiers` is present only when expanded, and only for tiered prices. */
export function serializePrice(view: PriceView): string {
  return view.record.tiers && view.expand?.has("tiers") ? priceWithTiers(view) : plainPrice(view);
}

/** The price in Stripe's older format, which every subscription item still has beside the price. */
export const serializePlan = template<PriceView>({
  id: (view) => toIdJson(view.store.prices.getId(view.record.sequence)),
  object: "plan",
  active: (view) => toJson(view.record.active),
  amount: (view) => toJson(view.record.unitAmount),
  amount_decimal: (view) => toJson(toDecimal(view.record.unitAmount)),
  billing_scheme: (view) => toJson(view.record.tiers ? "tiered" : "per_unit"),
  created: (view) => toJson(view.record.created),
  currency: (view) => toJson(view.record.currency),
  interval: (view) => toJson(view.record.recurring?.interval ?? "month"),
  interval_count: (view) => toJson(view.record.recurring?.interval_count ?? 1),
  livemode: (view) => toJson(view.account.livemode),
  metadata: (view) => toJson(view.record.metadata),
  meter: null,
  nickname: (view) => toJson(view.record.nickname),
  product: serializeProduct,
  tiers_mode: (view) => toJson(view.record.tiersMode),
  transform_usage: null,
  trial_period_days: null,
  usage_type: "licensed",
});

function serializeProduct({ record, store, expand, serializers }: PriceView): string {
  const product = expand?.get("product");
  return expand?.has("product")
    ? serializers.product(store.products.get(record.product), product)
    : toIdJson(store.products.getId(record.product));
}

function toTierObject(tier: PriceTier) {
  return {
    flat_amount: tier.flat_amount,
    flat_amount_decimal: toDecimal(tier.flat_amount),
    unit_amount: tier.unit_amount,
    unit_amount_decimal: toDecimal(tier.unit_amount),
    up_to: tier.up_to,
  };
}

function toDecimal(amount: number | null): string | null {
  return amount === null ? null : String(amount);
}
