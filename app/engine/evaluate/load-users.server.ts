import { epoch, flag, many, nullable, number, one, text } from "~/platform/json-tables.server";
import { type Sql, sql } from "~/platform/sql.server";
import { recordHashParts } from "./record-hash.server";

/**
 * The ids of `asked` as an array to look up by. The planner, which cannot look into it, thinks of ten ids and so takes the
 * index, however many there are; told of thousands it would rather read a table of millions from end to end.
 */
const asked = sql`ARRAY(SELECT id FROM asked)`;

/**
 * The same for tables that may be small: what is joined is looked up in a hash where reading the table is cheaper, and by
 * the index where it is not. Compared with an array, each of its rows would be with every id.
 */
export const askedRows = sql`unnest(${asked}) AS asked_row(id)`;

/** The users who are asked for, and their records: `u`, `b` and `w`. */
export const askedUsers = (userIds: readonly string[]): Sql => sql`
  asked AS MATERIALIZED (SELECT unnest(${[...userIds]}::text[]) AS id),
  u AS MATERIALIZED (SELECT id, email, lower(email COLLATE "C") COLLATE "default" AS folded, "emailVerified", name,
      "stripeCustomerId", plan, "subscriptionStatus", "currentPeriodEnd", "cancelAtPeriodEnd", "updatedAt"
    FROM "User" WHERE id = ANY(${asked})),
  b AS MATERIALIZED (SELECT "userId", "stripeSubscriptionId", "stripePriceId", status, plan, amount, currency, interval,
      "currentPeriodStart", "currentPeriodEnd", "cancelAtPeriodEnd"
    FROM "BillingSubscription" WHERE "userId" = ANY(${asked})),
  w AS MATERIALIZED (SELECT "ownerId", id, status, soldiers FROM "Workspace" WHERE "ownerId" = ANY(${asked}))`;

const users = one(sql`u`, sql`id`, {
  email: [sql`email`, text],
  emailVerified: [sql`"emailVerified"`, flag],
  name: [sql`name`, nullable(text)],
  stripeCustomerId: [sql`"stripeCustomerId"`, nullable(text)],
  plan: [sql`plan`, nullable(text)],
  subscriptionStatus: [sql`"subscriptionStatus"`, nullable(text)],
  currentPeriodEnd: [epoch(sql`"currentPeriodEnd"`), nullable(number)],
  cancelAtPeriodEnd: [sql`"cancelAtPeriodEnd"`, flag],
  /** When the application last wrote this row; epoch seconds with their fractions: a pass begins within a second, too. */
  writtenAt: [sql`date_part('epoch', "updatedAt")`, number],
});

const billing = one(sql`b`, sql`"userId"`, {
  stripeSubscriptionId: [sql`"stripeSubscriptionId"`, text],
  stripePriceId: [sql`"stripePriceId"`, text],
  status: [sql`status`, text],
  plan: [sql`plan`, nullable(text)],
  amount: [sql`amount`, nullable(number)],
  currency: [sql`currency`, text],
  interval: [sql`interval`, nullable(text)],
  currentPeriodStart: [epoch(sql`"currentPeriodStart"`), nullable(number)],
  currentPeriodEnd: [epoch(sql`"currentPeriodEnd"`), nullable(number)],
  cancelAtPeriodEnd: [sql`"cancelAtPeriodEnd"`, flag],
});

const workspaces = many(sql`w`, sql`"ownerId"`, {
  id: [sql`id`, text],
  status: [sql`status`, text],
  seats: [sql`soldiers`, number],
});

const deps = recordHashParts({ users: sql`u`, billing: sql`b`, workspaces: sql`w` });

/** Fingerprints of the records; 64 bits do not fit a number of JavaScript, so they come as text. */
const recordHashes = one(
  sql`(SELECT "userId", bit_xor(hash) AS hash FROM (${deps}) parts GROUP BY "userId") hashes`,
  sql`"userId"`,
  { hash: [sql`hash::text`, text] },
);

const syncStatuses = one(sql`"SyncStatus" WHERE "userId" = ANY(${asked})`, sql`"userId"`, {
  fingerprint: [sql`fingerprint`, nullable(text)],
  revocationVersion: [sql`"revocationVersion"`, nullable(number)],
  observedAt: [epoch(sql`"observedAt"`), nullable(number)],
});

const comps = many(sql`${askedRows} JOIN "Comp" c ON c."userId" = asked_row.id`, sql`c."userId"`, {
  id: [sql`c.id`, text],
  planId: [sql`c."planId"`, text],
  expiresAt: [epoch(sql`c."expiresAt"`), number],
  revokedAt: [epoch(sql`c."revokedAt"`), nullable(number)],
  applied: [
    sql`EXISTS (SELECT 1 FROM "Change" x
      WHERE x."userId" = c."userId" AND x.grants
        AND x."createdAt" BETWEEN c."createdAt" AND coalesce(c."revokedAt", c."expiresAt")
        -- What was taken back since is no longer what the comp gave.
        AND NOT EXISTS (SELECT 1 FROM "Change" y
          WHERE y."userId" = x."userId" AND y.revokes AND y.id > x.id))`,
    flag,
  ],
});

const holds = one(
  sql`(SELECT DISTINCT ON ("userId") "userId", "stripeState"
    FROM ${askedRows} JOIN "Hold" h ON h."userId" = asked_row.id
    WHERE "releasedAt" IS NULL ORDER BY "userId", "createdAt" DESC) holds`,
  sql`"userId"`,
  { stripeState: [sql`"stripeState"`, text] },
);

const acknowledgements = one(
  sql`${askedRows} JOIN "Acknowledgement" a ON a."userId" = asked_row.id`,
  sql`"userId"`,
  {
    mismatches: [sql`mismatches`, text],
  },
);

const failures = one(
  sql`${askedRows} JOIN "UserCheck" k ON k."userId" = asked_row.id AND k.failure IS NOT NULL`,
  sql`"userId"`,
  {
    failure: [sql`failure`, text],
    /** Epoch seconds with their fractions. */
    failedAt: [sql`coalesce(date_part('epoch', "failedAt"), 0)`, number],
  },
);

const generation = one(sql`${askedRows} JOIN "RecheckQueue" t ON t."userId" = asked_row.id`, sql`"userId"`, {
  generation: [sql`generation`, number],
});

/** Users' records, what staff decided about them, and what is kept from the last evaluation. Times are epoch seconds. */
export const userTables = {
  users,
  billing,
  workspaces,
  recordHashes,
  syncStatuses,
  comps,
  holds,
  acknowledgements,
  failures,
  generation,
};
