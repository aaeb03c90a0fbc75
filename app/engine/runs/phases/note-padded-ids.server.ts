import { foldRecordedEmail, trimBlanks } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";
import { type Sql, sql } from "~/platform/sql.server";

const customer = sql`u."stripeCustomerId"`;
const subscription = sql`b."stripeSubscriptionId"`;
const ALL = { users: sql`parity."User"`, rows: sql`parity."BillingSubscription"` };

/**
 * Notes what the application's records name with blanks around it, as the evaluation of a user does (`listPaddedIds`), and
 * forgets what they no longer do. An evaluation does not see the rows that a deleted user left, nor the records of users who
 * are evaluated later in the same run. `among`: only of these users, deleted ones too, as rows `(id)`; null: of all.
 */
export async function notePaddedIds(tx: Tx, among: Sql | null): Promise<void> {
  const ids = sql`ARRAY(SELECT id FROM asked)`;
  const { users, rows } = among
    ? { users: sql`parity.users_by_id(${ids})`, rows: sql`parity.billing_by_user(${ids})` }
    : ALL;
  await tx.$executeRaw`
    WITH asked AS MATERIALIZED (${among ?? sql`SELECT NULL AS id`}),
      named AS MATERIALIZED (
        SELECT u.id AS "userId", named_by_user.id FROM ${users} u CROSS JOIN LATERAL (VALUES
            (${trimBlanks(customer)}, ${trimBlanks(customer)} <> ${customer}),
            (${foldRecordedEmail(sql`u.email`)} COLLATE "default", ${trimBlanks(sql`u.email`)} <> u.email)) AS named_by_user(id, padded)
          WHERE (${trimBlanks(customer)} <> ${customer} OR ${trimBlanks(sql`u.email`)} <> u.email)
            AND named_by_user.padded AND named_by_user.id <> ''
        UNION SELECT b."userId", ${trimBlanks(subscription)} FROM ${rows} b
          WHERE ${trimBlanks(subscription)} <> ${subscription} AND ${trimBlanks(subscription)} <> ''),
      forgotten AS (DELETE FROM parity."PaddedId" p
        WHERE NOT EXISTS (SELECT 1 FROM named WHERE named."userId" = p."userId" AND named.id = p.id)
          ${among ? sql`AND p."userId" IN (SELECT id FROM asked)` : sql``})
    INSERT INTO parity."PaddedId" ("userId", id) SELECT "userId", id FROM named ORDER BY 1, 2 ON CONFLICT DO NOTHING`;
}
