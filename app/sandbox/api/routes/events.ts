import { z } from "zod";
import { resourceMissing } from "../errors";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { boolean, expandable, list, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/events";
const MAX_TYPES = 20;

const listSchema = z.strictObject({
  ...listParams,
  created: range.optional(),
  delivery_success: boolean.optional(),
  type: text.optional(),
  types: list(text, MAX_TYPES).optional(),
});

const retrieveSchema = z.strictObject(expandable);

/** Events of the last 30 days (or whatever the sandbox was told to keep). `type` may end in `*`. */
export const listEvents: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, writers, events }, request) {
    const params = parseParams(listSchema, request.params);
    expandTree("event_list", params.expand);
    const page = pageOf({
      collection: store.events,
      ascending: store.events.index.ascending(),
      params,
      created: {
        from: Math.max(events.horizon, params.created?.from ?? -Infinity),
        to: params.created?.to ?? Infinity,
      },
      matches: ({ type }) =>
        (params.type === undefined || isOfType(type, params.type)) &&
        (params.types === undefined || params.types.includes(type)) &&
        params.delivery_success !== false,
    });
    return pageText(page, PATH, (record) => writers.event(record));
  },
};

export const retrieveEvent: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, writers, events }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    expandTree("event", expand);
    const record = found(store.events, request.id);
    if (record.created < events.horizon) throw resourceMissing("event", request.id);
    return writers.event(record);
  },
};

function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
