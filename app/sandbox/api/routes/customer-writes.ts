import { z } from "zod";
import type { Account } from "../../account/account";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { expandable, ignored, integer, metadata, parseParams, unsettable } from "../params";
import { type ApiRequest, type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/customers";

const fields = {
  ...expandable,
  email: unsettable.optional(),
  name: unsettable.optional(),
  description: unsettable.optional(),
  phone: unsettable.optional(),
  balance: integer().optional(),
  metadata: metadata.optional(),
  address: ignored,
  invoice_settings: ignored,
  payment_method: ignored,
  preferred_locales: ignored,
  shipping: ignored,
  source: ignored,
  tax_exempt: ignored,
};

const createSchema = z.strictObject({ ...fields, test_clock: unsettable.optional() });
const updateSchema = z.strictObject(fields);
const deleteSchema = z.strictObject({});

export const createCustomer: ApiRoute = {
  method: "POST",
  path: PATH,
  handle(account, request) {
    const { expand, metadata: given, ...params } = parseParams(createSchema, request.params);
    const tree = parseExpand("customer", expand);
    const { id } = account.customers.create({ ...params, ...(given ? { metadata: given } : {}) });
    return account.serializers.customer(findOrThrow(account.store.customers, id), tree);
  },
};

export const updateCustomer: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand, ...params } = parseParams(updateSchema, request.params);
    const tree = parseExpand("customer", expand);
    refuseDeleted(account, request);
    account.customers.update(request.id, params);
    return account.serializers.customer(findOrThrow(account.store.customers, request.id), tree);
  },
};

export const deleteCustomer: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle(account, request) {
    parseParams(deleteSchema, request.params);
    refuseDeleted(account, request);
    account.customers.delete(request.id);
    return account.serializers.customer(findOrThrow(account.store.customers, request.id));
  },
};

function refuseDeleted({ store }: Account, { id }: ApiRequest): void {
  if (findOrThrow(store.customers, id).deleted) throw createMissingError("customer", id);
}
