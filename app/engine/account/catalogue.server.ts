import { z } from "zod";
import type { SubscriptionItem } from "~/billing/observation";
import { buildCatalogue, type Catalogue, listNewMappings } from "~/billing/plans";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** SQL: the plans, and which prices are mapped to them or ignored, as columns of a row of `storedCatalogue`. */
export const selectCatalogue = sql`
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'seats', seats)), '[]') FROM parity."Plan") AS plans,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('planId', "planId", 'priceId', "priceId", 'lookupKey', "lookupKey",
    'productId', "productId")), '[]') FROM parity."PlanPrice") AS mappings`;

/** Read as it is stored into the catalogue. */
export const storedCatalogue = z.object({
  plans: z.array(z.object({ id: z.string(), name: z.string(), seats: z.number() })),
  mappings: z.array(
    z.object({
      planId: z.string().nullable(),
      priceId: z.string().nullable(),
      lookupKey: z.string().nullable(),
      productId: z.string().nullable(),
    }),
  ),
});

/** The plans, and which prices are mapped to them or ignored. */
export async function loadCatalogue(db: Database | Tx): Promise<Catalogue> {
  const { plans, mappings } = await queryOneOrThrow(db, storedCatalogue, sql`SELECT ${selectCatalogue}`);
  return buildCatalogue(plans, mappings);
}

/**
 * Keeps the claim on price ids that were seen under a claimed lookup key, before the key moves on, for as long as the key is
 * mapped. Returns whether anything new was stored, and the catalogue must be loaded again.
 */
export async function keepSeenPrices(
  tx: Tx,
  catalogue: Catalogue,
  items: readonly SubscriptionItem[],
): Promise<boolean> {
  const claimed = new Set(listNewMappings(catalogue, items).map(({ priceId }) => priceId));
  if (claimed.size === 0) return false;
  const keys = new Map<string | null, string | null>();
  for (const { priceId, lookupKey } of items) if (lookupKey !== null) keys.set(priceId, lookupKey);
  const seen = [...claimed].map((priceId) => ({ priceId, lookupKey: keys.get(priceId) }));
  // To the plan that the key has now: it may have been mapped to another one since the catalogue was loaded.
  const count = await tx.$executeRaw`
    INSERT INTO parity."PlanPrice" ("planId", "priceId", source, "seenLookupKey")
    SELECT p."planId", r."priceId", 'seen', p."lookupKey"
    FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) AS r("priceId" text, "lookupKey" text)
    JOIN parity."PlanPrice" p USING ("lookupKey") ORDER BY r."priceId"
    ON CONFLICT ("priceId") DO NOTHING`;
  return count > 0;
}
