import type { EventRecord } from "../store/records";
import { idText, json, template } from "./template";
import type { View } from "./view";

/** An event, with the object as it was then. */
export const eventText = template<View<EventRecord>>({
  id: ({ store, record }) => idText(store.events.idOf(record.sequence)),
  object: "event",
  api_version: (view) => json(view.account.apiVersion),
  created: ({ record }) => json(record.created),
  data: ({ record }) =>
    record.previous === null
      ? `{"object":${record.object}}`
      : `{"object":${record.object},"previous_attributes":${record.previous}}`,
  livemode: (view) => json(view.account.livemode),
  pending_webhooks: 0,
  request: ({ record }) => json({ id: record.requestId, idempotency_key: record.idempotencyKey }),
  type: ({ record }) => json(record.type),
});
