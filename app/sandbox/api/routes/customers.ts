import { z } from "zod";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { expandable, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/customers";

const listSchema = z.strictObject({
  ...listParams,
  created: range.optional(),
  email: text.optional(),
  test_clock: text.optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listCustomers: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, serializers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = parseExpand("customer_list", params.expand)?.get("data");
    const page = findPage({
      collection: store.customers,
      ascending:
        params.email === undefined
          ? store.customers.index.listAscending()
          : store.listCustomersByEmail(params.email),
      params,
      created: params.created,
      matches: ({ rare }) => rare.test_clock === (params.test_clock ?? null),
    });
    return serializePage(page, PATH, (record) => serializers.customer(record, expand));
  },
};

/** Also returns deleted customers, as `{id, object, deleted: true}`. */
export const retrieveCustomer: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, serializers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = parseExpand("customer", expand);
    return serializers.customer(findOrThrow(store.customers, request.id), tree);
  },
};
