import type { LinkEdge } from "~/billing/situation";
import type { Database, Tx } from "./client.server";

/** A link, or (with `candidateOf`) a customer that has a user's e-mail address. */
export type LinkRow = {
  customerId: string;
  userId: string | null;
  source: LinkEdge["source"] | null;
  /** Staff said that the customer is not this user's, but the record still says so. */
  rejected: boolean;
  /** Set on rows that say: this customer has that user's e-mail address. */
  candidateOf: string | null;
};

/**
 * Every link of every customer that these users name or whose address they share. Links to users that do not exist
 * and links that staff rejected are no links; but what stands in a record stands there, and its unique keys with it:
 * a rejected user who still is recorded with the customer, or the subscription of a user who was deleted.
 */
export async function loadLinks(db: Database | Tx, userIds: readonly string[]): Promise<LinkRow[]> {
  return db.$queryRaw<LinkRow[]>`
    WITH mine AS (
      SELECT "stripeCustomerId" AS id FROM "User" WHERE id = ANY(${[...userIds]}) AND "stripeCustomerId" IS NOT NULL
      UNION SELECT id FROM "StripeCustomer" WHERE "metadataUserId" = ANY(${[...userIds]})
      UNION SELECT "customerId" FROM "StripeSubscription" WHERE "metadataUserId" = ANY(${[...userIds]}) AND NOT gone
      UNION SELECT "customerId" FROM "Link" WHERE "userId" = ANY(${[...userIds]}) AND source <> 'rejected'
      UNION SELECT s."customerId" FROM "BillingSubscription" b
        JOIN "StripeSubscription" s ON s.id = b."stripeSubscriptionId" WHERE b."userId" = ANY(${[...userIds]})
    ), candidate AS (
      SELECT c.id, u.id AS "userId" FROM "User" u
      JOIN "StripeCustomer" c ON c."emailFolded" = lower(u.email COLLATE "C")
      WHERE u.id = ANY(${[...userIds]})
    ), wanted AS (SELECT id FROM mine UNION SELECT id FROM candidate
    ), edge AS (
      SELECT u."stripeCustomerId" AS "customerId", u.id AS "userId", 'recorded' AS source
        FROM "User" u JOIN wanted ON wanted.id = u."stripeCustomerId"
      UNION SELECT c.id, c."metadataUserId", 'metadata'
        FROM "StripeCustomer" c JOIN wanted USING (id) WHERE c."metadataUserId" IS NOT NULL
      UNION SELECT s."customerId", s."metadataUserId", 'metadata'
        FROM "StripeSubscription" s JOIN wanted ON wanted.id = s."customerId"
        WHERE s."metadataUserId" IS NOT NULL AND NOT s.gone
      UNION SELECT l."customerId", l."userId", l.source
        FROM "Link" l JOIN wanted ON wanted.id = l."customerId" WHERE l.source <> 'rejected'
      UNION SELECT s."customerId", b."userId", 'recorded_subscription'
        FROM "StripeSubscription" s JOIN wanted ON wanted.id = s."customerId"
        JOIN "BillingSubscription" b ON b."stripeSubscriptionId" = s.id
    )    , told AS (SELECT e.*, EXISTS (SELECT 1 FROM "Link" l
        WHERE l."userId" = e."userId" AND l."customerId" = e."customerId" AND l.source = 'rejected') AS rejected
      FROM edge e
      WHERE e.source = 'recorded_subscription' OR EXISTS (SELECT 1 FROM "User" u WHERE u.id = e."userId")
    )
    SELECT "customerId", "userId", source, rejected, NULL AS "candidateOf" FROM told
    WHERE NOT rejected OR source IN ('recorded', 'recorded_subscription')
    UNION ALL
    SELECT id, NULL, NULL, false, "userId" FROM candidate`;
}
