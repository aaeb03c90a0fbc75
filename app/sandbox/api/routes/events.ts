import { z } from "zod";
import type { Account } from "../../account/account";
import type { EventRecord } from "../../store/records";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { boolean, expandable, list, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";
import { convertEvent } from "../versions/convert";

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

/** Events of the last 30 days (or of `eventRetentionDays`). `type` may end in `*`. */
export const listEvents: ApiRoute = {
  method: "GET",
  path: PATH,
  handle(account, request) {
    const { store, events } = account;
    const params = parseParams(listSchema, request.params);
    parseExpand("event_list", params.expand);
    const page = findPage({
      collection: store.events,
      ascending: store.events.index.listAscending(),
      params,
      created: {
        from: Math.max(events.horizon, params.created?.from ?? -Infinity),
        to: params.created?.to ?? Infinity,
      },
      matches: ({ type, sequence }) =>
        (params.type === undefined || matchesType(type, params.type)) &&
        (params.types === undefined || params.types.includes(type)) &&
        (params.delivery_success === undefined ||
          params.delivery_success === events.wasDelivered(store.events.getId(sequence))),
    });
    return serializePage(page, PATH, (record) => serializeEvent(account, record));
  },
};

export const retrieveEvent: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { store, events } = account;
    const { expand } = parseParams(retrieveSchema, request.params);
    parseExpand("event", expand);
    const record = findOrThrow(store.events, request.id);
    if (record.created < events.horizon) throw createMissingError("event", request.id);
    return serializeEvent(account, record);
  },
};

/** As the account's API version has it, whatever the version of the request: the data of an event never changes. */
function serializeEvent(account: Account, record: EventRecord): string {
  return convertEvent(account, account.serializers.event(record), account.facts.apiVersion);
}

function matchesType(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
