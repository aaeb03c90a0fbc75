import { z } from "zod";
import type { TestClockRecord } from "../../store/billing-records";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { expandable, integer, parseParams, text } from "../params";
import { defineList, defineRetrieve, type Resource } from "../resource";
import { type ApiRoute, findOrThrow } from "../route";

const testClocks: Resource<TestClockRecord> = {
  path: "/v1/test_helpers/test_clocks",
  kind: "test_clock",
  collection: ({ store }) => store.testClocks,
  write: ({ serializers }, record) => serializers.testClock(record),
};

const createSchema = z.strictObject({
  ...expandable,
  frozen_time: integer({ min: 1 }),
  name: text.optional(),
});
const advanceSchema = z.strictObject({ ...expandable, frozen_time: integer({ min: 1 }) });

export const retrieveTestClock = defineRetrieve(testClocks);

export const listTestClocks = defineList({
  ...testClocks,
  listKind: "test_clock_list",
  filters: {},
  createFilter: () => ({ matches: ({ deleted }) => !deleted }),
});

export const createTestClock: ApiRoute = {
  method: "POST",
  path: testClocks.path,
  handle({ store, serializers, testClocks: clocks }, request) {
    const { expand, ...params } = parseParams(createSchema, request.params);
    parseExpand("test_clock", expand);
    const { id } = clocks.create(params);
    return serializers.testClock(findOrThrow(store.testClocks, id));
  },
};

/** At Stripe advancing takes a while; here the clock is ready when the answer comes. */
export const advanceTestClock: ApiRoute = {
  method: "POST",
  path: `${testClocks.path}/:id/advance`,
  handle({ store, serializers, testClocks: clocks }, request) {
    const { expand, frozen_time } = parseParams(advanceSchema, request.params);
    parseExpand("test_clock", expand);
    if (findOrThrow(store.testClocks, request.id).deleted) {
      throw createMissingError("test_helpers.test_clock", request.id);
    }
    clocks.advance(request.id, { frozen_time });
    return serializers.testClock(findOrThrow(store.testClocks, request.id));
  },
};

export const deleteTestClock: ApiRoute = {
  method: "DELETE",
  path: `${testClocks.path}/:id`,
  handle({ store, testClocks: clocks }, request) {
    if (findOrThrow(store.testClocks, request.id).deleted) {
      throw createMissingError("test_helpers.test_clock", request.id);
    }
    clocks.delete(request.id);
    return JSON.stringify({ id: request.id, object: "test_helpers.test_clock", deleted: true });
  },
};
