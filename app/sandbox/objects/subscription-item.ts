import { toIdJson, toJson } from "../json";
import { type Shape, template } from "../large/template";
import type { SubscriptionItemSubject, View } from "./view";

type ItemView = View<SubscriptionItemSubject>;

const legacyShape: Shape<ItemView> = {
  id: ({ store, record }) => toIdJson(store.ids.make("subscription_item", record.item.sequence)),
  object: "subscription_item",
  billing_thresholds: null,
  created: ({ record }) => toJson(record.item.created),
  current_trial: null,
  discounts: [],
  metadata: ({ record }) => toJson(record.item.metadata),
  plan: (view) =>
    view.serializers.plan(view.store.prices.get(view.record.item.price), view.expand?.get("plan")),
  price: (view) =>
    view.serializers.price(view.store.prices.get(view.record.item.price), view.expand?.get("price")),
  subscription: ({ store, record }) => toIdJson(store.subscriptions.getId(record.subscription.sequence)),
  tax_rates: [],
};

const licensed: Shape<ItemView> = { quantity: ({ record }) => toJson(record.item.quantity) };
const period: Shape<ItemView> = {
  current_period_end: ({ record }) => toJson(record.item.periodEnd),
  current_period_start: ({ record }) => toJson(record.item.periodStart),
};

const SERIALIZERS = {
  current: template<ItemView>({ ...legacyShape, ...licensed, ...period }),
  legacy: template<ItemView>({ ...legacyShape, ...licensed }),
  metered: template<ItemView>({ ...legacyShape, ...period }),
  legacyMetered: template<ItemView>(legacyShape),
};

/**
 * A subscription item, with its period unless its subscription has the format of an old API version. Metered items have no
 * quantity.
 */
export function serializeSubscriptionItem(view: ItemView): string {
  const { store, record } = view;
  const isLegacy = record.subscription.rare.legacyPeriod;
  const isMetered = store.prices.get(record.item.price).recurring?.usage_type === "metered";
  if (isMetered) return isLegacy ? SERIALIZERS.legacyMetered(view) : SERIALIZERS.metered(view);
  return isLegacy ? SERIALIZERS.legacy(view) : SERIALIZERS.current(view);
}
