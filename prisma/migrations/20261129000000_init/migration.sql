
-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT,
    "stripeCustomerId" TEXT,
    "plan" TEXT,
    "subscriptionStatus" TEXT,
    "currentPeriodEnd" TIMESTAMPTZ(3),
    "cancelAtPeriodEnd" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BillingSubscription" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "userId" TEXT NOT NULL,
    "stripeSubscriptionId" TEXT NOT NULL,
    "stripePriceId" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "plan" TEXT,
    "amount" BIGINT,
    "currency" TEXT NOT NULL,
    "interval" TEXT,
    "currentPeriodStart" TIMESTAMPTZ(3),
    "currentPeriodEnd" TIMESTAMPTZ(3),
    "cancelAtPeriodEnd" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BillingSubscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Workspace" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "ownerId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'locked',
    "soldiers" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Plan" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "seats" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PlanPrice" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "planId" TEXT NOT NULL,
    "priceId" TEXT,
    "lookupKey" TEXT,
    "source" TEXT NOT NULL DEFAULT 'admin',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PlanPrice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedBy" TEXT,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "SettingChange" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SettingChange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StripeCustomer" (
    "id" TEXT NOT NULL,
    "email" TEXT,
    "emailFolded" TEXT,
    "name" TEXT,
    "metadataUserId" TEXT,
    "state" TEXT NOT NULL DEFAULT 'present',
    "created" TIMESTAMPTZ(3),
    "versionStart" BIGINT NOT NULL,
    "versionEnd" BIGINT NOT NULL,
    "observedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requestId" TEXT,
    "contentHash" TEXT,
    "completeVersionStart" BIGINT,
    "completeVersionEnd" BIGINT,
    "completeAt" TIMESTAMPTZ(3),

    CONSTRAINT "StripeCustomer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StripeSubscription" (
    "id" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "metadataUserId" TEXT,
    "items" JSONB NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL,
    "startDate" TIMESTAMPTZ(3) NOT NULL,
    "canceledAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "cancelAt" TIMESTAMPTZ(3),
    "cancelAtPeriodEnd" BOOLEAN NOT NULL,
    "latestInvoiceId" TEXT,
    "testClockId" TEXT,
    "pastDueSince" TIMESTAMPTZ(3),
    "entitlingSince" TIMESTAMPTZ(3),
    "gone" BOOLEAN NOT NULL DEFAULT false,
    "versionStart" BIGINT NOT NULL,
    "versionEnd" BIGINT NOT NULL,
    "observedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requestId" TEXT,
    "contentHash" TEXT,

    CONSTRAINT "StripeSubscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Link" (
    "userId" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Link_pkey" PRIMARY KEY ("userId","customerId")
);

-- CreateTable
CREATE TABLE "StripeEvent" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL,
    "customerId" TEXT,
    "sessionId" TEXT,
    "storedVersion" BIGINT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "StripeEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckoutAttempt" (
    "userId" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "sessionId" TEXT,
    "orderHash" TEXT,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CheckoutAttempt_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "RateLimitCounter" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "windowStart" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RateLimitCounter_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "StripeRateBucket" (
    "bucket" TEXT NOT NULL,
    "nextRequestAt" TIMESTAMPTZ(6) NOT NULL,
    "slowdown" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "slowedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "StripeRateBucket_pkey" PRIMARY KEY ("bucket")
);

-- CreateTable
CREATE TABLE "StripeRequestCount" (
    "day" DATE NOT NULL,
    "endpoint" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "StripeRequestCount_pkey" PRIMARY KEY ("day","endpoint")
);

-- CreateTable
CREATE TABLE "Cursor" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Cursor_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "SyncStatus" (
    "userId" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "severity" SMALLINT NOT NULL,
    "flags" TEXT[],
    "mismatches" JSONB NOT NULL,
    "stripeStatus" TEXT,
    "stripePlan" TEXT,
    "moneyKind" TEXT,
    "moneyPerMonth" BIGINT,
    "moneyCurrency" TEXT,
    "since" TIMESTAMPTZ(3),
    "blocked" TEXT,
    "intendedHash" TEXT,
    "revocationVersion" BIGINT,
    "fingerprint" TEXT,
    "evaluatedVersion" BIGINT,
    "recordHash" BIGINT,
    "observedAt" TIMESTAMPTZ(3),
    "evaluatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextCheckAt" TIMESTAMPTZ(3),

    CONSTRAINT "SyncStatus_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "RecheckQueue" (
    "userId" TEXT NOT NULL,
    "generation" BIGSERIAL NOT NULL,

    CONSTRAINT "RecheckQueue_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "UserCheck" (
    "userId" TEXT NOT NULL,
    "checkingUntil" TIMESTAMPTZ(3),
    "checkedAt" TIMESTAMPTZ(3),
    "failedAt" TIMESTAMPTZ(3),
    "failure" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "nextCheckAt" TIMESTAMPTZ(3),

    CONSTRAINT "UserCheck_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "actorKind" TEXT NOT NULL,
    "actor" TEXT,
    "mode" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "phase" TEXT NOT NULL,
    "liveKey" TEXT,
    "leaseOwner" TEXT,
    "leaseUntil" TIMESTAMPTZ(3),
    "cursor" JSONB NOT NULL,
    "previewRunId" TEXT,
    "total" INTEGER NOT NULL DEFAULT 0,
    "observed" INTEGER NOT NULL DEFAULT 0,
    "synced" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "review" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "notChecked" INTEGER NOT NULL DEFAULT 0,
    "stripeRequests" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "cancelRequestedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunBatch" (
    "runId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "afterId" TEXT,
    "untilId" TEXT,
    "claimedUntil" TIMESTAMPTZ(3),
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "RunBatch_pkey" PRIMARY KEY ("runId","number")
);

-- CreateTable
CREATE TABLE "RunUser" (
    "runId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "intendedHash" TEXT,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "grants" BOOLEAN NOT NULL DEFAULT false,
    "revokes" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "RunUser_pkey" PRIMARY KEY ("runId","userId")
);

-- CreateTable
CREATE TABLE "Change" (
    "id" BIGSERIAL NOT NULL,
    "runId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "grants" BOOLEAN NOT NULL,
    "revokes" BOOLEAN NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actor" TEXT,
    "stripeRequestId" TEXT,
    "reason" TEXT,
    "paidAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Comp" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "userId" TEXT NOT NULL,
    "planId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Comp_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Hold" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "userId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "stripeState" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "releasedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Acknowledgement" (
    "userId" TEXT NOT NULL,
    "mismatches" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Acknowledgement_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "Staff" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Staff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StaffSession" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "token" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StaffSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StaffAccount" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshTokenExpiresAt" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StaffAccount_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StaffVerification" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StaffVerification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StaffRateLimit" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastRequest" BIGINT NOT NULL,

    CONSTRAINT "StaffRateLimit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "User_stripeCustomerId_key" ON "User"("stripeCustomerId");

-- CreateIndex
CREATE UNIQUE INDEX "BillingSubscription_userId_key" ON "BillingSubscription"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "BillingSubscription_stripeSubscriptionId_key" ON "BillingSubscription"("stripeSubscriptionId");

-- CreateIndex
CREATE INDEX "Workspace_ownerId_idx" ON "Workspace"("ownerId");

-- CreateIndex
CREATE UNIQUE INDEX "PlanPrice_priceId_key" ON "PlanPrice"("priceId");

-- CreateIndex
CREATE UNIQUE INDEX "PlanPrice_lookupKey_key" ON "PlanPrice"("lookupKey");

-- CreateIndex
CREATE INDEX "PlanPrice_planId_idx" ON "PlanPrice"("planId");

-- CreateIndex
CREATE INDEX "StripeCustomer_emailFolded_idx" ON "StripeCustomer"("emailFolded");

-- CreateIndex
CREATE INDEX "StripeCustomer_metadataUserId_idx" ON "StripeCustomer"("metadataUserId");

-- CreateIndex
CREATE INDEX "StripeSubscription_customerId_idx" ON "StripeSubscription"("customerId");

-- CreateIndex
CREATE INDEX "StripeSubscription_metadataUserId_idx" ON "StripeSubscription"("metadataUserId");

-- CreateIndex
CREATE INDEX "Link_customerId_idx" ON "Link"("customerId");

-- CreateIndex
CREATE INDEX "StripeEvent_customerId_settledAt_idx" ON "StripeEvent"("customerId", "settledAt");

-- CreateIndex
CREATE INDEX "SyncStatus_nextCheckAt_idx" ON "SyncStatus"("nextCheckAt");

-- CreateIndex
CREATE UNIQUE INDEX "Run_liveKey_key" ON "Run"("liveKey");

-- CreateIndex
CREATE INDEX "Run_createdAt_idx" ON "Run"("createdAt" DESC);

-- CreateIndex
CREATE INDEX "RunUser_runId_outcome_userId_idx" ON "RunUser"("runId", "outcome", "userId");

-- CreateIndex
CREATE INDEX "Change_userId_id_idx" ON "Change"("userId", "id");

-- CreateIndex
CREATE INDEX "Change_createdAt_idx" ON "Change"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Change_runId_userId_key" ON "Change"("runId", "userId");

-- CreateIndex
CREATE INDEX "Comp_userId_idx" ON "Comp"("userId");

-- CreateIndex
CREATE INDEX "Hold_userId_idx" ON "Hold"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Staff_email_key" ON "Staff"("email");

-- CreateIndex
CREATE UNIQUE INDEX "StaffSession_token_key" ON "StaffSession"("token");

-- CreateIndex
CREATE INDEX "StaffSession_userId_idx" ON "StaffSession"("userId");

-- CreateIndex
CREATE INDEX "StaffAccount_userId_idx" ON "StaffAccount"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "StaffAccount_providerId_accountId_key" ON "StaffAccount"("providerId", "accountId");

-- CreateIndex
CREATE INDEX "StaffVerification_identifier_idx" ON "StaffVerification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "StaffRateLimit_key_key" ON "StaffRateLimit"("key");

-- AddForeignKey
ALTER TABLE "PlanPrice" ADD CONSTRAINT "PlanPrice_planId_fkey" FOREIGN KEY ("planId") REFERENCES "Plan"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StaffSession" ADD CONSTRAINT "StaffSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StaffAccount" ADD CONSTRAINT "StaffAccount_userId_fkey" FOREIGN KEY ("userId") REFERENCES "Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema language has no words for.

-- Versions: orders requests to Stripe over all servers.
CREATE SEQUENCE "observation_version";

-- E-mail addresses are compared with only ASCII A–Z folded (billing/email.ts).
CREATE INDEX "User_email_folded" ON "User" (lower("email" COLLATE "C"));

-- The record of repairs is append-only.
CREATE FUNCTION "change_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Change is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER "Change_append_only" BEFORE UPDATE OR DELETE ON "Change"
  FOR EACH ROW EXECUTE FUNCTION "change_is_append_only"();
CREATE TRIGGER "Change_no_truncate" BEFORE TRUNCATE ON "Change"
  FOR EACH STATEMENT EXECUTE FUNCTION "change_is_append_only"();

-- A plan that gives nothing could never be recorded as access.
ALTER TABLE "Plan" ADD CONSTRAINT "Plan_seats_positive" CHECK ("seats" > 0);

-- A few rows that are written many times a second: room for their next versions on the same page.
ALTER TABLE "StripeRateBucket" SET (fillfactor = 10);

-- app/stripe/testing/rate-bucket.ts says the same in TypeScript, with the reasons; a test holds the two against each other. Functions,
-- because PostgreSQL keeps their plans: the same as one statement costs several times as much.

-- `computeSlowdown`
CREATE FUNCTION "stripe_slowdown"(slowdown float8, slowed_at timestamptz, at timestamptz) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF slowed_at > at + interval '5 seconds' THEN RETURN 1; END IF;
  RETURN greatest(1, slowdown * power(2::float8, greatest(-30, extract(epoch FROM slowed_at - at)::float8 / 10)));
END
$$;

-- `acquireFrom`, for one endpoint; slots, bursts and aheads in milliseconds. `clock`: for tests; else the database's.
CREATE FUNCTION "stripe_acquire"(
  endpoint text, many int, own_slot float8, own_burst float8, own_ahead float8,
  all_slot float8, all_burst float8, all_ahead float8, clock timestamptz,
  OUT granted int, OUT wait_ms float8, OUT slot_ms float8
) LANGUAGE plpgsql AS $$
DECLARE
  own "StripeRateBucket";
  every "StripeRateBucket";
  at timestamptz;
  at_ms float8;
  own_next float8;
  all_next float8;
  slow float8;
  first_of_day boolean;
BEGIN
  -- The last grants may be forgotten when the server crashes: its start takes longer than they last. For this
  -- transaction alone.
  PERFORM set_config('synchronous_commit', 'off', true);
  LOOP
    -- Always in this order, so that transactions never wait for each other in a circle.
    SELECT * INTO every FROM "StripeRateBucket" l WHERE l.bucket = 'all' FOR NO KEY UPDATE;
    SELECT * INTO own FROM "StripeRateBucket" l WHERE l.bucket = endpoint FOR NO KEY UPDATE;
    EXIT WHEN every.bucket IS NOT NULL AND own.bucket IS NOT NULL;
    INSERT INTO "StripeRateBucket" (bucket, "nextRequestAt", "slowedAt")
    SELECT missing, coalesce(clock, clock_timestamp()), to_timestamp(0) FROM unnest(ARRAY['all', endpoint]) missing
    ON CONFLICT (bucket) DO NOTHING;
  END LOOP;
  at := coalesce(clock, clock_timestamp());
  at_ms := extract(epoch FROM at)::float8 * 1000;

  slow := stripe_slowdown(every.slowdown, every."slowedAt", at);
  all_slot := all_slot * slow;
  own_slot := own_slot * greatest(slow, stripe_slowdown(own.slowdown, own."slowedAt", at));
  own_next := extract(epoch FROM own."nextRequestAt")::float8 * 1000;
  all_next := extract(epoch FROM every."nextRequestAt")::float8 * 1000;
  own_next := CASE WHEN own_next > at_ms + 30000 THEN at_ms ELSE greatest(own_next, at_ms - own_burst) END;
  all_next := CASE WHEN all_next > at_ms + 30000 THEN at_ms ELSE greatest(all_next, at_ms - all_burst) END;
  granted := greatest(0, least(many,
    floor((at_ms + own_ahead - own_next) / own_slot) + 1, floor((at_ms + all_ahead - all_next) / all_slot) + 1));
  own_next := own_next + granted * own_slot;
  all_next := all_next + granted * all_slot;
  wait_ms := greatest(own_next - own_ahead, all_next - all_ahead) - at_ms;
  slot_ms := greatest(own_slot, all_slot);
  IF granted = 0 THEN RETURN; END IF;

  UPDATE "StripeRateBucket" l SET "nextRequestAt" = to_timestamp(own_next / 1000) WHERE l.bucket = endpoint;
  UPDATE "StripeRateBucket" l SET "nextRequestAt" = to_timestamp(all_next / 1000) WHERE l.bucket = 'all';
  INSERT INTO "StripeRequestCount" AS r (day, endpoint, requests)
  VALUES ((at AT TIME ZONE 'UTC')::date, stripe_acquire.endpoint, granted)
  ON CONFLICT ON CONSTRAINT "StripeRequestCount_pkey" DO UPDATE SET requests = r.requests + excluded.requests
  RETURNING xmax = 0 INTO first_of_day;
  IF first_of_day THEN DELETE FROM "StripeRequestCount" r WHERE r.day < (at AT TIME ZONE 'UTC')::date - 400; END IF;
END
$$;

-- `slowDown`
CREATE FUNCTION "stripe_slow_down"(slowed_bucket text, clock timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := coalesce(clock, clock_timestamp());
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE "StripeRateBucket" l SET "nextRequestAt" = greatest(l."nextRequestAt", at), "slowedAt" = at,
    slowdown = least(16, 2 * stripe_slowdown(l.slowdown, l."slowedAt", at))
  WHERE l.bucket = slowed_bucket
    AND NOT (l."slowedAt" > at - interval '500 milliseconds' AND l."slowedAt" <= at + interval '5 seconds');
END
$$;

-- Users whose evaluation may change without any event: evaluated again in each incremental run.
CREATE INDEX "SyncStatus_recheck" ON "SyncStatus" ("userId")
WHERE verdict IN ('not_checked', 'link_conflict', 'possible_match')
    OR ("intendedHash" IS NOT NULL AND blocked IS NULL)
    OR blocked IN ('revocation_limit', 'not_read_since', 'possible_other_customer', 'other_customers_unknown');

-- The versions of these tables are updated by each full run: room on each page keeps those updates away from the indexes.
ALTER TABLE "StripeCustomer" SET (fillfactor = 80);
ALTER TABLE "StripeSubscription" SET (fillfactor = 80);

-- For the events that still wait for a read, in the order of their customers.
CREATE INDEX "StripeEvent_unsettled_idx" ON "StripeEvent"("customerId") WHERE "settledAt" IS NULL;

-- For the customers that an incremental run reads although nothing says that they changed. A full run does not touch
-- "completeAt", so that its updates stay away from the indexes.
CREATE INDEX "StripeCustomer_least_read_idx" ON "StripeCustomer"("completeAt" NULLS FIRST, "id") WHERE "state" = 'present';

-- Indexes for lists of a million users: for every sort and filter of the users table, for its search, and for what
-- every page counts. Expressions as app/dashboard/users-list writes them. Prisma's schema language
-- has no words for these (expressions, conditions, operator classes), and its comparison leaves them alone.

-- The verdict's own order, and the order of them all: severity and since are never null here.
CREATE INDEX "SyncStatus_by_severity" ON "SyncStatus"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "SyncStatus_by_verdict" ON "SyncStatus"
  ("verdict", (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "SyncStatus_by_checked" ON "SyncStatus" ((coalesce("observedAt", '-infinity'::timestamptz)), "userId");

-- Few users have these: the rest of such a sort follows the primary key.
CREATE INDEX "SyncStatus_by_since" ON "SyncStatus" ((coalesce("since", 'infinity'::timestamptz)), "userId")
  WHERE "since" IS NOT NULL;
CREATE INDEX "SyncStatus_by_money" ON "SyncStatus"
  ((coalesce("moneyCurrency", '')), (- coalesce("moneyPerMonth", 0)), "userId") INCLUDE ("moneyKind", "moneyPerMonth")
  WHERE "moneyPerMonth" IS NOT NULL;
CREATE INDEX "SyncStatus_flags" ON "SyncStatus" USING gin ("flags") WHERE "flags" <> '{}';
CREATE INDEX "SyncStatus_blocked" ON "SyncStatus"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId") WHERE "blocked" IS NOT NULL;
CREATE INDEX "SyncStatus_by_status" ON "SyncStatus"
  ((coalesce("stripeStatus", '')), (- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId")
  INCLUDE ("stripeStatus") WHERE "stripeStatus" IS DISTINCT FROM 'active';
CREATE INDEX "SyncStatus_stripePlan" ON "SyncStatus" ("stripePlan") WHERE "stripePlan" IS NOT NULL;

-- Paying customers, for the count of those that belong to no user.
CREATE INDEX "StripeSubscription_paying" ON "StripeSubscription" ("customerId")
  WHERE NOT "gone" AND "status" IN ('active', 'trialing');
-- What the revocation limit counts.
CREATE INDEX "Change_lowered" ON "Change" ("createdAt") WHERE "revokes" AND "actorKind" <> 'staff';
-- Webhook events that still wait for a read: few among all that ever came.
CREATE INDEX "StripeEvent_unsettled" ON "StripeEvent" ("receivedAt") WHERE "settledAt" IS NULL;

-- On the application's own table, where it is one: through a view PostgreSQL uses those of the table behind it
-- (docs/decisions/0010). Create them first, CONCURRENTLY and under these names, and nothing waits here. Without
-- them, and without pg_trgm, lists and searches are slower and as right.
DO $$
DECLARE
  statement text;
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = to_regclass('"User"')) NOT IN ('r', 'p') THEN
    RETURN;
  END IF;
  FOREACH statement IN ARRAY ARRAY[
    'CREATE INDEX IF NOT EXISTS "User_by_name" ON "User" ((("name" IS NULL)::int), (coalesce("name", '''')), "id")',
    'CREATE INDEX IF NOT EXISTS "User_plan" ON "User" ("plan") WHERE "plan" IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS "User_createdAt" ON "User" ("createdAt") WHERE "createdAt" IS NOT NULL',
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    'CREATE INDEX IF NOT EXISTS "User_search" ON "User" USING gin (("email" || E''\n'' || coalesce("name", '''')) gin_trgm_ops)',
    -- How rare a search is, is guessed from so many examples.
    'ALTER INDEX "User_search" ALTER COLUMN 1 SET STATISTICS 1000',
    'ANALYZE "User"'
  ] LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
      RAISE NOTICE 'Not made (%): %', SQLERRM, statement;
    END;
  END LOOP;
END
$$;

-- Until it is analysed, PostgreSQL knows nothing of an expression.
ANALYZE "SyncStatus";
