import { z } from "zod";
import { resourceMissing } from "../errors";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { boolean, expandable, list, listParams, oneOf, parseParams, range, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/products";

const listSchema = z.strictObject({
  ...listParams,
  active: boolean.optional(),
  created: range.optional(),
  ids: list(text).optional(),
  shippable: boolean.optional(),
  type: oneOf(["good", "service"]).optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listProducts: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, writers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = expandTree("product_list", params.expand)?.get("data");
    const page = pageOf({
      collection: store.products,
      ascending: store.products.index.ascending(),
      params,
      created: params.created,
      matches: (product) =>
        (params.active === undefined || product.active === params.active) &&
        (params.ids === undefined || params.ids.includes(store.products.idOf(product.sequence))) &&
        params.shippable !== true &&
        params.type !== "good",
    });
    return pageText(page, PATH, (record) => writers.product(record, expand));
  },
};

export const retrieveProduct: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, writers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = expandTree("product", expand);
    const record = found(store.products, request.id);
    if (record.deleted) throw resourceMissing("product", request.id);
    return writers.product(record, tree);
  },
};
