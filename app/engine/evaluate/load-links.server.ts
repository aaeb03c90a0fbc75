import { isStripeId, readStripeId } from "~/billing/ids";
import type { LinkEdge, Rejection } from "~/billing/snapshot";
import {
  foldRecordedEmail,
  isIgnored,
  STORED_LINKS,
  type StoredLinkSource,
  trimId,
} from "~/engine/account/customer-owners.server";
import {
  type Cell,
  nullable,
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

const recordedCustomer = trimId(sql`"stripeCustomerId"`);
const recordedSubscription = trimId(sql`"stripeSubscriptionId"`);

const source: Cell<StoredLinkSource> = (value): value is StoredLinkSource =>
  typeof value === "string" && Object.hasOwn(STORED_LINKS, value);

/**
 * Customers that the users `u` name, or whose address they share, and what Stripe said about them: `c` and `s`. To be
 * had after `askedUsers`. No rows are joined, and arrays are looked up by (see `asked`): the plan is the same for one
 * user and for thousands.
 */
export const linkedCustomers = sql`
  link AS MATERIALIZED (SELECT "userId", "customerId", "subscriptionId", source
    FROM ${askedRows} JOIN parity."Link" l ON l."userId" = asked_row.id
    WHERE source <> 'reference' OR NOT ${isIgnored(sql`l."customerId"`)}),
  by_metadata AS MATERIALIZED (SELECT id, email, name, "metadataUserId", state, created, "completeVersionStart", "completeAt"
    FROM parity."StripeCustomer" WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM asked))),
  named AS MATERIALIZED (
    SELECT ${recordedCustomer} AS id FROM u WHERE ${recordedCustomer} IS NOT NULL
    UNION SELECT id FROM by_metadata
    UNION SELECT "customerId" FROM parity."StripeSubscription"
      WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM asked)) AND NOT gone
    UNION SELECT "customerId" FROM link WHERE source <> 'rejected'),
  named_subscription AS MATERIALIZED (SELECT * FROM parity."StripeSubscription"
    WHERE "customerId" = ANY(ARRAY(SELECT id FROM named))),
  -- Addresses of customers that do not belong to the user with this address.
  same_address AS MATERIALIZED (SELECT id, "emailFolded", "metadataUserId" FROM parity."StripeCustomer"
    WHERE "emailFolded" = ANY(ARRAY(SELECT folded FROM u)) AND NOT ${isIgnored(sql`id`)}),
  shared AS MATERIALIZED (
    SELECT "emailFolded" AS folded FROM same_address
    WHERE ("emailFolded", id) NOT IN (SELECT folded, ${recordedCustomer} FROM u WHERE ${recordedCustomer} IS NOT NULL)
      AND ("metadataUserId" IS NULL OR ("emailFolded", "metadataUserId") NOT IN (SELECT folded, id FROM u))
    UNION SELECT folded FROM u WHERE id IN (SELECT "userId" FROM link WHERE source = 'rejected')),
  candidate AS MATERIALIZED (SELECT id, "emailFolded" FROM same_address
    WHERE "emailFolded" IN (SELECT folded FROM shared)),
  further AS MATERIALIZED (
    SELECT id FROM candidate WHERE id NOT IN (SELECT id FROM named)
    UNION SELECT "customerId" FROM parity."StripeSubscription" WHERE id = ANY(ARRAY(
      SELECT ${recordedSubscription} FROM b
      WHERE ${recordedSubscription} NOT IN (SELECT id FROM named_subscription)))),
  wanted AS MATERIALIZED (SELECT id FROM named UNION ALL SELECT id FROM further),
  s AS MATERIALIZED (
    SELECT * FROM named_subscription
    UNION ALL SELECT * FROM parity."StripeSubscription" WHERE "customerId" = ANY(ARRAY(SELECT id FROM further))),
  c AS MATERIALIZED (
    SELECT * FROM by_metadata
    UNION ALL SELECT id, email, name, "metadataUserId", state, created, "completeVersionStart", "completeAt"
      FROM parity."StripeCustomer" WHERE id = ANY(ARRAY(
        SELECT id FROM wanted WHERE id NOT IN (SELECT id FROM by_metadata)))),
  -- What others say about these customers; some of them record an id, or have an address, with blanks around it.
  padded AS MATERIALIZED (SELECT DISTINCT "userId" FROM parity."PaddedId"
    WHERE id IN (SELECT id FROM wanted UNION ALL SELECT id FROM s UNION ALL SELECT folded FROM shared)
      AND "userId" NOT IN (SELECT id FROM asked)),
  their_link AS MATERIALIZED (SELECT "userId", "customerId", "subscriptionId", source FROM parity."Link"
    WHERE "customerId" = ANY(ARRAY(SELECT id FROM wanted)) AND "userId" NOT IN (SELECT id FROM asked)),
  their_billing AS MATERIALIZED (SELECT "userId", "stripeSubscriptionId" FROM parity."BillingSubscription"
    WHERE "stripeSubscriptionId" = ANY(ARRAY(SELECT id FROM s)) AND "userId" NOT IN (SELECT id FROM asked)
    UNION SELECT "userId", "stripeSubscriptionId" FROM parity.billing_by_user(ARRAY(SELECT "userId" FROM padded))
      WHERE ${recordedSubscription} IN (SELECT id FROM s)),
  their_user AS MATERIALIZED (SELECT id FROM parity."User" WHERE id = ANY(ARRAY(
    SELECT "metadataUserId" FROM c WHERE "metadataUserId" NOT IN (SELECT id FROM asked)
    UNION SELECT "metadataUserId" FROM s WHERE "metadataUserId" NOT IN (SELECT id FROM asked)
    UNION SELECT "userId" FROM their_link UNION SELECT "userId" FROM their_billing))),
  -- What Stripe does not have is a placeholder, which a hundred thousand records may name: there is nothing to claim.
  claimable AS MATERIALIZED (SELECT id FROM c WHERE state <> 'missing'
    UNION SELECT "customerId" FROM link WHERE source = 'confirmed'
    UNION SELECT "customerId" FROM their_link WHERE source = 'confirmed')`;

export const linkTables = {
  links: selectRows(sql`(SELECT * FROM link UNION ALL SELECT * FROM their_link) links`, {
    userId: [sql`"userId"`, text],
    customerId: [sql`"customerId"`, text],
    subscriptionId: [sql`nullif("subscriptionId", '')`, nullable(text)],
    source: [sql`source`, source],
  }),
  /** Records of other users that name one of these customers. */
  theirRecords: selectRows(
    sql`(SELECT id, "stripeCustomerId" FROM parity."User"
        WHERE "stripeCustomerId" = ANY(ARRAY(SELECT id FROM claimable)) AND id NOT IN (SELECT id FROM asked)
      UNION SELECT id, "stripeCustomerId" FROM parity.users_by_id(ARRAY(SELECT "userId" FROM padded))
        WHERE ${recordedCustomer} IN (SELECT id FROM claimable)) records`,
    { id: [sql`id`, text], stripeCustomerId: [sql`"stripeCustomerId"`, text] },
  ),
  /** Records of other users, of deleted ones too, that name a subscription of these customers. */
  theirBilling: selectRows(sql`their_billing`, {
    userId: [sql`"userId"`, text],
    stripeSubscriptionId: [sql`"stripeSubscriptionId"`, text],
  }),
  theirUsers: selectRows(sql`their_user`, { id: [sql`id`, text] }),
  /** By address: customers with an address that users share with a customer who is not their own. */
  candidates: selectRowsByKey(sql`candidate`, sql`"emailFolded"`, { customerId: [sql`id`, text] }),
  /** By address: how many users have verified it. */
  sharedAddresses: selectRowByKey(
    sql`(SELECT folded, count(*) FILTER (WHERE "emailVerified") AS users FROM (
        SELECT id, lower(email COLLATE "C") AS folded, "emailVerified" FROM parity."User"
          WHERE lower(email COLLATE "C") = ANY(ARRAY(SELECT folded COLLATE "C" FROM shared))
        UNION SELECT id, folded COLLATE "C", "emailVerified" FROM u WHERE folded IN (SELECT folded FROM shared)
        UNION SELECT id, ${foldRecordedEmail(sql`email`)}, "emailVerified"
          FROM parity.users_by_id(ARRAY(SELECT "userId" FROM padded))) with_address GROUP BY 1) addresses`,
    sql`folded`,
    { users: [sql`users`, number] },
  ),
};

type Found = Pick<RowsOf<UserTables>, "users" | "billing"> &
  RowsOf<ReturnType<typeof createCustomerTables>> &
  RowsOf<typeof linkTables>;

export type FoundLinks = {
  /** Every link of these customers, by customer, those that staff rejected included. */
  edges: Map<string, LinkEdge[]>;
  /** What staff rejected, by customer. */
  rejections: Map<string, Rejection[]>;
  /** Customers that checkout sessions name by a bare reference to a user, by user. */
  references: Map<string, string[]>;
  /** By id of a customer or subscription: the users whose record holds it, deleted ones too. */
  holders: Map<string, string[]>;
  isUser: (userId: string) => boolean;
};

/** Every link of these customers. A link to a user that does not exist is no link, whatever names that user. */
export function resolveEdges(found: Found): FoundLinks {
  const { users, billing, theirBilling } = found;
  const theirUsers = new Set(found.theirUsers.map(({ id }) => id));
  for (const { id } of found.theirRecords) theirUsers.add(id);
  const isUser = (userId: string) => users.has(userId) || theirUsers.has(userId);
  const edges = new Map<string, LinkEdge[]>();
  const add = (edge: LinkEdge) => {
    const known = edges.get(edge.customerId);
    if (known) known.push(edge);
    else edges.set(edge.customerId, [edge]);
  };
  const holders = new Map<string, string[]>();
  const addRecord = (userId: string, recorded: string | null) => {
    const customerId = readStripeId(recorded);
    if (customerId === null || !isStripeId(customerId)) return;
    add({ userId, customerId, subscriptionId: null, source: "recorded" });
    addTo(holders, customerId, userId);
  };
  for (const [userId, { stripeCustomerId }] of users) addRecord(userId, stripeCustomerId);
  for (const { id, stripeCustomerId } of found.theirRecords) addRecord(id, stripeCustomerId);
  for (const { id: customerId, metadataUserId: userId } of found.customers)
    if (userId !== null && isUser(userId))
      add({ userId, customerId, subscriptionId: null, source: "metadata" });
  const addRow = (userId: string, recorded: string) => {
    const subscriptionId = readStripeId(recorded);
    if (subscriptionId !== null) addTo(holders, subscriptionId, userId);
  };
  for (const [userId, { stripeSubscriptionId }] of billing) addRow(userId, stripeSubscriptionId);
  for (const { userId, stripeSubscriptionId } of theirBilling) addRow(userId, stripeSubscriptionId);
  for (const { id: subscriptionId, customerId, metadataUserId, gone } of found.subscriptions) {
    for (const userId of holders.get(subscriptionId) ?? [])
      if (isUser(userId)) add({ userId, customerId, subscriptionId, source: "recorded_subscription" });
    if (metadataUserId !== null && !gone && isUser(metadataUserId))
      add({ userId: metadataUserId, customerId, subscriptionId, source: "metadata" });
  }
  const rejections: FoundLinks["rejections"] = new Map();
  const references: FoundLinks["references"] = new Map();
  for (const { customerId, userId, subscriptionId, source } of found.links) {
    if (source === "rejected") addTo(rejections, customerId, { userId, customerId, subscriptionId });
    else if (!isUser(userId)) continue;
    else if (source === "reference") addTo(references, userId, customerId);
    else add({ userId, customerId, subscriptionId, source });
  }
  return { edges, rejections, references, holders, isUser };
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (!known) map.set(key, [value]);
  else if (!known.includes(value)) known.push(value);
}
