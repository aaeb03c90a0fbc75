import { readRecipe } from "./recipes";
import { OWNERS, type Shape } from "./shape";

const LIVE = "(o.sub ->> 'live')::bool";

/** Organizations pay; all stands in a column of JSON, with limits that the plan sets. It has a "Workspace" that means something else. */
export const formbricks: Shape = {
  tables: `
    CREATE TABLE "User" (id text PRIMARY KEY, email text NOT NULL UNIQUE, email_verified timestamp(3));
    CREATE TABLE "Organization" (id text PRIMARY KEY, created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL DEFAULT now(), name text NOT NULL);
    CREATE TABLE "Membership" ("organizationId" text NOT NULL REFERENCES "Organization", "userId" text NOT NULL REFERENCES "User", role text NOT NULL, PRIMARY KEY ("userId", "organizationId"));
    CREATE INDEX ON "Membership" ("organizationId");
    CREATE TABLE "Workspace" (id text PRIMARY KEY, name text NOT NULL, "organizationId" text NOT NULL REFERENCES "Organization");
    CREATE TABLE "OrganizationBilling" (organization_id text PRIMARY KEY REFERENCES "Organization", created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL DEFAULT now(),
      stripe_customer_id text UNIQUE, limits jsonb NOT NULL DEFAULT '{}', usage_cycle_anchor timestamp(3), stripe jsonb DEFAULT '{}')`,
  record: [
    `INSERT INTO "User" SELECT 'u' || o.n, o.email, '2026-01-01' FROM ${OWNERS}`,
    `INSERT INTO "Organization" (id, name) SELECT o.id, 'Org ' || o.n FROM ${OWNERS}`,
    `INSERT INTO "Membership" SELECT o.id, 'u' || o.n, 'owner' FROM ${OWNERS}`,
    `INSERT INTO "Workspace" SELECT 'w' || o.n, 'Workspace', o.id FROM ${OWNERS}`,
    `INSERT INTO "OrganizationBilling" (organization_id, stripe_customer_id, limits, stripe)
     SELECT o.id, o.customer, jsonb_build_object('workspaces', o.n, 'monthly', jsonb_build_object('responses', CASE WHEN ${LIVE} THEN CASE o.sub ->> 'plan' WHEN 'plus' THEN 5000 ELSE 2000 END ELSE 250 END)),
       jsonb_build_object('features', '["a", "b"]'::jsonb, 'plan', CASE WHEN ${LIVE} THEN o.sub ->> 'plan' ELSE 'hobby' END)
         || CASE WHEN o.sub ->> 'id' IS NULL THEN '{}' ELSE jsonb_build_object('subscriptionId', o.sub -> 'id', 'subscriptionStatus', o.sub -> 'status') END
     FROM ${OWNERS}`,
  ],
  access: `SELECT organization_id AS id, coalesce(stripe ->> 'plan' <> 'hobby' AND stripe ->> 'subscriptionStatus' IN ('active', 'trialing', 'past_due'), false) AS access FROM "OrganizationBilling"`,
  billing: `SELECT organization_id AS id, stripe_customer_id, stripe, limits FROM "OrganizationBilling"`,
  untouched: [
    `SELECT * FROM "User"`,
    `SELECT * FROM "Organization"`,
    `SELECT * FROM "Workspace"`,
    `SELECT organization_id, created_at, limits -> 'workspaces', stripe -> 'features' FROM "OrganizationBilling"`,
  ],
  mapping: readRecipe("formbricks/formbricks"),
  answers: {
    "fields.emailVerified": { sql: "true" },
    "plan.onEnd": "none",
    "sets.responses": "subscriptions.limits->monthly->responses",
    "plans.hobby.sets.responses": 250,
    "plans.basic.sets.responses": 2000,
    "plans.plus.sets.responses": 5000,
  },
  drift: [
    `UPDATE "OrganizationBilling" SET stripe = stripe || '{"plan": "hobby", "subscriptionStatus": "canceled"}' WHERE organization_id = 'org4'`,
    `UPDATE "OrganizationBilling" SET stripe = stripe || '{"plan": "plus", "subscriptionStatus": "active"}' WHERE organization_id = 'org12'`,
    `UPDATE "OrganizationBilling" SET limits = jsonb_set(limits, '{monthly,responses}', '7') WHERE organization_id = 'org7'`,
  ],
  toId: (n) => `org${n}`,
  metadataKey: "organizationId",
};
