import type pg from "pg";
import { z } from "zod";
import { selectBilling, selectUsers } from "~/mapping/bridge/selects";
import { withoutOurTables } from "~/mapping/bridge/standalone";
import type { BridgeParts } from "~/mapping/bridge/values";

const recordedRow = z.object({
  ...{ id: z.string(), customer: z.string().nullable(), subscription: z.string().nullable() },
  ...{ status: z.string().nullable(), plan: z.string().nullable() },
  ...{ price: z.string().nullable(), product: z.string().nullable(), periodEnd: z.number().nullable() },
  ...{ email: z.string().nullable(), cancelAtPeriodEnd: z.boolean().nullable() },
});

/** What the application records of one owner, in its own words. */
export type RecordedOwner = z.output<typeof recordedRow>;

const MOST = 50_000;

/** The records of the owners; of a large application so many as are enough to learn its words. Nothing is installed. */
export async function readRecorded(
  client: Pick<pg.ClientBase, "query">,
  parts: BridgeParts,
): Promise<RecordedOwner[]> {
  const { rows } = await client.query<unknown[]>(
    `SELECT u.id, nullif(u."stripeCustomerId", '') AS customer, b."stripeSubscriptionId" AS subscription,
       u."subscriptionStatus" AS status, u.plan, b."stripePriceId" AS price, b."productId" AS product,
       u.email, u."cancelAtPeriodEnd",
       extract(epoch FROM coalesce(u."currentPeriodEnd", b."currentPeriodEnd"))::pg_catalog.float8 AS "periodEnd"
     FROM (${withoutOurTables(selectUsers(parts))}) AS u
     LEFT JOIN (${withoutOurTables(selectBilling(parts))}) AS b ON b."userId" = u.id LIMIT ${MOST}`,
  );
  return z.array(recordedRow).parse(rows);
}
