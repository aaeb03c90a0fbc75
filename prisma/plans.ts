import type { Database, Tx } from "~/platform/client.server";

/** The plans that come with Parity, with the lookup key of each plan's price in Stripe. */
export const SHIPPED_PLANS = [
  { id: "starter", name: "Starter", seats: 1, lookupKey: "starter_monthly" },
  { id: "army", name: "Army", seats: 5, lookupKey: "army_yearly" },
] as const;

export type ShippedPlanId = (typeof SHIPPED_PLANS)[number]["id"];

/** Creates missing plans and price mappings. What an admin changed stays as it is. */
export async function ensurePlans(db: Database | Tx): Promise<void> {
  await db.plan.createMany({
    data: SHIPPED_PLANS.map(({ id, name, seats }) => ({ id, name, seats })),
    skipDuplicates: true,
  });
  await db.planPrice.createMany({
    data: SHIPPED_PLANS.map(({ id, lookupKey }) => ({ planId: id, lookupKey, source: "seed" })),
    skipDuplicates: true,
  });
}
