import { type JsonObject, toIdJson, toJson } from "../json";
import { template } from "../large/template";
import type { PortalSessionRecord } from "../store/records";
import type { View } from "./view";

/** A session of the billing portal. Its page is served by the sandbox itself. */
export const serializePortalSession = template<View<PortalSessionRecord>>({
  id: ({ store, record }) => toIdJson(store.portalSessions.getId(record.sequence)),
  object: "billing_portal.session",
  configuration: "bpc_1sandboxParity",
  created: ({ record }) => toJson(record.created),
  customer: ({ store, record }) => toIdJson(store.customers.getId(record.customer)),
  customer_account: null,
  flow: (view) => toJson(describeFlow(view)),
  livemode: (view) => toJson(view.account.livemode),
  locale: null,
  on_behalf_of: null,
  return_url: ({ record }) => toJson(record.returnUrl),
  url: ({ store, record, account }) =>
    toJson(`${account.origin}/p/session/${store.portalSessions.getId(record.sequence)}`),
});

function describeFlow({ store, record: { flow } }: View<PortalSessionRecord>): JsonObject | null {
  if (flow === null) return null;
  const subscription = store.subscriptions.getId(flow.subscription);
  const { redirectUrl } = flow;
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: redirectUrl === null ? null : { return_url: redirectUrl },
      type: redirectUrl === null ? "portal_homepage" : "redirect",
    },
    customer_update: null,
    subscription_cancel: flow.type === "subscription_cancel" ? { retention: null, subscription } : null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm:
      flow.type === "subscription_update_confirm"
        ? {
            discounts: null,
            items: flow.items.map(({ id, price, quantity }) => ({
              id,
              price,
              ...(quantity === null ? {} : { quantity }),
            })),
            subscription,
          }
        : null,
    type: flow.type,
  };
}
