import type pg from "pg";
import { mappingSchema } from "~/mapping/mapping.server";
import { listMappedPlans } from "~/mapping/plans";
import type { Described } from "./staging.server";

/** Stores the plans of the mapping, as the rules read them: each under the word that the application records for it. */
export async function storePlans(
  client: Pick<pg.ClientBase, "query">,
  { document }: Pick<Described, "document">,
): Promise<void> {
  const { plans, prices } = listMappedPlans(mappingSchema.parse(document));
  await client.query(
    `INSERT INTO parity."Plan" (id, name, seats)
     SELECT id, name, seats FROM jsonb_to_recordset($1) AS p(id text, name text, seats int) ON CONFLICT DO NOTHING`,
    [JSON.stringify(plans)],
  );
  await client.query(
    `INSERT INTO parity."PlanPrice" ("planId", "priceId", "lookupKey", "productId")
     SELECT "planId", "priceId", "lookupKey", "productId"
     FROM jsonb_to_recordset($1) AS p("planId" text, "priceId" text, "lookupKey" text, "productId" text) ON CONFLICT DO NOTHING`,
    [JSON.stringify(prices.map(({ planId, column, value }) => ({ planId, [column]: value })))],
  );
}
