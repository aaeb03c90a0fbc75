import { z } from "zod";
import type { PriceRecord } from "../../store/records";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { boolean, expandable, parseParams, text } from "../params";
import { defineList, findSequence, type Resource } from "../resource";
import { type ApiRoute, findOrThrow } from "../route";

/** Recurring prices as Stripe showed them before there were prices: under the same ids. */
const plans: Resource<PriceRecord> = {
  path: "/v1/plans",
  kind: "plan",
  collection: ({ store }) => store.prices,
  write: ({ serializers }, record, expand) => serializers.plan(record, expand),
};

export const listPlans = defineList({
  ...plans,
  listKind: "plan_list",
  filters: { active: boolean.optional(), product: text.optional() },
  createFilter({ store }, { active, product: id }) {
    const product = findSequence(store.products, id, "product");
    return {
      matches: (price) =>
        price.recurring !== null &&
        (active === undefined || price.active === active) &&
        (product === undefined || price.product === product),
    };
  },
});

export const retrievePlan: ApiRoute = {
  method: "GET",
  path: `${plans.path}/:id`,
  handle({ store, serializers }, request) {
    const { expand } = parseParams(z.strictObject(expandable), request.params);
    const tree = parseExpand("plan", expand);
    const record = store.prices.find(request.id);
    if (!record?.recurring) throw createMissingError("plan", request.id);
    return serializers.plan(findOrThrow(store.prices, request.id), tree);
  },
};
