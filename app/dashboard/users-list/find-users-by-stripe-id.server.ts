import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const userRow = z.object({ userId: z.string() });

/**
 * Ids of the users that a whole `cus_…` or `sub_…` belongs to: by the record, by a link, or by Stripe's metadata. Null when
 * the search is no such id or it belongs to no user: then it is an ordinary text.
 */
export async function findUsersByStripeId(db: Database | Tx, q: string): Promise<string[] | null> {
  if (!/^(cus|sub)_[A-Za-z0-9_]+$/.test(q)) return null;
  const customers = q.startsWith("cus_")
    ? sql`SELECT ${q}::text AS "id"`
    : sql`SELECT "customerId" AS "id" FROM "StripeSubscription" WHERE "id" = ${q}`;
  const rows = await queryRows(
    db,
    userRow,
    sql`WITH customers AS (${customers})
    SELECT "id" AS "userId" FROM "User" WHERE "stripeCustomerId" IN (SELECT "id" FROM customers)
    UNION SELECT "userId" FROM "BillingSubscription" WHERE "stripeSubscriptionId" = ${q}
    UNION SELECT "userId" FROM "Link" WHERE "customerId" IN (SELECT "id" FROM customers) AND "source" <> 'rejected'
    UNION SELECT "metadataUserId" FROM "StripeCustomer"
      WHERE "id" IN (SELECT "id" FROM customers) AND "metadataUserId" IS NOT NULL
    UNION SELECT "metadataUserId" FROM "StripeSubscription"
      WHERE "customerId" IN (SELECT "id" FROM customers) AND "metadataUserId" IS NOT NULL
    UNION SELECT "metadataUserId" FROM "StripeSubscription" WHERE "id" = ${q} AND "metadataUserId" IS NOT NULL`,
  );
  return rows.length === 0 ? null : rows.map(({ userId }) => userId);
}
