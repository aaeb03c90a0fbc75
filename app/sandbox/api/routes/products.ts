import { z } from "zod";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { boolean, choice, expandable, list, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/products";

const listSchema = z.strictObject({
  ...listParams,
  active: boolean.optional(),
  created: range.optional(),
  ids: list(text).optional(),
  shippable: boolean.optional(),
  type: choice(["good", "service"]).optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listProducts: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, serializers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = parseExpand("product_list", params.expand)?.get("data");
    const page = findPage({
      collection: store.products,
      ascending: store.products.index.listAscending(),
      params,
      created: params.created,
      matches: (product) =>
        (params.active === undefined || product.active === params.active) &&
        (params.ids === undefined || params.ids.includes(store.products.getId(product.sequence))) &&
        params.shippable !== true &&
        params.type !== "good",
    });
    return serializePage(page, PATH, (record) => serializers.product(record, expand));
  },
};

export const retrieveProduct: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, serializers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = parseExpand("product", expand);
    const record = findOrThrow(store.products, request.id);
    if (record.deleted) throw createMissingError("product", request.id);
    return serializers.product(record, tree);
  },
};
