import { z } from "zod";
import type { Store } from "../../store/store";
import { ApiError, createMissingError } from "../errors";
import { parseExpand } from "../expand";
import {
  boolean,
  choice,
  currency,
  expandable,
  integer,
  list,
  metadata,
  parseParams,
  text,
  unsettable,
} from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/prices";

const fields = {
  ...expandable,
  active: boolean.optional(),
  lookup_key: unsettable.optional(),
  transfer_lookup_key: boolean.optional(),
  nickname: unsettable.optional(),
  metadata: metadata.optional(),
  tax_behavior: choice(["exclusive", "inclusive", "unspecified"]).optional(),
};

const decimal = z.string().regex(/^\d+(\.\d{1,12})?$/, "must be a decimal number");

const tier = z.strictObject({
  up_to: z.union([z.literal("inf").transform(() => null), integer({ min: 1 })]),
  unit_amount: integer().optional(),
  unit_amount_decimal: decimal.optional(),
  flat_amount: integer().optional(),
  flat_amount_decimal: decimal.optional(),
});

const currencyOptions = z.record(
  z.string().regex(/^[a-z]{3}$/),
  z.strictObject({
    unit_amount: integer({ min: 0 }).optional(),
    unit_amount_decimal: decimal.optional(),
    tiers: list(tier).optional(),
    tax_behavior: fields.tax_behavior,
  }),
);

const createSchema = z.strictObject({
  ...fields,
  product: text,
  currency,
  unit_amount: integer({ min: 0 }).optional(),
  unit_amount_decimal: decimal.optional(),
  currency_options: currencyOptions.optional(),
  transform_quantity: z
    .strictObject({ divide_by: integer({ min: 1 }), round: choice(["down", "up"]) })
    .optional(),
  billing_scheme: choice(["per_unit", "tiered"]).optional(),
  tiers: list(tier).optional(),
  tiers_mode: choice(["graduated", "volume"]).optional(),
  recurring: z
    .strictObject({
      interval: choice(["day", "month", "week", "year"]),
      interval_count: integer({ min: 1 }).optional(),
      usage_type: choice(["licensed", "metered"]).optional(),
      meter: text.optional(),
    })
    .optional(),
});

const updateSchema = z.strictObject({ ...fields, currency_options: currencyOptions.optional() });

export const createPrice: ApiRoute = {
  method: "POST",
  path: PATH,
  handle({ prices, store, serializers }, request) {
    const { expand, metadata: given, ...params } = parseParams(createSchema, request.params);
    const tree = parseExpand("price", expand);
    if (findOrThrow(store.products, params.product, "product").deleted) {
      throw createMissingError("product", params.product, "product");
    }
    refuseWrongAmount(params);
    refuseTakenLookupKey(store, params);
    const { id } = prices.create({ ...params, ...(given ? { metadata: given } : {}) });
    return serializers.price(findOrThrow(store.prices, id), tree);
  },
};

export const updatePrice: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle({ prices, store, serializers }, request) {
    const { expand, ...params } = parseParams(updateSchema, request.params);
    const tree = parseExpand("price", expand);
    if (findOrThrow(store.prices, request.id).lookupKey !== params.lookup_key)
      refuseTakenLookupKey(store, params);
    prices.update(request.id, params);
    return serializers.price(findOrThrow(store.prices, request.id), tree);
  },
};

/** A price has one amount, or tiers of which the last has no end. */
function refuseWrongAmount({
  unit_amount,
  unit_amount_decimal,
  billing_scheme,
  tiers,
  tiers_mode,
}: Omit<z.output<typeof createSchema>, "expand">): void {
  const amounts = [unit_amount, unit_amount_decimal].filter((amount) => amount !== undefined);
  const refuse = (message: string, param: string) => new ApiError({ status: 400, message, param });
  if (billing_scheme !== "tiered") {
    if (tiers !== undefined) throw refuse("`tiers` needs `billing_scheme` to be `tiered`.", "tiers");
    if (amounts.length === 1) return;
    throw refuse("You must provide exactly one of `unit_amount` or `unit_amount_decimal`.", "unit_amount");
  }
  if (amounts.length > 0) throw refuse("A tiered price has no amount besides its tiers.", "unit_amount");
  if (tiers === undefined || tiers.length === 0) throw refuse("You must provide `tiers`.", "tiers");
  if (tiers_mode === undefined) throw refuse("You must provide `tiers_mode`.", "tiers_mode");
  if (tiers.at(-1)?.up_to !== null) throw refuse("The last tier must have `up_to` set to `inf`.", "tiers");
}

function refuseTakenLookupKey(
  store: Store,
  { lookup_key, transfer_lookup_key }: { lookup_key?: string | null; transfer_lookup_key?: boolean },
): void {
  const holder = lookup_key ? store.findPriceByLookupKey(lookup_key) : undefined;
  if (!holder || transfer_lookup_key) return;
  throw new ApiError({
    status: 400,
    message: `A price (\`${store.prices.getId(holder.sequence)}\`) already uses that lookup key.`,
    param: "lookup_key",
  });
}
