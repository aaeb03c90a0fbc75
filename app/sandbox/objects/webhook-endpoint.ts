import type { WebhookEndpointRecord } from "../store/records";
import { idText, json, type Shape, template } from "./template";
import type { View } from "./view";

const shape: Shape<View<WebhookEndpointRecord>> = {
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
};

/** A webhook endpoint, without its secret. */
export const webhookEndpointText = template(shape);

/** With the secret: only in the answer that made it. */
export const newWebhookEndpointText = template<View<WebhookEndpointRecord>>({
  ...shape,
  secret: ({ record }) => json(record.secret),
});
