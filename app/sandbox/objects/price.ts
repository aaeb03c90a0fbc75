import { type JsonObject, toIdJson, toJson } from "../json";
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
        interval: record.recurring.interval,
        interval_count: record.recurring.interval_count,
        meter: record.recurring.meter,
        trial_period_days: null,
        usage_type: record.recurring.usage_type,
      },
    ),
  tax_behavior: ({ record }) => toJson(record.taxBehavior),
  tiers_mode: (view) => toJson(view.record.tiersMode),
  transform_quantity: ({ record }) => toJson(record.transformQuantity && { ...record.transformQuantity }),
  type: (view) => toJson(view.record.recurring ? "recurring" : "one_time"),
  unit_amount: (view) => toJson(toWhole(view.record.unitAmount)),
  unit_amount_decimal: (view) => toJson(view.record.unitAmount),
};

const tiers: Shape<PriceView> = {
  tiers: (view) => toJson((view.record.tiers ?? []).map(toTierObject)),
};
const currencyOptions: Shape<PriceView> = { currency_options: (view) => toJson(describeCurrencies(view)) };

const SERIALIZERS = {
  plain: template(priceShape),
  tiers: template<PriceView>({ ...priceShape, ...tiers }),
  currencies: template<PriceView>({ ...priceShape, ...currencyOptions }),
  both: template<PriceView>({ ...priceShape, ...currencyOptions, ...tiers }),
};

/** A price. `tiers` and `currency_options` are present only when expanded, `tiers` only for tiered prices. */
export function serializePrice(view: PriceView): string {
  const showsTiers = view.record.tiers !== null && view.expand?.has("tiers");
  if (view.expand?.has("currency_options")) {
    return showsTiers ? SERIALIZERS.both(view) : SERIALIZERS.currencies(view);
  }
  return showsTiers ? SERIALIZERS.tiers(view) : SERIALIZERS.plain(view);
}

/** The price in Stripe's older format, which every subscription item still has beside the price. */
export const serializePlan = template<PriceView>({
  id: (view) => toIdJson(view.store.prices.getId(view.record.sequence)),
  object: "plan",
  active: (view) => toJson(view.record.active),
  amount: (view) => toJson(toWhole(view.record.unitAmount)),
  amount_decimal: (view) => toJson(view.record.unitAmount),
  billing_scheme: (view) => toJson(view.record.tiers ? "tiered" : "per_unit"),
  created: (view) => toJson(view.record.created),
  currency: (view) => toJson(view.record.currency),
  interval: (view) => toJson(view.record.recurring?.interval ?? "month"),
  interval_count: (view) => toJson(view.record.recurring?.interval_count ?? 1),
  livemode: (view) => toJson(view.account.livemode),
  metadata: (view) => toJson(view.record.metadata),
  meter: ({ record }) => toJson(record.recurring?.meter ?? null),
  nickname: (view) => toJson(view.record.nickname),
  product: serializeProduct,
  tiers_mode: (view) => toJson(view.record.tiersMode),
  transform_usage: ({ record }) => toJson(record.transformQuantity && { ...record.transformQuantity }),
  trial_period_days: null,
  usage_type: ({ record }) => toJson(record.recurring?.usage_type ?? "licensed"),
});

function serializeProduct({ record, store, expand, serializers }: PriceView): string {
  const product = expand?.get("product");
  return expand?.has("product")
    ? serializers.product(store.products.get(record.product), product)
    : toIdJson(store.products.getId(record.product));
}

/** All currencies of the price, its own among them. */
function describeCurrencies({ record, expand }: PriceView): JsonObject {
  const inner = expand?.get("currency_options");
  const all = { [record.currency]: record, ...record.currencyOptions };
  return Object.fromEntries(
    Object.entries(all).map(([currency, option]) => [
      currency,
      {
        custom_unit_amount: null,
        tax_behavior: option.taxBehavior,
        ...(option.tiers && inner?.has("tiers") ? { tiers: option.tiers.map(toTierObject) } : {}),
        unit_amount: toWhole(option.unitAmount),
        unit_amount_decimal: option.unitAmount,
      },
    ]),
  );
}

function toTierObject(tier: PriceTier) {
  return {
    flat_amount: toWhole(tier.flat_amount),
    flat_amount_decimal: tier.flat_amount,
    unit_amount: toWhole(tier.unit_amount),
    unit_amount_decimal: tier.unit_amount,
    up_to: tier.up_to,
  };
}

/** A whole number of the smallest unit; null for fractions, as at Stripe. */
function toWhole(amount: string | null): number | null {
  return amount !== null && Number.isInteger(Number(amount)) ? Number(amount) : null;
}
