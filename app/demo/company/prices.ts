import type { Tx } from "~/platform/client.server";
import type { Sandbox } from "~/sandbox/sandbox";
import { SHIPPED_PLANS, type ShippedPlanId } from "../../../prisma/plans";
import { makeStripeId } from "./ids";

type PriceStory = {
  /** In the currency's smallest unit; null when tiered. */
  amount: number | null;
  currency: string;
  interval: "month" | "year";
  lookupKey?: string;
  /** Null: it belongs to no plan. */
  plan: ShippedPlanId | null;
  /** Mapped to the plan by its id: by an admin, or because it once had a mapped lookup key. */
  claimed?: "admin" | "seen";
};

/** In the order of creation: the lookup key of the first price was transferred to the second. */
const PRICES = {
  starter_2024: {
    amount: 1_500,
    currency: "usd",
    interval: "month",
    lookupKey: "starter_monthly",
    plan: "starter",
    claimed: "seen",
  },
  starter_monthly: {
    amount: 2_000,
    currency: "usd",
    interval: "month",
    lookupKey: "starter_monthly",
    plan: "starter",
  },
  army_yearly: {
    amount: 20_000,
    currency: "usd",
    interval: "year",
    lookupKey: "army_yearly",
    plan: "army",
  },
  army_monthly: { amount: 2_400, currency: "usd", interval: "month", plan: "army", claimed: "admin" },
  army_tiered: { amount: null, currency: "usd", interval: "month", plan: "army", claimed: "admin" },
  starter_eur: { amount: 1_800, currency: "eur", interval: "month", plan: "starter", claimed: "admin" },
  starter_jpy: { amount: 3_000, currency: "jpy", interval: "month", plan: "starter", claimed: "admin" },
  agency_legacy: { amount: 4_900, currency: "usd", interval: "month", plan: null },
} as const satisfies Record<string, PriceStory>;

export type PriceKey = keyof typeof PRICES;

const ALL = Object.entries(PRICES) as [PriceKey, PriceStory][];

export const makePriceId = (key: PriceKey) => makeStripeId("price_1", key);
export const findPrice = (key: PriceKey): PriceStory => PRICES[key];

const TIERS = [
  { up_to: 10, unit_amount: 2_400 },
  { up_to: null, unit_amount: 1_900 },
];
const DAY = 86_400;

/** Creates the prices that are missing in the sandbox. */
export function createPrices(sandbox: Sandbox, now: number): void {
  const { store } = sandbox.account;
  const product = makeStripeId("prod_", "soldiers");
  const created = now - 700 * DAY;
  if (!store.products.find(product)) sandbox.products.create({ id: product, name: "AI soldiers", created });
  for (const [index, [key, price]] of ALL.entries()) {
    const id = makePriceId(key);
    if (store.prices.find(id)) continue;
    sandbox.prices.create({
      id,
      product,
      currency: price.currency,
      ...(price.amount === null ? { tiers: TIERS, tiers_mode: "graduated" } : { unit_amount: price.amount }),
      recurring: { interval: price.interval },
      lookup_key: price.lookupKey ?? null,
      transfer_lookup_key: true,
      created: created + index * 60 * DAY,
    });
  }
}

/** Maps the prices that plans know by id. */
export async function mapPrices(tx: Tx): Promise<void> {
  await tx.planPrice.createMany({
    data: ALL.flatMap(([key, { plan, claimed }]) =>
      plan !== null && claimed ? [{ planId: plan, priceId: makePriceId(key), source: claimed }] : [],
    ),
    skipDuplicates: true,
  });
}

/** Seats of a plan; 0 without a plan. */
export const findSeats = (plan: string | null) => SHIPPED_PLANS.find(({ id }) => id === plan)?.seats ?? 0;
