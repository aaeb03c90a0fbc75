import { type Sql, sql } from "~/platform/sql.server";

// The numbers are seeds: what stands in one table never cancels what stands in another.
const ofUser = sql`hash_record_extended(ROW(email, "emailVerified", "stripeCustomerId", plan, "subscriptionStatus",
  date_trunc('second', "currentPeriodEnd"), "cancelAtPeriodEnd"), 1)`;
const ofBilling = sql`hash_record_extended(ROW("stripeSubscriptionId", "stripePriceId", status, plan, amount, currency,
  interval, date_trunc('second', "currentPeriodStart"), date_trunc('second', "currentPeriodEnd"),
  "cancelAtPeriodEnd"), 2)`;
const ofWorkspace = sql`hash_record_extended(ROW(id, status, soldiers), 3)`;

/** Where the three parts of records are read: the application's tables, or some of their rows under another name. */
export type RecordTables = { users: Sql; billing: Sql; workspaces: Sql };

/**
 * The fingerprints of records, in parts: rows `("userId", hash)`, of which `bit_xor(hash)` is a user's. It is made of all
 * that the evaluate reads of the application's tables, and of nothing else; of dates at whole seconds, of workspaces in no
 * order. One expression for those who keep it and for those who compare.
 */
export const recordHashParts = ({ users, billing, workspaces }: RecordTables): Sql => sql`
  SELECT id AS "userId", ${ofUser} AS hash FROM ${users}
  UNION ALL SELECT "userId", ${ofBilling} FROM ${billing}
  UNION ALL SELECT "ownerId", ${ofWorkspace} FROM ${workspaces}`;
