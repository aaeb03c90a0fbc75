import { idText, json, type Shape, template } from "./template";
import type { SubscriptionItemSubject, View } from "./view";

type ItemView = View<SubscriptionItemSubject>;

const legacyShape: Shape<ItemView> = {
  id: ({ store, record }) => idText(store.ids.make("subscription_item", record.item.sequence)),
  object: "subscription_item",
  billing_thresholds: null,
  created: ({ record }) => json(record.item.created),
  current_trial: null,
  discounts: [],
  metadata: ({ record }) => json(record.item.metadata),
  plan: (view) => view.writers.plan(view.store.prices.get(view.record.item.price), view.expand?.get("plan")),
  price: (view) =>
    view.writers.price(view.store.prices.get(view.record.item.price), view.expand?.get("price")),
  quantity: ({ record }) => json(record.item.quantity),
  subscription: ({ store, record }) => idText(store.subscriptions.idOf(record.subscription.sequence)),
  tax_rates: [],
};

const legacy = template(legacyShape);
const current = template<ItemView>({
  ...legacyShape,
  current_period_end: ({ record }) => json(record.item.periodEnd),
  current_period_start: ({ record }) => json(record.item.periodStart),
});

/** A subscription item, with its period unless its subscription has the shape of an old API version. */
export function subscriptionItemText(view: ItemView): string {
  return view.record.subscription.rare.legacyPeriod ? legacy(view) : current(view);
}
