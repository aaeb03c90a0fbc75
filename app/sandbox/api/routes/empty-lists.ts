import { z } from "zod";
import { toListJson } from "../../json";
import { createMissingError } from "../errors";
import { listParams, parseParams, text } from "../params";
import type { ApiRoute } from "../route";
import { findOrThrow } from "../route";

/** Kinds of objects that cannot exist in the sandbox, because it refuses to make them: lists of them are truly empty. */
const EMPTY: Readonly<Record<string, string>> = {
  "/v1/billing/meters": "billing.meter",
  "/v1/coupons": "coupon",
  "/v1/credit_notes": "credit_note",
  "/v1/entitlements/features": "entitlements.feature",
  "/v1/payment_links": "payment_link",
  "/v1/promotion_codes": "promotion_code",
  "/v1/quotes": "quote",
  "/v1/radar/early_fraud_warnings": "early_fraud_warning",
  "/v1/reviews": "review",
  "/v1/setup_intents": "setup_intent",
  "/v1/subscription_schedules": "subscription_schedule",
  "/v1/tax_ids": "tax_id",
  "/v1/tax_rates": "tax_rate",
};

/** The filters may be anything that Stripe knows: nothing fits. */
const listSchema = z.looseObject({ ...listParams, customer: text.optional() });

/** Lists without any object, and the 404 for each object. */
export const emptyRoutes: readonly ApiRoute[] = [
  ...Object.keys(EMPTY).map((path) => defineEmptyList(path)),
  ...Object.entries(EMPTY).map(([path, kind]) => defineMissing(path, kind)),
  defineEmptyList("/v1/entitlements/active_entitlements"),
  defineEmptyList("/v1/customers/:id/tax_ids"),
];

function defineEmptyList(path: string): ApiRoute {
  return {
    method: "GET",
    path,
    handle({ store }, { params, id }) {
      const { customer = id === "" ? undefined : id } = parseParams(listSchema, params);
      if (customer !== undefined) findOrThrow(store.customers, customer, id === "" ? "customer" : "id");
      return toListJson([], false, path.replace(":id", id));
    },
  };
}

function defineMissing(path: string, kind: string): ApiRoute {
  return {
    method: "GET",
    path: `${path}/:id`,
    handle(_account, { id }) {
      throw createMissingError(kind, id);
    },
  };
}
