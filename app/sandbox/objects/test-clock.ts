import { toIdJson, toJson } from "~/sandbox/json";
import { template } from "~/sandbox/large/template";
import type { TestClockRecord } from "~/sandbox/store/billing-records";
import type { View } from "./view";

const DAYS_KEPT = 30;
const DAY = 86_400;

/** A test clock. Advancing takes no time, so it is always ready. */
export const serializeTestClock = template<View<TestClockRecord>>({
  id: ({ store, record }) => toIdJson(store.testClocks.getId(record.sequence)),
  object: "test_helpers.test_clock",
  created: ({ record }) => toJson(record.created),
  deletes_after: ({ record }) => toJson(record.created + DAYS_KEPT * DAY),
  frozen_time: ({ record }) => toJson(record.frozenTime),
  livemode: (view) => toJson(view.account.livemode),
  name: ({ record }) => toJson(record.name),
  status: "ready",
  status_details: {},
});
