import { toIdJson, toJson } from "../json";
import { type Shape, template } from "../large/template";
import type { WebhookEndpointRecord } from "../store/records";
import type { View } from "./view";

const shape: Shape<View<WebhookEndpointRecord>> = {
  id: ({ store, record }) => toIdJson(store.webhookEndpoints.getId(record.sequence)),
  object: "webhook_endpoint",
  api_version: ({ record }) => toJson(record.apiVersion),
  application: null,
  created: ({ record }) => toJson(record.created),
  description: ({ record }) => toJson(record.description),
  enabled_events: ({ record }) => toJson(record.enabledEvents),
  livemode: (view) => toJson(view.account.livemode),
  metadata: ({ record }) => toJson(record.metadata),
  status: ({ record }) => toJson(record.enabled ? "enabled" : "disabled"),
  url: ({ record }) => toJson(record.url),
};

/** A webhook endpoint, without its secret. */
export const serializeWebhookEndpoint = template(shape);

/** A webhook endpoint with its secret, as in the response that created it. */
export const serializeNewWebhookEndpoint = template<View<WebhookEndpointRecord>>({
  ...shape,
  secret: ({ record }) => toJson(record.secret),
});
