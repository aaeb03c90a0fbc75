import { expect, it } from "vitest";
import { mappingSchema } from "./mapping.server";
import { listMappedPlans } from "./plans";

const list = (holds: "word" | "price" | "product", fields: Record<string, string>) => {
  const mapping = mappingSchema.parse({
    ...{ version: 1, tables: { owners: { table: "users", key: "id" } }, fields },
    plan: { holds },
    plans: {
      Pro: {
        word: "pro",
        seats: 3,
        prices: ["price_a", "price_b"],
        products: ["prod_a"],
        lookupKeys: ["key"],
      },
    },
  });
  const { plans, prices } = listMappedPlans(mapping);
  return {
    plans: plans.map(({ id, name, seats }) => `${id} ${name} ${seats}`),
    prices: prices.map(({ planId, value }) => `${value} buys ${planId}`),
  };
};

it("a plan has the word that the application records for it", () => {
  const plan = "owners.plan";
  expect(list("word", { plan })).toEqual({
    plans: ["pro Pro 3"],
    prices: ["price_a buys pro", "price_b buys pro", "prod_a buys pro", "key buys pro"],
  });
  expect(list("price", { plan })).toEqual({
    plans: ["price_a Pro 3", "price_b Pro 3", "pro Pro 3"],
    prices: ["price_a buys price_a", "price_b buys price_b", "prod_a buys pro", "key buys pro"],
  });
  expect(list("product", { plan }).prices).toContain("prod_a buys prod_a");
  // Where no plan is recorded, it is Parity's alone.
  expect(list("price", {}).plans).toEqual(["pro Pro 3"]);
});
