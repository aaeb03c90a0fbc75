import { toIdJson, toJson } from "../json";
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
  flow: null,
  livemode: (view) => toJson(view.account.livemode),
  locale: null,
  on_behalf_of: null,
  return_url: ({ record }) => toJson(record.returnUrl),
  url: ({ store, record, account }) =>
    toJson(`${account.origin}/p/session/${store.portalSessions.getId(record.sequence)}`),
});
