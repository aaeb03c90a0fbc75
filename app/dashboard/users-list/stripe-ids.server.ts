import type { Database, Tx } from "~/platform/client.server";
import { sql } from "~/platform/sql.server";
import type { Found } from "./filters.server";

/**
 * The users to whom a whole `cus_…` or `sub_…` leads: recorded, linked, or named in Stripe's metadata. Null when the
 * search is no such id, or nobody has it: then it is a text like any other.
 */
export async function usersOfStripeId(db: Database | Tx, q: string): Promise<Found> {
  if (!/^(cus|sub)_[A-Za-z0-9_]+$/.test(q)) return null;
  const customers = q.startsWith("cus_")
    ? sql`SELECT ${q}::text AS "id"`
    : sql`SELECT "customerId" AS "id" FROM "StripeSubscription" WHERE "id" = ${q}`;
  const rows = await db.$queryRaw<{ userId: string }[]>`
    WITH customers AS (${customers})
    SELECT "id" AS "userId" FROM "User" WHERE "stripeCustomerId" IN (SELECT "id" FROM customers)
    UNION SELECT "userId" FROM "BillingSubscription" WHERE "stripeSubscriptionId" = ${q}
    UNION SELECT "userId" FROM "Link" WHERE "customerId" IN (SELECT "id" FROM customers) AND "source" <> 'rejected'
    UNION SELECT "metadataUserId" FROM "StripeCustomer"
      WHERE "id" IN (SELECT "id" FROM customers) AND "metadataUserId" IS NOT NULL
    UNION SELECT "metadataUserId" FROM "StripeSubscription"
      WHERE "customerId" IN (SELECT "id" FROM customers) AND "metadataUserId" IS NOT NULL
    UNION SELECT "metadataUserId" FROM "StripeSubscription" WHERE "id" = ${q} AND "metadataUserId" IS NOT NULL`;
  return rows.length === 0 ? null : rows.map(({ userId }) => userId);
}
