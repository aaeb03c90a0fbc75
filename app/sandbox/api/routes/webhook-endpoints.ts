import { z } from "zod";
import { isLoopbackUrl } from "../../loopback";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import {
  boolean,
  expandable,
  ignored,
  list,
  listParams,
  metadata,
  parseParams,
  text,
  unsettable,
  webAddress,
} from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/webhook_endpoints";

const localAddress = webAddress.refine(isLoopbackUrl, "The sandbox sends webhooks to this machine only.");
const types = list(text, 500);

const createSchema = z.strictObject({
  ...expandable,
  url: localAddress,
  enabled_events: types,
  description: unsettable.optional(),
  metadata: metadata.optional(),
  api_version: ignored,
  connect: ignored,
});

const updateSchema = z.strictObject({
  ...expandable,
  url: localAddress.optional(),
  enabled_events: types.optional(),
  description: unsettable.optional(),
  disabled: boolean.optional(),
  metadata: metadata.optional(),
});

const listSchema = z.strictObject(listParams);
const retrieveSchema = z.strictObject(expandable);
const deleteSchema = z.strictObject({});

/** The only response that contains the secret. */
export const createWebhookEndpoint: ApiRoute = {
  method: "POST",
  path: PATH,
  handle({ store, serializers, webhookEndpoints }, request) {
    const { expand, metadata: given, ...params } = parseParams(createSchema, request.params);
    parseExpand("webhook_endpoint", expand);
    const { id } = webhookEndpoints.create({ ...params, ...(given ? { metadata: given } : {}) });
    return serializers.newWebhookEndpoint(findOrThrow(store.webhookEndpoints, id));
  },
};

export const listWebhookEndpoints: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, serializers }, request) {
    const params = parseParams(listSchema, request.params);
    parseExpand("webhook_endpoint_list", params.expand);
    const collection = store.webhookEndpoints;
    const page = findPage({ collection, ascending: collection.index.listAscending(), params });
    return serializePage(page, PATH, (record) => serializers.webhookEndpoint(record));
  },
};

export const retrieveWebhookEndpoint: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, serializers }, request) {
    parseExpand("webhook_endpoint", parseParams(retrieveSchema, request.params).expand);
    return serializers.webhookEndpoint(findOrThrow(store.webhookEndpoints, request.id));
  },
};

export const updateWebhookEndpoint: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle({ store, serializers, webhookEndpoints }, request) {
    const { expand, ...params } = parseParams(updateSchema, request.params);
    parseExpand("webhook_endpoint", expand);
    findOrThrow(store.webhookEndpoints, request.id);
    webhookEndpoints.update(request.id, params);
    return serializers.webhookEndpoint(findOrThrow(store.webhookEndpoints, request.id));
  },
};

export const deleteWebhookEndpoint: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle({ store, webhookEndpoints }, request) {
    parseParams(deleteSchema, request.params);
    findOrThrow(store.webhookEndpoints, request.id);
    webhookEndpoints.delete(request.id);
    return JSON.stringify({ id: request.id, object: "webhook_endpoint", deleted: true });
  },
};
