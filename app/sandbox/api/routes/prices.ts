import { z } from "zod";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { boolean, choice, expandable, integer, list, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

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
      interval: choice(["day", "month", "week", "year"]).optional(),
      interval_count: integer().optional(),
      usage_type: choice(["licensed", "metered"]).optional(),
    })
    .optional(),
  type: choice(["one_time", "recurring"]).optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listPrices: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, serializers }, request) {
    const params = parseParams(listSchema, request.params);
    const expand = parseExpand("price_list", params.expand)?.get("data");
    const product =
      params.product === undefined
        ? undefined
        : findOrThrow(store.products, params.product, "product").sequence;
    const { active, currency, lookup_keys, recurring, type } = params;
    const page = findPage({
      collection: store.prices,
      ascending: store.prices.index.listAscending(),
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
    return serializePage(page, PATH, (record) => serializers.price(record, expand));
  },
};

export const retrievePrice: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle({ store, serializers }, request) {
    const { expand } = parseParams(retrieveSchema, request.params);
    const tree = parseExpand("price", expand);
    return serializers.price(findOrThrow(store.prices, request.id), tree);
  },
};
