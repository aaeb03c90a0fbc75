import type { SubscriptionItem } from "~/billing/observation";
import { buildCatalogue, type Catalogue, listNewMappings } from "~/billing/plans";
import type { Database, Tx } from "~/platform/client.server";

/** The plans, and which prices are mapped to them or ignored. */
export async function loadCatalogue(db: Database | Tx): Promise<Catalogue> {
  const [plans, mappings] = await Promise.all([db.plan.findMany(), db.planPrice.findMany()]);
  return buildCatalogue(plans, mappings);
}

/**
 * Keeps the claim on price ids that were seen under a claimed lookup key, before the key moves on. Returns whether
 * anything new was stored, and the catalogue must be loaded again.
 */
export async function keepSeenPrices(
  tx: Tx,
  catalogue: Catalogue,
  items: Iterable<SubscriptionItem>,
): Promise<boolean> {
  const claims = listNewMappings(catalogue, items);
  if (claims.length === 0) return false;
  const { count } = await tx.planPrice.createMany({
    data: claims.map(({ planId, priceId }) => ({ planId, priceId, source: "seen" })),
    skipDuplicates: true,
  });
  return count > 0;
}
