import { expect, it } from "vitest";
import type { NewPrice } from "~/sandbox/account/prices";
import { createSandbox } from "~/sandbox/sandbox";
import { calculateAmount } from "./amounts";

function cost(fields: Partial<NewPrice>, quantity: number, currency = "usd"): number {
  const { account, products, prices } = createSandbox();
  const product = products.create({ name: "Seats" }).id;
  const { id } = prices.create({ product, currency: "usd", ...fields });
  const record = account.store.prices.find(id);
  if (!record) throw new Error("no price");
  return calculateAmount(record, quantity, currency);
}

const TIERS = [
  { up_to: 10, unit_amount: 100 },
  { up_to: 20, unit_amount: 50, flat_amount: 7 },
  { up_to: null, unit_amount: 10 },
];

it.each([
  ["per unit", { unit_amount: 700 }, 3, 2_100],
  ["half a cent, rounded once", { unit_amount_decimal: "0.5" }, 3, 2],
  ["fractions that binary numbers cannot hold", { unit_amount_decimal: "1.005" }, 100, 101],
  ["graduated: each unit at the price of its own tier", { tiers: TIERS, tiers_mode: "graduated" }, 15, 1_257],
  ["graduated: the first tier alone", { tiers: TIERS, tiers_mode: "graduated" }, 10, 1_000],
  ["graduated: all tiers", { tiers: TIERS, tiers_mode: "graduated" }, 25, 1_557],
  ["volume: all units at the price of one tier", { tiers: TIERS, tiers_mode: "volume" }, 15, 757],
  [
    "packages, rounded up",
    { unit_amount: 500, transform_quantity: { divide_by: 10, round: "up" } },
    11,
    1_000,
  ],
  [
    "packages, rounded down",
    { unit_amount: 500, transform_quantity: { divide_by: 10, round: "down" } },
    19,
    500,
  ],
  ["quantity 0", { unit_amount: 500 }, 0, 0],
] as const)("%s", (_name, fields, quantity, expected) => {
  expect(cost(fields, quantity)).toBe(expected);
});

it("a price has its own amount in each currency, and none in others", () => {
  const fields = { unit_amount: 20_000, currency_options: { eur: { unit_amount: 18_500 } } };
  expect(cost(fields, 1, "eur")).toBe(18_500);
  expect(cost(fields, 1)).toBe(20_000);
  expect(() => cost(fields, 1, "gbp")).toThrow("not sold in gbp");
});
