import type { LinkEdge, LinkSource } from "~/billing/snapshot";
import {
  type Cell,
  number,
  type RowsOf,
  selectRowByKey,
  selectRows,
  selectRowsByKey,
  text,
} from "~/platform/json-tables.server";
import { sql } from "~/platform/sql.server";
import type { createCustomerTables } from "./load-customers.server";
import { askedRows, type UserTables } from "./load-users.server";

type StoredSource = Exclude<LinkSource, "recorded" | "recorded_subscription" | "metadata"> | "rejected";
const SOURCES = new Set<unknown>(["session", "confirmed", "email", "rejected"] satisfies StoredSource[]);
const source: Cell<StoredSource> = (value): value is StoredSource => SOURCES.has(value);

/**
 * Customers that the users `u` name, or whose address they share, and what Stripe said about them: `c` and `s`. To be
 * had after `askedUsers`. No rows are joined, and arrays are looked up by (see `asked`): the plan is the same for one
 * user and for thousands.
 */
export const linkedCustomers = sql`
  link AS MATERIALIZED (SELECT "userId", "customerId", source
    FROM ${askedRows} JOIN "Link" l ON l."userId" = asked_row.id),
  by_metadata AS MATERIALIZED (SELECT id, email, name, "metadataUserId", state, created, "completeVersionStart", "completeAt"
    FROM "StripeCustomer" WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM asked))),
  named AS MATERIALIZED (
    SELECT "stripeCustomerId" AS id FROM u WHERE "stripeCustomerId" IS NOT NULL
    UNION SELECT id FROM by_metadata
    UNION SELECT "customerId" FROM "StripeSubscription"
      WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM asked)) AND NOT gone
    UNION SELECT "customerId" FROM link WHERE source <> 'rejected'),
  named_subscription AS MATERIALIZED (SELECT * FROM "StripeSubscription"
    WHERE "customerId" = ANY(ARRAY(SELECT id FROM named))),
  -- Addresses of customers that do not belong to the user with this address.
  same_address AS MATERIALIZED (SELECT id, "emailFolded", "metadataUserId" FROM "StripeCustomer"
    WHERE "emailFolded" = ANY(ARRAY(SELECT folded FROM u))),
  shared AS MATERIALIZED (
    SELECT "emailFolded" AS folded FROM same_address
    WHERE ("emailFolded", id) NOT IN (SELECT folded, "stripeCustomerId" FROM u WHERE "stripeCustomerId" IS NOT NULL)
      AND ("metadataUserId" IS NULL OR ("emailFolded", "metadataUserId") NOT IN (SELECT folded, id FROM u))
    UNION SELECT folded FROM u WHERE id IN (SELECT "userId" FROM link WHERE source = 'rejected')),
  candidate AS MATERIALIZED (SELECT id, "emailFolded" FROM same_address
    WHERE "emailFolded" IN (SELECT folded FROM shared)),
  further AS MATERIALIZED (
    SELECT id FROM candidate WHERE id NOT IN (SELECT id FROM named)
    UNION SELECT "customerId" FROM "StripeSubscription" WHERE id = ANY(ARRAY(
      SELECT "stripeSubscriptionId" FROM b
      WHERE "stripeSubscriptionId" NOT IN (SELECT id FROM named_subscription)))),
  wanted AS MATERIALIZED (SELECT id FROM named UNION ALL SELECT id FROM further),
  s AS MATERIALIZED (
    SELECT * FROM named_subscription
    UNION ALL SELECT * FROM "StripeSubscription" WHERE "customerId" = ANY(ARRAY(SELECT id FROM further))),
  c AS MATERIALIZED (
    SELECT * FROM by_metadata
    UNION ALL SELECT id, email, name, "metadataUserId", state, created, "completeVersionStart", "completeAt"
      FROM "StripeCustomer" WHERE id = ANY(ARRAY(
        SELECT id FROM wanted WHERE id NOT IN (SELECT id FROM by_metadata)))),
  -- What others say about these customers.
  their_link AS MATERIALIZED (SELECT "userId", "customerId", source FROM "Link"
    WHERE "customerId" = ANY(ARRAY(SELECT id FROM wanted)) AND "userId" NOT IN (SELECT id FROM asked)),
  their_user AS MATERIALIZED (SELECT id FROM "User" WHERE id = ANY(ARRAY(
    SELECT "metadataUserId" FROM c WHERE "metadataUserId" NOT IN (SELECT id FROM asked)
    UNION SELECT "metadataUserId" FROM s WHERE "metadataUserId" NOT IN (SELECT id FROM asked)
    UNION SELECT "userId" FROM their_link)))`;

