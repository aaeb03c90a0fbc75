import { z } from "zod";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { expandable, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, found } from "../route";

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
  handle({ store, writers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = expandTree("customer_list", params.expand)?.get("data");
    const page = pageOf({
      collection: store.customers,
      ascending:
        params.email === undefined ? store.customers.index.ascending() : store.customersOfEmail(params.email),
      params,
      created: params.created,
      matches: ({ rare }) => rare.test_clock === (params.test_clock ?? null),
    });
    return pageText(page, PATH, (record) => writers.customer(record, expand));
  },
};

/** A deleted customer answers too: `{id, object, deleted: true}`. */
export const retrieveCustomer: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, writers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = expandTree("customer", expand);
    return writers.customer(found(store.customers, request.id), tree);
  },
};
