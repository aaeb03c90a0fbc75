import { toIdJson, toJson } from "../json";
import { template } from "../large/template";
import type { EventRecord } from "../store/records";
import type { View } from "./view";

/** An event, with the object as it was then. */
export const serializeEvent = template<View<EventRecord>>({
  id: ({ store, record }) => toIdJson(store.events.getId(record.sequence)),
  object: "event",
  api_version: (view) => toJson(view.account.apiVersion),
  created: ({ record }) => toJson(record.created),
  data: ({ record }) =>
    record.previous === null
      ? `{"object":${record.object}}`
      : `{"object":${record.object},"previous_attributes":${record.previous}}`,
  livemode: (view) => toJson(view.account.livemode),
  pending_webhooks: 0,
  request: ({ record }) => toJson({ id: record.requestId, idempotency_key: record.idempotencyKey }),
  type: ({ record }) => toJson(record.type),
});
