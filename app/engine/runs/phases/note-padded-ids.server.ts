import { foldRecordedEmail, trimBlanks } from "~/engine/account/customer-owners.server";
import type { Database } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { sql } from "~/platform/sql.server";

const customer = sql`u."stripeCustomerId"`;
const subscription = sql`b."stripeSubscriptionId"`;

/**
 * Notes what the application's records name with blanks around it, as the evaluation of a user does (`listPaddedIds`), and
 * forgets what they no longer do. An evaluation does not see the rows that a deleted user left, nor the records of users who
 * are evaluated later in the same run.
 */
export async function notePaddedIds(db: Database): Promise<void> {
  await retryOnDeadlock(
    db,
    (tx) => tx.$executeRaw`
      WITH named AS MATERIALIZED (
          SELECT u.id AS "userId", named_by_user.id FROM parity."User" u CROSS JOIN LATERAL (VALUES
              (${trimBlanks(customer)}, ${trimBlanks(customer)} <> ${customer}),
              (${foldRecordedEmail(sql`u.email`)} COLLATE "default", ${trimBlanks(sql`u.email`)} <> u.email)) AS named_by_user(id, padded)
            WHERE (${trimBlanks(customer)} <> ${customer} OR ${trimBlanks(sql`u.email`)} <> u.email)
              AND named_by_user.padded AND named_by_user.id <> ''
          UNION SELECT b."userId", ${trimBlanks(subscription)} FROM parity."BillingSubscription" b
            WHERE ${trimBlanks(subscription)} <> ${subscription} AND ${trimBlanks(subscription)} <> ''),
        forgotten AS (DELETE FROM parity."PaddedId" p
          WHERE NOT EXISTS (SELECT 1 FROM named WHERE named."userId" = p."userId" AND named.id = p.id))
      INSERT INTO parity."PaddedId" ("userId", id) SELECT "userId", id FROM named ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
  );
}
