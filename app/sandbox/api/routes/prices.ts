import { z } from "zod";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { boolean, expandable, integer, list, listParams, oneOf, parseParams, range, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/prices";
const MAX_LOOKUP_KEYS = 10;

const listSchema = z.strictObject({
  ...listParams,
  active: boolean.optional(),
  created: range.optional(),
  currency: text.optional(),
  lookup_keys: list(text, MAX_LOOKUP_KEYS).optional(),
  product: text.optional(),
  recurring: z
    .strictObject({
      interval: oneOf(["day", "month", "week", "year"]).optional(),
      interval_count: integer().optional(),
      usage_type: oneOf(["licensed", "metered"]).optional(),
    })
    .optional(),
  type: oneOf(["one_time", "recurring"]).optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listPrices: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, writers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = expandTree("price_list", params.expand)?.get("data");
    const product =
      params.product === undefined ? undefined : found(store.products, params.product, "product").sequence;
    const { active, currency, lookup_keys, recurring, type } = params;
    const page = pageOf({
      collection: store.prices,
      ascending: store.prices.index.ascending(),
      params,
      created: params.created,
      matches: (price) =>
        price.active === (active ?? true) &&
        (currency === undefined || price.currency === currency) &&
        (product === undefined || price.product === product) &&
        (lookup_keys === undefined || (price.lookupKey !== null && lookup_keys.includes(price.lookupKey))) &&
        (recurring?.interval === undefined || price.recurring?.interval === recurring.interval) &&
        recurring?.usage_type !== "metered" &&
        (type === undefined || type === (price.recurring ? "recurring" : "one_time")),
    });
    return pageText(page, PATH, (record) => writers.price(record, expand));
  },
};

export const retrievePrice: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, writers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = expandTree("price", expand);
    return writers.price(found(store.prices, request.id), tree);
  },
};
