import { z } from "zod";
import type { Account } from "../../account/account";
import { ApiError } from "../errors";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import {
  boolean,
  expandable,
  list,
  listParams,
  metadata,
  only,
  parseParams,
  text,
  unsettable,
  webAddress,
} from "../params";
import { type ApiRoute, findOrThrow } from "../route";
import { requireVersion } from "../versions/versions";

const PATH = "/v1/webhook_endpoints";

const types = list(text, 500);

const createSchema = z.strictObject({
  ...expandable,
  url: webAddress,
  enabled_events: types,
  description: unsettable.optional(),
  metadata: metadata.optional(),
  api_version: text.optional(),
  connect: only("false"),
});

const updateSchema = z.strictObject({
  ...expandable,
  url: webAddress.optional(),
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
    refuseForeignHost(webhookEndpoints, params.url);
    if (params.api_version !== undefined) requireVersion(params.api_version);
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
    if (params.url !== undefined) refuseForeignHost(webhookEndpoints, params.url);
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

/** Made-up payments must not reach other machines, unless the options name them. */
function refuseForeignHost(endpoints: Account["webhookEndpoints"], url: string): void {
  if (endpoints.mayReach(url)) return;
  throw new ApiError({
    status: 400,
    message: "The sandbox sends webhooks to this machine and to the hosts in its option `webhookHosts` only.",
    param: "url",
  });
}
