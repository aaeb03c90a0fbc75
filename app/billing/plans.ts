import type { SubscriptionItem } from "./observation";

/** What a Stripe price buys. */
export type Plan = { id: string; name: string; seats: number };

/** Which plan claims which price, by price id or by lookup key. */
export type Catalogue = {
  plans: ReadonlyMap<string, Plan>;
  byPriceId: ReadonlyMap<string, Plan>;
  byLookupKey: ReadonlyMap<string, Plan>;
};

export type PlanClaim = { planId: string; priceId: string | null; lookupKey: string | null };

/** Builds the catalogue from rows; a claim on a plan that does not exist claims nothing. */
export function catalogueOf(plans: readonly Plan[], claims: readonly PlanClaim[]): Catalogue {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const byPriceId = new Map<string, Plan>();
  const byLookupKey = new Map<string, Plan>();
  for (const claim of claims) {
    const plan = byId.get(claim.planId);
    if (!plan) continue;
    if (claim.priceId !== null) byPriceId.set(claim.priceId, plan);
    if (claim.lookupKey !== null) byLookupKey.set(claim.lookupKey, plan);
  }
  return { plans: byId, byPriceId, byLookupKey };
}

/** The plan that claims a price, or null: an unknown price is shown, never guessed. The id wins over the lookup key. */
export function planOfPrice(
  catalogue: Catalogue,
  price: Pick<SubscriptionItem, "priceId" | "lookupKey">,
): Plan | null {
  const byId = catalogue.byPriceId.get(price.priceId);
  if (byId) return byId;
  return price.lookupKey === null ? null : (catalogue.byLookupKey.get(price.lookupKey) ?? null);
}

/**
 * Prices that are claimed only by their lookup key now. Their ids are stored, because a lookup key moves to a new
 * price (`transfer_lookup_key`) while old subscribers keep the old one.
 */
export function claimsToKeep(catalogue: Catalogue, items: Iterable<SubscriptionItem>): PlanClaim[] {
  const found = new Map<string, PlanClaim>();
  for (const item of items) {
    if (item.lookupKey === null || catalogue.byPriceId.has(item.priceId)) continue;
    const plan = catalogue.byLookupKey.get(item.lookupKey);
    if (plan) found.set(item.priceId, { planId: plan.id, priceId: item.priceId, lookupKey: null });
  }
  return [...found.values()];
}
