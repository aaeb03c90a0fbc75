import type { SubscriptionItem } from "./observation";

/** What a Stripe price buys. */
export type Plan = { id: string; name: string; seats: number };

/** Which price belongs to which plan, by price id or by lookup key. */
export type Catalogue = {
  plans: ReadonlyMap<string, Plan>;
  byPriceId: ReadonlyMap<string, Plan>;
  byLookupKey: ReadonlyMap<string, Plan>;
};

export type PriceMapping = { planId: string; priceId: string | null; lookupKey: string | null };

/** Builds the catalogue from rows; a mapping to a plan that does not exist is ignored. */
export function buildCatalogue(plans: readonly Plan[], mappings: readonly PriceMapping[]): Catalogue {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const byPriceId = new Map<string, Plan>();
  const byLookupKey = new Map<string, Plan>();
  for (const mapping of mappings) {
    const plan = byId.get(mapping.planId);
    if (!plan) continue;
    if (mapping.priceId !== null) byPriceId.set(mapping.priceId, plan);
    if (mapping.lookupKey !== null) byLookupKey.set(mapping.lookupKey, plan);
  }
  return { plans: byId, byPriceId, byLookupKey };
}

/** The plan of a price; null for an unmapped price, which is never guessed. The price id wins over the lookup key. */
export function findPlan(
  catalogue: Catalogue,
  price: Pick<SubscriptionItem, "priceId" | "lookupKey">,
): Plan | null {
  const byId = catalogue.byPriceId.get(price.priceId);
  if (byId) return byId;
  return price.lookupKey === null ? null : (catalogue.byLookupKey.get(price.lookupKey) ?? null);
}

/** Words that no application uses for more than a paid plan gives. */
const WITHOUT_PLAN = new Set(["", "free", "none"]);

const foldWord = (word: string) => word.trim().toLowerCase();

/**
 * May a recorded plan give more than another one? One in the catalogue does when it has more seats. A word that is not in
 * it, such as `enterprise`, may: only the application knows what it means.
 */
export function mayPlanGiveMore(recorded: string | null, other: Plan | null, catalogue: Catalogue): boolean {
  if (recorded === null || recorded === other?.id) return false;
  const known = catalogue.plans.get(recorded);
  if (known) return known.seats > (other?.seats ?? 0);
  if (other !== null && foldWord(recorded) === foldWord(other.id)) return false;
  return other === null || !WITHOUT_PLAN.has(foldWord(recorded));
}

/**
 * Mappings for prices that have a plan only through their lookup key. Their ids are stored, because a lookup key moves to a new
 * price (`transfer_lookup_key`) while old subscribers keep the old one.
 */
export function listNewMappings(catalogue: Catalogue, items: Iterable<SubscriptionItem>): PriceMapping[] {
  const found = new Map<string, PriceMapping>();
  for (const item of items) {
    if (item.lookupKey === null || catalogue.byPriceId.has(item.priceId)) continue;
    const plan = catalogue.byLookupKey.get(item.lookupKey);
    if (plan) found.set(item.priceId, { planId: plan.id, priceId: item.priceId, lookupKey: null });
  }
  return [...found.values()];
}
