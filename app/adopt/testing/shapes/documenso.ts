import { readRecipe } from "./recipes";
import { OWNERS, type Shape, utc } from "./shape";

/** Organisations pay; one row for each, whose "planId" holds the subscription; an enum with words of its own. */
export const documenso: Shape = {
  tables: `
    CREATE TYPE "SubscriptionStatus" AS ENUM ('ACTIVE', 'PAST_DUE', 'INACTIVE');
    CREATE TABLE "User" (id serial PRIMARY KEY, name text, email text NOT NULL UNIQUE, "emailVerified" timestamp(3), "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE "OrganisationClaim" (id text PRIMARY KEY, "originalSubscriptionClaimId" text, "teamCount" int NOT NULL, "memberCount" int NOT NULL, flags jsonb NOT NULL);
    CREATE TABLE "Organisation" (id text PRIMARY KEY, name text NOT NULL, url text NOT NULL UNIQUE, "customerId" text UNIQUE, "ownerUserId" int NOT NULL REFERENCES "User",
      "organisationClaimId" text NOT NULL UNIQUE REFERENCES "OrganisationClaim", "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE "Subscription" (id serial PRIMARY KEY, status "SubscriptionStatus" NOT NULL DEFAULT 'INACTIVE', "planId" text NOT NULL UNIQUE, "priceId" text NOT NULL, "periodEnd" timestamp(3),
      "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false, "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" timestamp(3) NOT NULL, "customerId" text NOT NULL,
      "organisationId" text NOT NULL UNIQUE REFERENCES "Organisation")`,
  record: [
    `INSERT INTO "User" (id, email, "emailVerified") SELECT o.n, o.email, '2026-01-01' FROM ${OWNERS}`,
    `INSERT INTO "OrganisationClaim" SELECT 'claim_' || o.n, 'free', 1, 1, '{}' FROM ${OWNERS}`,
    `INSERT INTO "Organisation" (id, name, url, "customerId", "ownerUserId", "organisationClaimId") SELECT o.id, 'Org ' || o.n, 'org-' || o.n, o.customer, o.n, 'claim_' || o.n FROM ${OWNERS}`,
    `INSERT INTO "Subscription" (status, "planId", "priceId", "periodEnd", "cancelAtPeriodEnd", "updatedAt", "customerId", "organisationId")
     SELECT (CASE WHEN o.sub ->> 'status' IN ('active', 'trialing') THEN 'ACTIVE' WHEN o.sub ->> 'status' = 'past_due' THEN 'PAST_DUE' ELSE 'INACTIVE' END)::"SubscriptionStatus",
       o.sub ->> 'id', o.sub ->> 'price', ${utc("end")}, (o.sub ->> 'cancels')::bool, now(), o.customer, o.id FROM ${OWNERS} WHERE o.sub ->> 'id' IS NOT NULL`,
  ],
  access: `SELECT o.id, coalesce(s.status <> 'INACTIVE', false) AS access FROM "Organisation" o LEFT JOIN "Subscription" s ON s."organisationId" = o.id`,
  billing: `SELECT o.id, o."customerId", s.status, s."planId", s."priceId", s."periodEnd"::text, s."cancelAtPeriodEnd", s."customerId" AS customer
    FROM "Organisation" o LEFT JOIN "Subscription" s ON s."organisationId" = o.id`,
  untouched: [
    `SELECT * FROM "User"`,
    `SELECT * FROM "OrganisationClaim"`,
    `SELECT id, name, url, "ownerUserId", "createdAt" FROM "Organisation"`,
  ],
  mapping: readRecipe("documenso/documenso"),
  answers: { "status.words.INACTIVE": ["canceled", "unpaid", "incomplete", "incomplete_expired", "paused"] },
  drift: [
    `UPDATE "Subscription" SET status = 'INACTIVE' WHERE "organisationId" = 'org_4'`,
    `UPDATE "Subscription" SET status = 'ACTIVE' WHERE "organisationId" = 'org_12'`,
    `DELETE FROM "Subscription" WHERE "organisationId" = 'org_7'`,
  ],
  toId: (n) => `org_${n}`,
  metadataKey: "organisationId",
};
