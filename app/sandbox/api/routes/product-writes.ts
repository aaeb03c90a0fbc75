import { z } from "zod";
import { ApiError } from "../errors";
import { parseExpand } from "../expand";
import { boolean, expandable, list, metadata, only, parseParams, text, unsettable } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/products";

const fields = {
  ...expandable,
  active: boolean.optional(),
  description: unsettable.optional(),
  metadata: metadata.optional(),
  images: z.union([z.literal("").transform(() => []), list(text, 8)]).optional(),
  marketing_features: z
    .union([z.literal("").transform(() => []), list(z.strictObject({ name: text }), 15)])
    .optional(),
  statement_descriptor: text.optional(),
  unit_label: unsettable.optional(),
  url: unsettable.optional(),
};

const createSchema = z.strictObject({ ...fields, id: text.optional(), name: text, type: only("service") });
const updateSchema = z.strictObject({ ...fields, name: text.optional() });
const deleteSchema = z.strictObject({});

export const createProduct: ApiRoute = {
  method: "POST",
  path: PATH,
  handle({ products, store, serializers }, request) {
    const { expand, metadata: given, id, type: _, ...params } = parseParams(createSchema, request.params);
    const tree = parseExpand("product", expand);
    if (id !== undefined && !/^[\w-]{1,250}$/.test(id)) {
      throw new ApiError({
        status: 400,
        message: "Product ids have only letters, digits, hyphens and underscores.",
        param: "id",
      });
    }
    if (id !== undefined && store.products.find(id)) {
      throw new ApiError({
        status: 400,
        code: "resource_already_exists",
        message: "Product already exists.",
        param: "id",
      });
    }
    const made = products.create({ ...params, id, ...(given ? { metadata: given } : {}) });
    return serializers.product(findOrThrow(store.products, made.id), tree);
  },
};

export const updateProduct: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle({ products, store, serializers }, request) {
    const { expand, ...params } = parseParams(updateSchema, request.params);
    const tree = parseExpand("product", expand);
    findOrThrow(store.products, request.id);
    products.update(request.id, params);
    return serializers.product(findOrThrow(store.products, request.id), tree);
  },
};

export const deleteProduct: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle({ products, store, serializers }, request) {
    parseParams(deleteSchema, request.params);
    const { sequence } = findOrThrow(store.products, request.id);
    for (const price of store.prices.all()) {
      if (price.product !== sequence) continue;
      throw new ApiError({
        status: 400,
        message: "This product cannot be deleted because it has one or more user-created prices.",
      });
    }
    products.delete(request.id);
    return serializers.product(findOrThrow(store.products, request.id));
  },
};
