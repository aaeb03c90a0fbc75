import type { Database, Tx } from "~/platform/client.server";

/** The next users in the order of their ids; empty at the end. */
export async function userIdsAfter(db: Database, after: string | null, limit: number): Promise<string[]> {
  const rows = await db.user.findMany({
    where: after === null ? {} : { id: { gt: after } },
    select: { id: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(({ id }) => id);
}

/** Names of the workspaces of these users, with their owners. */
export async function workspaceNames(
  db: Database,
  userIds: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return db.workspace.findMany({
    where: { ownerId: { in: [...userIds] } },
    select: { id: true, name: true },
  });
}

/** Ids of the users that a query names exactly: by id, e-mail address (ASCII-folded), `cus_…` or `sub_…`. At most two. */
export async function findUserIds(db: Database, query: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "User" WHERE id = ${query} OR lower(email COLLATE "C") = lower(${query} COLLATE "C")
      OR "stripeCustomerId" = ${query}
    UNION SELECT "userId" FROM "BillingSubscription" WHERE "stripeSubscriptionId" = ${query}
    UNION SELECT u.id FROM "StripeSubscription" s JOIN "User" u
      ON u."stripeCustomerId" = s."customerId" OR u.id = s."metadataUserId" WHERE s.id = ${query}
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON u.id = c."metadataUserId" WHERE c.id = ${query}
    UNION SELECT "userId" FROM "Link" WHERE "customerId" = ${query} AND source <> 'rejected'
    LIMIT 2`;
  return rows.map(({ id }) => id);
}

export async function countUsers(db: Database | Tx): Promise<number> {
  return db.user.count();
}
