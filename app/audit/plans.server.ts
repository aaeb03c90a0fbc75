import type pg from "pg";
import { mappingSchema } from "~/mapping/mapping.server";
import type { Described } from "./staging.server";

type PlanRow = { id: string; name: string; seats: number };
type PriceRow = {
  planId: string;
  priceId: string | null;
  lookupKey: string | null;
  productId: string | null;
};

/** Stores the plans of the mapping, as the rules read them: each under the word that the application records for it. */
export async function storePlans(
  client: Pick<pg.ClientBase, "query">,
  { document }: Pick<Described, "document">,
): Promise<void> {
  const { plans, plan } = mappingSchema.parse(document);
  const rows = new Map<string, PlanRow>();
  const prices: PriceRow[] = [];
  for (const [key, { word = key, name = key, seats, ...buys }] of Object.entries(plans)) {
    const add = (id: string, price: Partial<PriceRow>) => {
      rows.set(id, { id, name, seats });
      prices.push({ priceId: null, lookupKey: null, productId: null, ...price, planId: id });
    };
    rows.set(word, { id: word, name, seats });
    for (const priceId of buys.prices) add(plan.holds === "price" ? priceId : word, { priceId });
    for (const productId of buys.products) add(plan.holds === "product" ? productId : word, { productId });
    for (const lookupKey of buys.lookupKeys) add(word, { lookupKey });
  }
  await client.query(
    `INSERT INTO parity."Plan" (id, name, seats)
     SELECT id, name, seats FROM jsonb_to_recordset($1) AS p(id text, name text, seats int) ON CONFLICT DO NOTHING`,
    [JSON.stringify([...rows.values()])],
  );
  await client.query(
    `INSERT INTO parity."PlanPrice" ("planId", "priceId", "lookupKey", "productId")
     SELECT "planId", "priceId", "lookupKey", "productId"
     FROM jsonb_to_recordset($1) AS p("planId" text, "priceId" text, "lookupKey" text, "productId" text) ON CONFLICT DO NOTHING`,
    [JSON.stringify(prices)],
  );
}
