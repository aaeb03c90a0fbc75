import { z } from "zod";
import { type PriceView, toPriceView } from "~/billing/money";
import { storedItems } from "~/engine/observe/stored-items";
import type { Database } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** A plan with its current price; `price` is null until a subscription with that price was read. */
export type PlanForSale = {
  id: string;
  name: string;
  seats: number;
  lookupKey: string | null;
  priceId: string | null;
  price: PriceView | null;
};

/**
 * Plans that were given a price or a lookup key, fewest soldiers first, with the price last seen under it. Asks
 * Stripe nothing: what was never sold has no price to show yet.
 */
export async function listPlansForSale(db: Database): Promise<PlanForSale[]> {
  const plans = await db.plan.findMany({
    // A plan without seats gives nothing that could be sold.
    where: { seats: { gt: 0 } },
    orderBy: [{ seats: "asc" }, { id: "asc" }],
    // A lookup key comes first: it names the current price. Prices that were only seen in subscriptions are old.
    include: {
      prices: {
        // A product does not say which of its prices is for sale.
        where: { source: { not: "seen" }, productId: null },
        orderBy: [{ lookupKey: { sort: "asc", nulls: "last" } }, { createdAt: "asc" }],
      },
    },
  });
  const sold = plans.flatMap(({ id, name, seats, prices: [claim] }) =>
    claim ? [{ id, name, seats, lookupKey: claim.lookupKey, priceId: claim.priceId }] : [],
  );
  return Promise.all(sold.map(async (plan) => ({ ...plan, price: await findLastSeenPrice(db, plan) })));
}

const itemsRow = z.object({ items: storedItems });

async function findLastSeenPrice(
  db: Database,
  { lookupKey, priceId }: Pick<PlanForSale, "lookupKey" | "priceId">,
): Promise<PlanForSale["price"]> {
  const found = await queryOne(
    db,
    itemsRow,
    sql`
    SELECT items FROM parity."StripeSubscription"
    WHERE items @> ${JSON.stringify([lookupKey === null ? { priceId } : { lookupKey }])}::jsonb
      -- What one customer pays in another currency is not the price that all see.
      AND NOT jsonb_path_exists(items, '$[*].priceCurrency')
    ORDER BY created DESC LIMIT 1`,
  );
  const item = found?.items.find((one) =>
    lookupKey === null ? one.priceId === priceId : one.lookupKey === lookupKey,
  );
  if (!item) return null;
  // Nor what one customer is let off.
  const { isDiscounted: _, ...price } = toPriceView(item);
  return { ...price, quantity: 1 };
}
