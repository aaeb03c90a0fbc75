/** Small applications of several shapes, each with a few owners, for tests of what `parity adopt` finds. */
export const APPLICATIONS = {
  columnsOfUsers: `
    CREATE TABLE users (id text PRIMARY KEY, name text, email text UNIQUE, "emailVerified" timestamp(3), stripe_customer_id text UNIQUE,
      stripe_subscription_id text UNIQUE, stripe_price_id text, stripe_current_period_end timestamp(3), updated_at timestamp(3) NOT NULL DEFAULT now());
    CREATE TABLE posts (id text PRIMARY KEY, title text, author_id text REFERENCES users);
    INSERT INTO users SELECT 'u' || n, 'User ' || n, CASE WHEN n > 1 THEN 'u' || n || '@example.com' END, now(), 'cus_' || n, 'sub_' || n,
      CASE WHEN n % 2 = 0 THEN 'price_a' ELSE 'price_b' END, now() FROM generate_series(1, 20) n`,
  teams: `
    CREATE TABLE users (id serial PRIMARY KEY, name varchar(100), email varchar(255) NOT NULL UNIQUE, role varchar(20) NOT NULL DEFAULT 'member', deleted_at timestamp);
    CREATE TABLE teams (id serial PRIMARY KEY, name varchar(100) NOT NULL, created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(),
      stripe_customer_id text UNIQUE, stripe_subscription_id text UNIQUE, stripe_product_id text, plan_name varchar(50), subscription_status varchar(20));
    CREATE TABLE team_members (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users, team_id int NOT NULL REFERENCES teams, role varchar(50) NOT NULL);
    INSERT INTO users (name, email) SELECT 'User ' || n, 'u' || n || '@example.com' FROM generate_series(1, 20) n;
    INSERT INTO teams (name, stripe_customer_id, stripe_subscription_id, stripe_product_id, plan_name, subscription_status)
      SELECT 'Team ' || n, 'cus_' || n, 'sub_' || n, 'prod_' || n % 2, CASE n % 2 WHEN 0 THEN 'Base' ELSE 'Plus' END, 'active' FROM generate_series(1, 20) n;
    INSERT INTO team_members (user_id, team_id, role) SELECT n, n, 'owner' FROM generate_series(1, 20) n`,
  manyRows: `
    CREATE SCHEMA auth;
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar, email_confirmed_at timestamptz, deleted_at timestamptz);
    CREATE TABLE public.users (id uuid PRIMARY KEY REFERENCES auth.users, full_name text, payment_method jsonb);
    CREATE TABLE customers (id uuid PRIMARY KEY REFERENCES auth.users, stripe_customer_id text);
    CREATE TABLE products (id text PRIMARY KEY, active boolean, name text);
    CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'canceled', 'incomplete', 'incomplete_expired', 'past_due', 'unpaid');
    CREATE TABLE prices (id text PRIMARY KEY, product_id text REFERENCES products, active boolean, unit_amount bigint, currency text);
    CREATE TABLE subscriptions (id text PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users, status subscription_status, metadata jsonb,
      price_id text REFERENCES prices, quantity int, cancel_at_period_end boolean, created timestamptz NOT NULL DEFAULT now(),
      current_period_start timestamptz NOT NULL DEFAULT now(), current_period_end timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz, cancel_at timestamptz, canceled_at timestamptz);
    INSERT INTO products VALUES ('prod_a', true, 'A'); INSERT INTO prices VALUES ('price_a', 'prod_a', true, 900, 'usd');
    INSERT INTO auth.users SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'u' || n || '@example.com', now() FROM generate_series(1, 20) n;
    INSERT INTO users SELECT id FROM auth.users; INSERT INTO customers SELECT id, 'cus_' || right(id::text, 2) FROM auth.users;
    INSERT INTO subscriptions (id, user_id, status, price_id) SELECT 'sub_' || right(id::text, 2) || n, id, CASE n WHEN 1 THEN 'canceled' ELSE 'active' END::subscription_status, 'price_a'
      FROM auth.users, generate_series(1, 2) n`,
  items: `
    CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, email_verified_at timestamp(0), stripe_id text, created_at timestamp(0), updated_at timestamp(0));
    CREATE TABLE subscriptions (id bigserial PRIMARY KEY, user_id bigint NOT NULL, type varchar(255) NOT NULL, stripe_id varchar(255) NOT NULL UNIQUE, stripe_status varchar(255) NOT NULL,
      stripe_price varchar(255), quantity int, trial_ends_at timestamp(0), ends_at timestamp(0), created_at timestamp(0), updated_at timestamp(0));
    CREATE INDEX ON subscriptions (user_id, stripe_status);
    CREATE TABLE subscription_items (id bigserial PRIMARY KEY, subscription_id bigint NOT NULL, stripe_id varchar(255) NOT NULL UNIQUE, stripe_product varchar(255) NOT NULL, stripe_price varchar(255) NOT NULL);
    INSERT INTO users (name, email, stripe_id) SELECT 'User ' || n, 'u' || n || '@example.com', 'cus_' || n FROM generate_series(1, 20) n;
    INSERT INTO subscriptions (user_id, type, stripe_id, stripe_status, stripe_price) SELECT n, 'default', 'sub_' || n, 'active', 'price_a' FROM generate_series(1, 20) n;
    INSERT INTO subscription_items (subscription_id, stripe_id, stripe_product, stripe_price) SELECT n, 'si_' || n, 'prod_a', 'price_a' FROM generate_series(1, 20) n`,
  ownWords: `
    CREATE TABLE "User" (id text PRIMARY KEY, email text UNIQUE, username text, "paymentProcessorUserId" text UNIQUE, "subscriptionStatus" text, "subscriptionPlan" text,
      "datePaid" timestamp(3), credits int NOT NULL DEFAULT 3);
    INSERT INTO "User" SELECT 'u' || n, 'u' || n || '@example.com', 'u' || n, 'cus_' || n, (ARRAY['active', 'deleted', 'past_due', 'cancel_at_period_end'])[1 + n % 4],
      (ARRAY['hobby', 'pro'])[1 + n % 2], now() FROM generate_series(1, 20) n`,
  organisations: `
    CREATE TYPE "SubscriptionStatus" AS ENUM ('ACTIVE', 'PAST_DUE', 'INACTIVE');
    CREATE TABLE "User" (id serial PRIMARY KEY, name text, email text NOT NULL UNIQUE);
    CREATE TABLE "Organisation" (id text PRIMARY KEY, name text NOT NULL, url text NOT NULL UNIQUE, "customerId" text UNIQUE, "ownerUserId" int NOT NULL REFERENCES "User");
    CREATE TABLE "Subscription" (id serial PRIMARY KEY, status "SubscriptionStatus" NOT NULL DEFAULT 'INACTIVE', "planId" text NOT NULL UNIQUE, "priceId" text NOT NULL, "periodEnd" timestamp(3),
      "cancelAtPeriodEnd" boolean NOT NULL DEFAULT false, "createdAt" timestamp(3) NOT NULL DEFAULT now(), "updatedAt" timestamp(3) NOT NULL, "customerId" text NOT NULL,
      "organisationId" text NOT NULL UNIQUE REFERENCES "Organisation");
    INSERT INTO "User" (name, email) SELECT 'User ' || n, 'u' || n || '@example.com' FROM generate_series(1, 20) n;
    INSERT INTO "Organisation" SELECT 'org_' || n, 'Org ' || n, 'o' || n, 'cus_' || n, n FROM generate_series(1, 20) n;
    INSERT INTO "Subscription" (status, "planId", "priceId", "updatedAt", "customerId", "organisationId")
      SELECT 'ACTIVE', 'sub_' || n, 'price_a', now(), 'cus_' || n, 'org_' || n FROM generate_series(1, 20) n`,
  usersAndOrganizations: `
    CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, "stripeCustomerId" text);
    CREATE TABLE organization (id text PRIMARY KEY, name text NOT NULL, slug text, "stripeCustomerId" text);
    CREATE TABLE subscription (id text PRIMARY KEY, plan text NOT NULL, "referenceId" text NOT NULL, "stripeCustomerId" text, "stripeSubscriptionId" text, status text,
      "periodStart" timestamptz, "periodEnd" timestamptz, "cancelAtPeriodEnd" boolean, seats int);
    INSERT INTO "user" SELECT 'u' || n, 'User ' || n, 'u' || n || '@example.com', true, 'cus_' || n FROM generate_series(1, 20) n;
    INSERT INTO organization SELECT 'o' || n, 'Org ' || n, NULL, 'cus_1' || n FROM generate_series(1, 5) n;
    INSERT INTO subscription SELECT 's' || id, 'pro', id, NULL, CASE WHEN id <> 'u1' THEN 'sub_' || id END, CASE id WHEN 'u1' THEN 'incomplete' ELSE 'active' END
      FROM (SELECT id FROM "user" UNION ALL SELECT id FROM organization) x`,
  json: `
    CREATE TABLE "Organization" (id text PRIMARY KEY, name text NOT NULL, created_at timestamp(3) NOT NULL DEFAULT now());
    CREATE TABLE "OrganizationBilling" ("organizationId" text PRIMARY KEY REFERENCES "Organization", "stripeCustomerId" text UNIQUE, limits jsonb NOT NULL DEFAULT '{}', stripe jsonb);
    INSERT INTO "Organization" SELECT 'o' || n, 'Org ' || n FROM generate_series(1, 20) n;
    INSERT INTO "OrganizationBilling" SELECT 'o' || n, 'cus_' || n, '{"projects": 3}', jsonb_build_object('plan', (ARRAY['free', 'pro'])[1 + n % 2], 'subscriptionId', 'sub_' || n,
      'subscriptionStatus', (ARRAY['active', 'trialing'])[1 + n % 2], 'periodEnd', '2027-01-02T03:04:05.000Z') FROM generate_series(1, 20) n`,
  numbers: `
    CREATE TABLE "AspNetUsers" ("Id" text PRIMARY KEY, "UserName" varchar(256), "Email" varchar(256), "NormalizedEmail" varchar(256), "EmailConfirmed" boolean NOT NULL, "LockoutEnabled" boolean NOT NULL DEFAULT false,
      "AccessFailedCount" int NOT NULL DEFAULT 0, "StripeCustomerId" text UNIQUE, "SubscriptionTier" int NOT NULL DEFAULT 0, "CreatedAtUtc" timestamptz NOT NULL DEFAULT now());
    CREATE TABLE "Subscriptions" ("Id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "UserId" text NOT NULL REFERENCES "AspNetUsers" ("Id"), "StripeSubscriptionId" text NOT NULL UNIQUE, "StripePriceId" text NOT NULL,
      "Status" int NOT NULL, "PriceCents" int NOT NULL, "CurrencyCode" char(3) NOT NULL, "CurrentPeriodEndUtc" timestamptz, "CancelAtPeriodEnd" boolean NOT NULL DEFAULT false);
    CREATE INDEX ON "Subscriptions" ("UserId");
    INSERT INTO "AspNetUsers" ("Id", "Email", "EmailConfirmed", "StripeCustomerId", "SubscriptionTier") SELECT 'guid-' || n, 'u' || n || '@example.com', true, 'cus_' || n, 1 + n % 2 FROM generate_series(1, 20) n;
    INSERT INTO "Subscriptions" ("UserId", "StripeSubscriptionId", "StripePriceId", "Status", "PriceCents", "CurrencyCode") SELECT 'guid-' || n, 'sub_' || n, 'price_a', 1 + n / 15, 2000, 'usd' FROM generate_series(1, 20) n`,
  planRows: `
    CREATE TABLE accounts_user (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email varchar(254) NOT NULL, is_active boolean NOT NULL);
    CREATE TABLE account_emailaddress (id bigserial PRIMARY KEY, email varchar(254) NOT NULL, verified boolean NOT NULL, user_id bigint NOT NULL REFERENCES accounts_user);
    CREATE TABLE organizations_organization (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name varchar(200) NOT NULL, owner_id bigint NOT NULL REFERENCES accounts_user DEFERRABLE INITIALLY DEFERRED,
      stripe_customer_id varchar(255) NOT NULL DEFAULT '');
    CREATE TABLE billing_plan (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code varchar(32) NOT NULL UNIQUE, name varchar(64) NOT NULL, stripe_price_id varchar(255) NOT NULL);
    CREATE TABLE billing_subscription (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, stripe_subscription_id varchar(255) NOT NULL, status varchar(20) NOT NULL, current_period_end timestamptz, cancel_at_period_end boolean NOT NULL,
      seats int NOT NULL, modified timestamptz NOT NULL, organization_id bigint NOT NULL UNIQUE REFERENCES organizations_organization DEFERRABLE INITIALLY DEFERRED, plan_id bigint REFERENCES billing_plan DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO accounts_user (email, is_active) SELECT 'u' || n || '@example.com', true FROM generate_series(1, 20) n;
    INSERT INTO account_emailaddress (email, verified, user_id) SELECT email, id % 2 = 0, id FROM accounts_user;
    INSERT INTO organizations_organization (name, owner_id, stripe_customer_id) SELECT 'Org ' || n, n, 'cus_' || n FROM generate_series(1, 20) n;
    INSERT INTO billing_plan (code, name, stripe_price_id) VALUES ('basic', 'Basic', 'price_a'), ('studio', 'Studio', 'price_b'), ('partner', 'Partner', '');
    INSERT INTO billing_subscription (stripe_subscription_id, status, cancel_at_period_end, seats, modified, organization_id, plan_id)
      SELECT 'sub_' || n, CASE WHEN n > 17 THEN 'canceled' ELSE 'active' END, false, 1, now(), n, CASE WHEN n = 1 THEN 3 ELSE 1 + n % 2 END FROM generate_series(1, 20) n`,
} as const;
