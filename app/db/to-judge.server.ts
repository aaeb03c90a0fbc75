import type { Tx } from "./client.server";

/**
 * Marks everybody whose judgement may depend on these customers: whom they are linked to, and whose address they have.
 * In the transaction that stores what changed, so that whoever dies behind it leaves the mark.
 */
export async function markUsersOfCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = [...customerIds];
  await tx.$executeRaw`
    INSERT INTO "ToJudge" AS t ("userId")
    SELECT u.id FROM "User" u WHERE u."stripeCustomerId" = ANY(${ids})
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON u.id = c."metadataUserId" WHERE c.id = ANY(${ids})
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON lower(u.email COLLATE "C") = c."emailFolded"
      WHERE c.id = ANY(${ids})
    UNION SELECT u.id FROM "StripeSubscription" s JOIN "User" u ON u.id = s."metadataUserId"
      WHERE s."customerId" = ANY(${ids})
    UNION SELECT b."userId" FROM "StripeSubscription" s
      JOIN "BillingSubscription" b ON b."stripeSubscriptionId" = s.id WHERE s."customerId" = ANY(${ids})
    UNION SELECT l."userId" FROM "Link" l WHERE l."customerId" = ANY(${ids})
    ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET marks = t.marks + 1`;
}
