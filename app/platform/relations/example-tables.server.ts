import { type Query, quoteIdentifier } from "~/platform/migrations/pg-client.server";
import { listApplicationTables } from "./application-tables.server";

/**
 * Makes the tables of an application in a schema: for the demo, for tests, and where they are asked for. They belong to the
 * application, so they are never in our schema. False, and nothing is made, where a table of such a name is anywhere.
 */
export async function createExampleTables(query: Query, schema: string): Promise<boolean> {
  if ((await listApplicationTables(query)).length > 0) return false;
  const place = quoteIdentifier(schema);
  const [exists] = await query(
    `SELECT 1 FROM pg_namespace WHERE quote_ident(nspname) = '${place.replaceAll("'", "''")}'`,
  );
  if (exists === undefined) await query(`CREATE SCHEMA ${place}`);
  await query(`${createTables(place)}\n${createIndexes(place)}`);
  return true;
}

const ID = "id text PRIMARY KEY DEFAULT (gen_random_uuid())::text";
const TIMES = `"createdAt" timestamptz(3) NOT NULL DEFAULT now(), "updatedAt" timestamptz(3) NOT NULL DEFAULT now()`;

const createTables = (place: string): string => `
  CREATE TABLE ${place}."User" (
    ${ID},
    email text NOT NULL CONSTRAINT "User_email_key" UNIQUE,
    "emailVerified" boolean NOT NULL DEFAULT false,
    name text,
    "stripeCustomerId" text CONSTRAINT "User_stripeCustomerId_key" UNIQUE,
    plan text,
    "subscriptionStatus" text,
    "currentPeriodEnd" timestamptz(3),
    "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false,
    ${TIMES});
  CREATE TABLE ${place}."BillingSubscription" (
    ${ID},
    "userId" text NOT NULL CONSTRAINT "BillingSubscription_userId_key" UNIQUE,
    "stripeSubscriptionId" text NOT NULL CONSTRAINT "BillingSubscription_stripeSubscriptionId_key" UNIQUE,
    "stripePriceId" text NOT NULL,
    status text NOT NULL,
    plan text,
    amount bigint,
    currency text NOT NULL,
    "interval" text,
    "currentPeriodStart" timestamptz(3),
    "currentPeriodEnd" timestamptz(3),
    "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false,
    ${TIMES});
  CREATE TABLE ${place}."Workspace" (
    ${ID},
    "ownerId" text NOT NULL,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'locked',
    soldiers integer NOT NULL DEFAULT 0,
    ${TIMES});
  CREATE INDEX "Workspace_ownerId_idx" ON ${place}."Workspace" ("ownerId");`;

/**
 * What makes lists, filters and the search of a million users fast (docs/decisions/0010). Without pg_trgm the search is slower
 * and as right.
 */
const createIndexes = (place: string): string => `
  CREATE INDEX "User_email_folded" ON ${place}."User" (lower(email COLLATE "C"));
  CREATE INDEX "User_by_name" ON ${place}."User" (((name IS NULL)::int), (coalesce(name, '')), id);
  CREATE INDEX "User_plan" ON ${place}."User" (plan) WHERE plan IS NOT NULL;
  CREATE INDEX "User_createdAt" ON ${place}."User" ("createdAt") WHERE "createdAt" IS NOT NULL;
  DO $$
  DECLARE
    place text;
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
      CREATE EXTENSION pg_trgm SCHEMA ${place};
    END IF;
    SELECT extnamespace::regnamespace::text INTO place FROM pg_extension WHERE extname = 'pg_trgm';
    EXECUTE 'CREATE INDEX "User_search" ON ${place.replaceAll("'", "''")}."User" USING gin ((email || E''\\n'' || coalesce(name, '''')) '
      || place || '.gin_trgm_ops)';
    -- How rare a search is, is guessed from so many examples.
    ALTER INDEX ${place}."User_search" ALTER COLUMN 1 SET STATISTICS 1000;
  EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'No index for the search: %', SQLERRM;
  END
  $$;
  ANALYZE ${place}."User";`;
