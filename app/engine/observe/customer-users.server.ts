import type { Database } from "~/platform/client.server";

/** Users to whom a customer is linked, or whose e-mail address it has; empty when nobody claims it. */
export async function listUsersOfCustomer(db: Database, customerId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT u.id FROM "User" u WHERE u."stripeCustomerId" = ${customerId}
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u
      ON u.id = c."metadataUserId" OR lower(u.email COLLATE "C") = c."emailFolded" WHERE c.id = ${customerId}
    UNION SELECT u.id FROM "StripeSubscription" s JOIN "User" u ON u.id = s."metadataUserId"
      WHERE s."customerId" = ${customerId} AND NOT s.gone
    UNION SELECT b."userId" FROM "StripeSubscription" s
      JOIN "BillingSubscription" b ON b."stripeSubscriptionId" = s.id WHERE s."customerId" = ${customerId}
    UNION SELECT l."userId" FROM "Link" l WHERE l."customerId" = ${customerId} AND l.source <> 'rejected'
    ORDER BY 1`;
  return rows.map(({ id }) => id);
}

/**
 * Links a customer to a user, who is then to be evaluated again, because a checkout session that our application made says so. What staff decided stays.
 * Nothing happens when there is no such user.
 */
export async function linkBySession(db: Database, userId: string, customerId: string): Promise<void> {
  await db.$executeRaw`
    WITH linked AS (
      INSERT INTO "Link" ("userId", "customerId", source, actor)
      SELECT id, ${customerId}, 'session', 'checkout' FROM "User" WHERE id = ${userId}
      ON CONFLICT ("userId", "customerId") DO UPDATE SET source = 'session' WHERE "Link".source = 'email'
      RETURNING "userId")
    INSERT INTO "RecheckQueue" ("userId") SELECT "userId" FROM linked
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}
