import { type Sql, sql } from "~/platform/sql.server";

/**
 * SQL: the ids of the users that own a Stripe customer by a strong link, as rows `("userId")`, with repetitions. The one
 * answer to "whose customer is this": the record's customer, the record's subscription, `metadata.userId` of the customer
 * or of a listed subscription, and links that are not rejected. `customerId`: an expression, also a column of an outer
 * query, as in `NOT EXISTS (…)` or `CROSS JOIN LATERAL (…)`. (load-links.server.ts resolves the same links with their
 * sources for thousands of users in one statement; a test compares the two.)
 */
export const selectOwners = (customerId: Sql): Sql => sql`
  SELECT u.id AS "userId" FROM "User" u WHERE u."stripeCustomerId" = ${customerId}
  UNION ALL SELECT b."userId" FROM "StripeSubscription" s
    JOIN "BillingSubscription" b ON b."stripeSubscriptionId" = s.id
    JOIN "User" u ON u.id = b."userId" WHERE s."customerId" = ${customerId}
  UNION ALL SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON u.id = c."metadataUserId" WHERE c.id = ${customerId}
  UNION ALL SELECT u.id FROM "StripeSubscription" s JOIN "User" u ON u.id = s."metadataUserId"
    WHERE s."customerId" = ${customerId} AND NOT s.gone
  UNION ALL SELECT u.id FROM "Link" l JOIN "User" u ON u.id = l."userId"
    WHERE l."customerId" = ${customerId} AND l.source <> 'rejected'`;

/** SQL: the users whose e-mail address a customer has, ASCII-folded, as rows `("userId")`. Not a link by itself. */
export const selectUsersWithAddress = (customerId: Sql): Sql => sql`
  SELECT u.id AS "userId" FROM "StripeCustomer" c JOIN "User" u ON lower(u.email COLLATE "C") = c."emailFolded"
  WHERE c.id = ${customerId}`;

/** SQL: the customers that a whole `cus_…` or `sub_…` names, as rows `(id)`; also ones that were never observed. */
export const selectCustomersNamed = (id: string): Sql =>
  id.startsWith("sub_")
    ? sql`SELECT "customerId" AS id FROM "StripeSubscription" WHERE id = ${id}`
    : sql`SELECT ${id}::text AS id`;

/**
 * SQL: the users that a `cus_…` or `sub_…` leads to, as rows `("userId")`: the owners of its customer, and the user whose
 * record names the subscription although Stripe never listed it.
 */
export const selectUsersNamed = (id: string): Sql => sql`
  SELECT owner."userId" FROM (${selectCustomersNamed(id)}) named CROSS JOIN LATERAL (${selectOwners(sql`named.id`)}) owner
  UNION SELECT "userId" FROM "BillingSubscription" WHERE "stripeSubscriptionId" = ${id}`;
