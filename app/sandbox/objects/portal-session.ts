import type { PortalSessionRecord } from "../store/records";
import { idText, json, template } from "./template";
import type { View } from "./view";

/** A session of the billing portal. Its page is served by the sandbox itself. */
export const portalSessionText = template<View<PortalSessionRecord>>({
  id: ({ store, record }) => idText(store.portalSessions.idOf(record.sequence)),
  object: "billing_portal.session",
  configuration: "bpc_1sandboxParity",
  created: ({ record }) => json(record.created),
  customer: ({ store, record }) => idText(store.customers.idOf(record.customer)),
  customer_account: null,
  flow: null,
  livemode: (view) => json(view.account.livemode),
  locale: null,
  on_behalf_of: null,
  return_url: ({ record }) => json(record.returnUrl),
  url: ({ store, record, account }) =>
    json(`${account.origin}/p/session/${store.portalSessions.idOf(record.sequence)}`),
});
