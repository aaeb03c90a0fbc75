import { readRecipe } from "./recipes";
import { OWNERS, type Shape, time } from "./shape";

const SUBSCRIPTION = `s ->> 'id', s ->> 'status', s ->> 'plan', ${time("start", "s")}, ${time("end", "s")}, (s ->> 'cancels')::bool,
  CASE WHEN (s ->> 'cancels')::bool THEN ${time("end", "s")} END, ${time("canceled", "s")}, ${time("ended", "s")}, (s ->> 'quantity')::int`;

/** better-auth with its Stripe plugin: users and organizations pay; a row is made before the payment and filled in after it. */
export const betterAuth: Shape = {
  tables: `
    CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, "createdAt" timestamptz NOT NULL DEFAULT now(), "stripeCustomerId" text);
    CREATE TABLE organization (id text PRIMARY KEY, name text NOT NULL, slug text UNIQUE, "createdAt" timestamptz NOT NULL DEFAULT now(), metadata text, "stripeCustomerId" text);
    CREATE TABLE member (id text PRIMARY KEY, "organizationId" text NOT NULL REFERENCES organization, "userId" text NOT NULL REFERENCES "user", role text NOT NULL);
    CREATE INDEX ON member ("organizationId");
    CREATE TABLE subscription (id text PRIMARY KEY, plan text NOT NULL, "referenceId" text NOT NULL, "stripeCustomerId" text, "stripeSubscriptionId" text, status text DEFAULT 'incomplete',
      "periodStart" timestamptz, "periodEnd" timestamptz, "trialStart" timestamptz, "trialEnd" timestamptz, "cancelAtPeriodEnd" boolean DEFAULT false,
      "cancelAt" timestamptz, "canceledAt" timestamptz, "endedAt" timestamptz, seats int);
    CREATE INDEX ON subscription ("referenceId"); CREATE INDEX ON subscription ("stripeSubscriptionId")`,
  record: [
    `INSERT INTO "user" (id, name, email, "emailVerified", "stripeCustomerId")
     SELECT CASE WHEN o.n % 4 = 0 THEN 'owner_' || o.n ELSE o.id END, 'User ' || o.n, CASE WHEN o.n % 4 = 0 THEN 'owner_' ELSE '' END || o.email, true,
       CASE WHEN o.n % 4 <> 0 THEN o.customer END FROM ${OWNERS}`,
    `INSERT INTO organization (id, name, slug, metadata, "stripeCustomerId") SELECT o.id, 'Org ' || o.n, 'org-' || o.n, jsonb_build_object('billingEmail', o.email), o.customer FROM ${OWNERS} WHERE o.n % 4 = 0`,
    `INSERT INTO member SELECT 'member_' || o.n, o.id, 'owner_' || o.n, 'owner' FROM ${OWNERS} WHERE o.n % 4 = 0`,
    `INSERT INTO subscription (id, "referenceId", "stripeCustomerId", "stripeSubscriptionId", status, plan, "periodStart", "periodEnd", "cancelAtPeriodEnd", "cancelAt", "canceledAt", "endedAt", seats)
     SELECT 'row_' || (s ->> 'id'), o.id, s ->> 'customer', ${SUBSCRIPTION} FROM ${OWNERS}, jsonb_array_elements(o.subs) s`,
    `INSERT INTO subscription (id, "referenceId", plan) SELECT 'early_' || o.n, o.id, 'basic' FROM ${OWNERS} WHERE o.subs = '[]' AND o.n % 2 = 0`,
  ],
  access: `SELECT o.id, EXISTS (SELECT FROM subscription s WHERE s."referenceId" = o.id AND s.status IN ('active', 'trialing')) AS access
    FROM (SELECT id FROM "user" UNION ALL SELECT id FROM organization) o`,
  billing: `SELECT o.id, o."stripeCustomerId", s."stripeCustomerId" AS customer, s."stripeSubscriptionId", s.status, s.plan, s."periodStart", s."periodEnd", s."cancelAtPeriodEnd",
      s."cancelAt", s."canceledAt", s."endedAt", s.seats
    FROM (SELECT id, "stripeCustomerId" FROM "user" UNION ALL SELECT id, "stripeCustomerId" FROM organization) o
    LEFT JOIN subscription s ON s."referenceId" = o.id AND s."stripeSubscriptionId" IS NOT NULL ORDER BY o.id, s."stripeSubscriptionId"`,
  untouched: [
    `SELECT id, name, email, "emailVerified", "createdAt" FROM "user"`,
    "SELECT id, name, slug, metadata FROM organization",
    "SELECT * FROM member",
  ],
  mapping: readRecipe("better-auth/better-auth"),
  answers: {
    "tables.owners.0.fields.email": { sql: "(organization.metadata::jsonb ->> 'billingEmail')" },
    "tables.owners.0.fields.emailVerified": { sql: "true" },
  },
  drift: [
    `UPDATE subscription SET status = 'unpaid' WHERE "stripeSubscriptionId" = 'sub_4'`,
    `UPDATE subscription SET status = 'active' WHERE "stripeSubscriptionId" = 'sub_12'`,
    `UPDATE subscription SET seats = 99 WHERE "stripeSubscriptionId" = 'sub_7'`,
    `UPDATE subscription SET status = 'active', "endedAt" = NULL WHERE "stripeSubscriptionId" = 'sub_18_old'`,
  ],
  toId: (n) => (n % 4 === 0 ? `org${n}` : `user${n}`),
  metadataKey: "referenceId",
};
