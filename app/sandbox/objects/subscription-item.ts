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
  quantity: ({ record }) => toJson(record.item.quantity),
  subscription: ({ store, record }) => toIdJson(store.subscriptions.getId(record.subscription.sequence)),
  tax_rates: [],
};

const legacy = template(legacyShape);
const current = template<ItemView>({
  ...legacyShape,
  current_period_end: ({ record }) => toJson(record.item.periodEnd),
  current_period_start: ({ record }) => toJson(record.item.periodStart),
});

/** A subscription item, with its period unless its subscription has the format of an old API version. */
export function serializeSubscriptionItem(view: ItemView): string {
  return view.record.subscription.rare.legacyPeriod ? legacy(view) : current(view);
}
