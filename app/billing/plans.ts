import type { SubscriptionItem } from "./observation";

/** What a Stripe price buys. A plan without seats gives no access. */
export type Plan = { id: string; name: string; seats: number };

/** What a price, lookup key or product is mapped to; null: it is ignored ("not ours"). */
type MappedTo = Plan | null;

/** Which price belongs to which plan: by price id, by lookup key, or by product. */
export type Catalogue = {
  plans: ReadonlyMap<string, Plan>;
  byPriceId: ReadonlyMap<string, MappedTo>;
  byLookupKey: ReadonlyMap<string, MappedTo>;
  byProductId: ReadonlyMap<string, MappedTo>;
};

/** `planId` null: whatever has this price is not ours. One of the three names what is mapped. */
export type PriceMapping = {
  planId: string | null;
  priceId: string | null;
  lookupKey: string | null;
  productId?: string | null;
};

/** Builds the catalogue from rows; a mapping to a plan that does not exist is left out. */
export function buildCatalogue(plans: readonly Plan[], mappings: readonly PriceMapping[]): Catalogue {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const byPriceId = new Map<string, MappedTo>();
  const byLookupKey = new Map<string, MappedTo>();
  const byProductId = new Map<string, MappedTo>();
  for (const { planId, priceId, lookupKey, productId = null } of mappings) {
    const plan = planId === null ? null : byId.get(planId);
    if (plan === undefined) continue;
    if (priceId !== null) byPriceId.set(priceId, plan);
    if (lookupKey !== null) byLookupKey.set(lookupKey, plan);
    if (productId !== null) byProductId.set(productId, plan);
  }
  return { plans: byId, byPriceId, byLookupKey, byProductId };
}

/** The names by which a price may be mapped. */
export type PriceNames = Pick<SubscriptionItem, "priceId" | "lookupKey" | "productId">;

/**
 * What a price is mapped to: its plan, null when it is ignored, undefined when it is not mapped. A price is never guessed. What
 * names it more precisely wins: the price id, then the lookup key, then the product.
 */
export function findMapping(
  catalogue: Catalogue,
  { priceId, lookupKey, productId }: PriceNames,
): MappedTo | undefined {
  const byPrice = catalogue.byPriceId.get(priceId);
  if (byPrice !== undefined) return byPrice;
  const byKey = lookupKey === null ? undefined : catalogue.byLookupKey.get(lookupKey);
  if (byKey !== undefined) return byKey;
  return productId == null ? undefined : catalogue.byProductId.get(productId);
}

/** The plan of a price; null for a price that is ignored or not mapped. */
export const findPlan = (catalogue: Catalogue, price: PriceNames): Plan | null =>
  findMapping(catalogue, price) ?? null;

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