export const linkTables = {
  links: selectRows(sql`(SELECT * FROM link UNION ALL SELECT * FROM their_link) links`, {
    userId: [sql`"userId"`, text],
    customerId: [sql`"customerId"`, text],
    source: [sql`source`, source],
  }),
  /** Records of other users that name one of these customers. */
  theirRecords: selectRows(
    sql`"User" WHERE "stripeCustomerId" = ANY(ARRAY(SELECT id FROM wanted WHERE id NOT IN (
      SELECT "stripeCustomerId" FROM u WHERE "stripeCustomerId" IS NOT NULL)))`,
    { id: [sql`id`, text], stripeCustomerId: [sql`"stripeCustomerId"`, text] },
  ),
  /** By subscription: records of other users, of deleted ones too, that name a subscription of these customers. */
  theirBilling: selectRowByKey(
    sql`"BillingSubscription" WHERE "stripeSubscriptionId" = ANY(ARRAY(SELECT id FROM s WHERE id NOT IN (
      SELECT "stripeSubscriptionId" FROM b)))`,
    sql`"stripeSubscriptionId"`,
    { userId: [sql`"userId"`, text] },
  ),
  theirUsers: selectRows(sql`their_user`, { id: [sql`id`, text] }),
  /** By address: customers with an address that users share with a customer who is not their own. */
  candidates: selectRowsByKey(sql`candidate`, sql`"emailFolded"`, { customerId: [sql`id`, text] }),
  /** By address: how many users have it. */
  sharedAddresses: selectRowByKey(
    sql`(SELECT lower(email COLLATE "C") AS folded, count(*) AS users FROM "User"
      WHERE lower(email COLLATE "C") = ANY(ARRAY(SELECT folded COLLATE "C" FROM shared)) GROUP BY 1) addresses`,
    sql`folded`,
    { users: [sql`users`, number] },
  ),
};

/** `rejected`: staff said that the customer is not this user's, but the record still says so. */
export type Edge = LinkEdge & { rejected: boolean };

type Found = Pick<RowsOf<UserTables>, "users" | "billing"> &
  RowsOf<ReturnType<typeof createCustomerTables>> &
  RowsOf<typeof linkTables>;

/**
 * Every link of these customers, by customer. Links to users that do not exist and links that staff rejected are no
 * links. What a record still says counts all the same, because its unique keys still hold: a rejected user who is still
 * recorded with the customer, or the subscription of a user who was deleted.
 */
export function resolveEdges(found: Found): Map<string, Edge[]> {
  const { users, billing, theirBilling } = found;
  const theirUsers = new Set(found.theirUsers.map(({ id }) => id));
  const exists = (userId: string) => users.has(userId) || theirUsers.has(userId);
  const rejections = new Set(
    found.links
      .filter(({ source }) => source === "rejected")
      .map(({ userId, customerId }) => `${userId} ${customerId}`),
  );
  const edges = new Map<string, Edge[]>();
  const add = (customerId: string, userId: string, source: LinkSource) => {
    const rejected = rejections.size > 0 && rejections.has(`${userId} ${customerId}`);
    if (rejected && source !== "recorded" && source !== "recorded_subscription") return;
    const edge = { customerId, userId, source, rejected };
    const known = edges.get(customerId);
    if (known) known.push(edge);
    else edges.set(customerId, [edge]);
  };
  for (const [userId, { stripeCustomerId }] of users)
    if (stripeCustomerId !== null) add(stripeCustomerId, userId, "recorded");
  for (const { id, stripeCustomerId } of found.theirRecords) add(stripeCustomerId, id, "recorded");
  for (const { id, metadataUserId } of found.customers)
    if (metadataUserId !== null && exists(metadataUserId)) add(id, metadataUserId, "metadata");
  const recordedBy = new Map<string, string>();
  for (const [userId, { stripeSubscriptionId }] of billing) recordedBy.set(stripeSubscriptionId, userId);
  for (const { id, customerId, metadataUserId, gone } of found.subscriptions) {
    const userId = recordedBy.get(id) ?? theirBilling.get(id)?.userId;
    if (userId !== undefined) add(customerId, userId, "recorded_subscription");
    if (metadataUserId !== null && !gone && exists(metadataUserId))
      add(customerId, metadataUserId, "metadata");
  }
  for (const { customerId, userId, source } of found.links)
    if (source !== "rejected" && exists(userId)) add(customerId, userId, source);
  return edges;
}
