import type { WebhookEndpointRecord } from "../store/records";
import { idText, json, template } from "./template";
import type { View } from "./view";

/** A webhook endpoint, without its secret: that is shown once, in the answer that made it. */
export const webhookEndpointText = template<View<WebhookEndpointRecord>>({
  id: ({ store, record }) => idText(store.webhookEndpoints.idOf(record.sequence)),
  object: "webhook_endpoint",
  api_version: null,
  application: null,
  created: ({ record }) => json(record.created),
  description: ({ record }) => json(record.description),
  enabled_events: ({ record }) => json(record.enabledEvents),
  livemode: (view) => json(view.account.livemode),
  metadata: ({ record }) => json(record.metadata),
  status: ({ record }) => json(record.enabled ? "enabled" : "disabled"),
  url: ({ record }) => json(record.url),
});
