-- Everything of Parity's, in the schema parity, under qualified names: nothing depends on the search path. The runner
-- (app/platform/migrations) creates the schema. The application's tables are never made or changed by a migration.

-- CreateTable
CREATE TABLE parity."Plan" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "seats" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."PlanPrice" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "planId" TEXT,
    "priceId" TEXT,
    "lookupKey" TEXT,
    "productId" TEXT,
    "source" TEXT NOT NULL DEFAULT 'admin',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PlanPrice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."Setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedBy" TEXT,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE parity."SettingChange" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SettingChange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."StripeCustomer" (
    "id" TEXT NOT NULL,
    "email" TEXT,
    "emailFolded" TEXT,
    "name" TEXT,
    "metadataUserId" TEXT,
    "state" TEXT NOT NULL DEFAULT 'present',
    "created" TIMESTAMPTZ(3),
    "testClockId" TEXT,
    "versionStart" BIGINT NOT NULL,
    "versionEnd" BIGINT NOT NULL,
    "observedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requestId" TEXT,
    "contentHash" TEXT,
    "completeVersionStart" BIGINT,
    "completeVersionEnd" BIGINT,
    "completeAt" TIMESTAMPTZ(3),
    "firstCompleteAt" TIMESTAMPTZ(3),

    CONSTRAINT "StripeCustomer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."StripeSubscription" (
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
    "collectionPaused" BOOLEAN NOT NULL DEFAULT false,
    "pastDueSince" TIMESTAMPTZ(3),
    "unpaidSince" TIMESTAMPTZ(3),
    "unpaidInvoiceId" TEXT,
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
CREATE TABLE parity."StripePrice" (
    "id" TEXT NOT NULL,
    "amounts" JSONB,
    "readAt" TIMESTAMPTZ(3),
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "failure" TEXT,

    CONSTRAINT "StripePrice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."Link" (
    "userId" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL DEFAULT '',
    "source" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Link_pkey" PRIMARY KEY ("userId","customerId","subscriptionId")
);

-- CreateTable
CREATE TABLE parity."StripeEvent" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL,
    "customerId" TEXT,
    "sessionId" TEXT,
    "storedVersion" BIGINT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMPTZ(3),
    "refusals" INTEGER NOT NULL DEFAULT 0,
    "askAgainAt" TIMESTAMPTZ(3),

    CONSTRAINT "StripeEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."WebhookDelivery" (
    "day" DATE NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("day","outcome")
);

-- CreateTable
CREATE TABLE parity."StripeRefusal" (
    "subject" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requestId" TEXT,

    CONSTRAINT "StripeRefusal_pkey" PRIMARY KEY ("subject")
);

-- CreateTable
CREATE TABLE parity."CheckoutAttempt" (
    "userId" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "sessionId" TEXT,
    "orderHash" TEXT,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CheckoutAttempt_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE parity."RateLimitCounter" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "windowStart" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RateLimitCounter_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE parity."StripeRateBucket" (
    "bucket" TEXT NOT NULL,
    "nextRequestAt" TIMESTAMPTZ(6) NOT NULL,
    "slowdown" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "slowedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "StripeRateBucket_pkey" PRIMARY KEY ("bucket")
);

-- CreateTable
CREATE TABLE parity."StripeRequestCount" (
    "day" DATE NOT NULL,
    "endpoint" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "StripeRequestCount_pkey" PRIMARY KEY ("day","endpoint")
);

-- CreateTable
CREATE TABLE parity."Cursor" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Cursor_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE parity."SyncStatus" (
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
    "addressHash" BIGINT,
    "addressSince" TIMESTAMPTZ(3),
    "observedAt" TIMESTAMPTZ(3),
    "evaluatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextCheckAt" TIMESTAMPTZ(3),

    CONSTRAINT "SyncStatus_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE parity."RecheckQueue" (
    "userId" TEXT NOT NULL,
    "generation" BIGSERIAL NOT NULL,

    CONSTRAINT "RecheckQueue_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE parity."UserCheck" (
    "userId" TEXT NOT NULL,
    "queuedAt" TIMESTAMPTZ(3),
    "checkingUntil" TIMESTAMPTZ(3),
    "checkedAt" TIMESTAMPTZ(3),
    "failedAt" TIMESTAMPTZ(3),
    "failure" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "nextCheckAt" TIMESTAMPTZ(3),

    CONSTRAINT "UserCheck_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE parity."Run" (
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
CREATE TABLE parity."WorkerProcess" (
    "poolId" TEXT NOT NULL,
    "heartbeatAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkerProcess_pkey" PRIMARY KEY ("poolId")
);

-- CreateTable
CREATE TABLE parity."RunBatch" (
    "runId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "afterId" TEXT,
    "untilId" TEXT,
    "claimedUntil" TIMESTAMPTZ(3),
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "RunBatch_pkey" PRIMARY KEY ("runId","number")
);

-- CreateTable
CREATE TABLE parity."RunUser" (
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
CREATE TABLE parity."Change" (
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
    "override" BOOLEAN NOT NULL DEFAULT false,
    "paidAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."Comp" (
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
CREATE TABLE parity."Hold" (
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
CREATE TABLE parity."Acknowledgement" (
    "userId" TEXT NOT NULL,
    "mismatches" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Acknowledgement_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE parity."Staff" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removedAt" TIMESTAMPTZ(3),
    "twoFactorEnabled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Staff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."StaffTwoFactor" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "userId" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "backupCodes" TEXT NOT NULL,
    "verified" BOOLEAN NOT NULL DEFAULT true,
    "failedVerificationCount" INTEGER NOT NULL DEFAULT 0,
    "lockedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "StaffTwoFactor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."SignInLimit" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SignInLimit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE parity."EndedCustomerSession" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "EndedCustomerSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."StaffSession" (
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
CREATE TABLE parity."StaffAccount" (
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
CREATE TABLE parity."StaffVerification" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StaffVerification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE parity."StaffRateLimit" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastRequest" BIGINT NOT NULL,

    CONSTRAINT "StaffRateLimit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "PlanPrice_priceId_key" ON parity."PlanPrice"("priceId");

-- CreateIndex
CREATE UNIQUE INDEX "PlanPrice_lookupKey_key" ON parity."PlanPrice"("lookupKey");

-- CreateIndex
CREATE UNIQUE INDEX "PlanPrice_productId_key" ON parity."PlanPrice"("productId");

-- CreateIndex
CREATE INDEX "PlanPrice_planId_idx" ON parity."PlanPrice"("planId");

-- CreateIndex
CREATE INDEX "StripeCustomer_emailFolded_idx" ON parity."StripeCustomer"("emailFolded");

-- CreateIndex
CREATE INDEX "StripeCustomer_metadataUserId_idx" ON parity."StripeCustomer"("metadataUserId");

-- CreateIndex
CREATE INDEX "StripeSubscription_customerId_idx" ON parity."StripeSubscription"("customerId");

-- CreateIndex
CREATE INDEX "StripeSubscription_metadataUserId_idx" ON parity."StripeSubscription"("metadataUserId");

-- CreateIndex
CREATE INDEX "Link_customerId_idx" ON parity."Link"("customerId");

-- CreateIndex
CREATE INDEX "StripeEvent_customerId_settledAt_idx" ON parity."StripeEvent"("customerId", "settledAt");

-- CreateIndex
CREATE INDEX "SyncStatus_nextCheckAt_idx" ON parity."SyncStatus"("nextCheckAt");

-- CreateIndex
CREATE UNIQUE INDEX "Run_liveKey_key" ON parity."Run"("liveKey");

-- CreateIndex
CREATE INDEX "Run_createdAt_idx" ON parity."Run"("createdAt" DESC);

-- CreateIndex
CREATE INDEX "RunUser_runId_outcome_userId_idx" ON parity."RunUser"("runId", "outcome", "userId");

-- CreateIndex
CREATE INDEX "Change_userId_id_idx" ON parity."Change"("userId", "id");

-- CreateIndex
CREATE INDEX "Change_createdAt_idx" ON parity."Change"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Change_runId_userId_key" ON parity."Change"("runId", "userId");

-- CreateIndex
CREATE INDEX "Comp_userId_idx" ON parity."Comp"("userId");

-- CreateIndex
CREATE INDEX "Hold_userId_idx" ON parity."Hold"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Staff_email_key" ON parity."Staff"("email");

-- CreateIndex
CREATE UNIQUE INDEX "StaffTwoFactor_userId_key" ON parity."StaffTwoFactor"("userId");

-- CreateIndex
CREATE INDEX "SignInLimit_updatedAt_idx" ON parity."SignInLimit"("updatedAt");

-- CreateIndex
CREATE INDEX "EndedCustomerSession_expiresAt_idx" ON parity."EndedCustomerSession"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "StaffSession_token_key" ON parity."StaffSession"("token");

-- CreateIndex
CREATE INDEX "StaffSession_userId_idx" ON parity."StaffSession"("userId");

-- CreateIndex
CREATE INDEX "StaffAccount_userId_idx" ON parity."StaffAccount"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "StaffAccount_providerId_accountId_key" ON parity."StaffAccount"("providerId", "accountId");

-- CreateIndex
CREATE INDEX "StaffVerification_identifier_idx" ON parity."StaffVerification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "StaffRateLimit_key_key" ON parity."StaffRateLimit"("key");

-- AddForeignKey
ALTER TABLE parity."PlanPrice" ADD CONSTRAINT "PlanPrice_planId_fkey" FOREIGN KEY ("planId") REFERENCES parity."Plan"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE parity."StaffTwoFactor" ADD CONSTRAINT "StaffTwoFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES parity."Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE parity."StaffSession" ADD CONSTRAINT "StaffSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES parity."Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE parity."StaffAccount" ADD CONSTRAINT "StaffAccount_userId_fkey" FOREIGN KEY ("userId") REFERENCES parity."Staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema language has no words for.

-- Versions: orders requests to Stripe over all servers.
CREATE SEQUENCE parity.observation_version;

-- The record of repairs is append-only.
CREATE FUNCTION parity.change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Change is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER "Change_append_only" BEFORE UPDATE OR DELETE ON parity."Change"
  FOR EACH ROW EXECUTE FUNCTION parity.change_is_append_only();
CREATE TRIGGER "Change_no_truncate" BEFORE TRUNCATE ON parity."Change"
  FOR EACH STATEMENT EXECUTE FUNCTION parity.change_is_append_only();

CREATE FUNCTION parity.setting_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SettingChange is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER "SettingChange_append_only" BEFORE UPDATE OR DELETE ON parity."SettingChange"
  FOR EACH ROW EXECUTE FUNCTION parity.setting_change_is_append_only();
CREATE TRIGGER "SettingChange_no_truncate" BEFORE TRUNCATE ON parity."SettingChange"
  FOR EACH STATEMENT EXECUTE FUNCTION parity.setting_change_is_append_only();

-- A free plan gives no access.
ALTER TABLE parity."Plan" ADD CONSTRAINT "Plan_seats_not_negative" CHECK ("seats" >= 0);

-- A few rows that are written many times a second: room for their next versions on the same page.
ALTER TABLE parity."StripeRateBucket" SET (fillfactor = 10);

-- app/stripe/testing/rate-bucket.ts says the same in TypeScript, with the reasons; a test holds the two against each other. Functions,
-- because PostgreSQL keeps their plans: the same as one statement costs several times as much.

-- `computeSlowdown`
CREATE FUNCTION parity.stripe_slowdown(slowdown float8, slowed_at timestamptz, at timestamptz) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF slowed_at > at + interval '5 seconds' THEN RETURN 1; END IF;
  RETURN greatest(1, slowdown * power(2::float8, greatest(-30, extract(epoch FROM slowed_at - at)::float8 / 10)));
END
$$;

-- `acquireFrom`, for one endpoint; slots, bursts and aheads in milliseconds. `clock`: for tests; else the database's.
CREATE FUNCTION parity.stripe_acquire(
  endpoint text, many int, own_slot float8, own_burst float8, own_ahead float8,
  all_slot float8, all_burst float8, all_ahead float8, clock timestamptz,
  OUT granted int, OUT wait_ms float8, OUT slot_ms float8
) LANGUAGE plpgsql AS $$
DECLARE
  own parity."StripeRateBucket";
  every parity."StripeRateBucket";
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
    SELECT * INTO every FROM parity."StripeRateBucket" l WHERE l.bucket = 'all' FOR NO KEY UPDATE;
    SELECT * INTO own FROM parity."StripeRateBucket" l WHERE l.bucket = endpoint FOR NO KEY UPDATE;
    EXIT WHEN every.bucket IS NOT NULL AND own.bucket IS NOT NULL;
    INSERT INTO parity."StripeRateBucket" (bucket, "nextRequestAt", "slowedAt")
    SELECT missing, coalesce(clock, clock_timestamp()), to_timestamp(0) FROM unnest(ARRAY['all', endpoint]) missing
    ON CONFLICT (bucket) DO NOTHING;
  END LOOP;
  at := coalesce(clock, clock_timestamp());
  at_ms := extract(epoch FROM at)::float8 * 1000;

  slow := parity.stripe_slowdown(every.slowdown, every."slowedAt", at);
  all_slot := all_slot * slow;
  own_slot := own_slot * greatest(slow, parity.stripe_slowdown(own.slowdown, own."slowedAt", at));
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

  UPDATE parity."StripeRateBucket" l SET "nextRequestAt" = to_timestamp(own_next / 1000) WHERE l.bucket = endpoint;
  UPDATE parity."StripeRateBucket" l SET "nextRequestAt" = to_timestamp(all_next / 1000) WHERE l.bucket = 'all';
  INSERT INTO parity."StripeRequestCount" AS r (day, endpoint, requests)
  VALUES ((at AT TIME ZONE 'UTC')::date, stripe_acquire.endpoint, granted)
  ON CONFLICT ON CONSTRAINT "StripeRequestCount_pkey" DO UPDATE SET requests = r.requests + excluded.requests
  RETURNING xmax = 0 INTO first_of_day;
  IF first_of_day THEN DELETE FROM parity."StripeRequestCount" r WHERE r.day < (at AT TIME ZONE 'UTC')::date - 400; END IF;
END
$$;

-- `slowDown`
CREATE FUNCTION parity.stripe_slow_down(slowed_bucket text, clock timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := coalesce(clock, clock_timestamp());
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE parity."StripeRateBucket" l SET "nextRequestAt" = greatest(l."nextRequestAt", at), "slowedAt" = at,
    slowdown = least(16, 2 * parity.stripe_slowdown(l.slowdown, l."slowedAt", at))
  WHERE l.bucket = slowed_bucket
    AND NOT (l."slowedAt" > at - interval '500 milliseconds' AND l."slowedAt" <= at + interval '5 seconds');
END
$$;

-- Users whose evaluation may change without any event: evaluated again in each incremental run.
CREATE INDEX "SyncStatus_recheck" ON parity."SyncStatus" ("userId")
WHERE verdict IN ('not_checked', 'link_conflict', 'possible_match')
    OR ("intendedHash" IS NOT NULL AND blocked IS NULL)
    OR blocked IN ('revocation_limit', 'not_read_since', 'possible_other_customer', 'other_customers_unknown');

-- The versions of these tables are updated by each full run: room on each page keeps those updates away from the indexes.
ALTER TABLE parity."StripeCustomer" SET (fillfactor = 80);
ALTER TABLE parity."StripeSubscription" SET (fillfactor = 80);

-- For the events that still wait for a read, in the order of their customers.
CREATE INDEX "StripeEvent_unsettled_idx" ON parity."StripeEvent"("customerId") WHERE "settledAt" IS NULL;

-- For the customers that an incremental run reads although nothing says that they changed. A full run does not touch
-- "completeAt", so that its updates stay away from the indexes.
CREATE INDEX "StripeCustomer_least_read_idx" ON parity."StripeCustomer"("completeAt" NULLS FIRST, "id") WHERE "state" = 'present';

-- Indexes for lists of a million users: for every sort and filter of the users table, for its search, and for what
-- every page counts. Expressions as app/dashboard/users-list writes them. Prisma's schema language
-- has no words for these (expressions, conditions, operator classes), and its comparison leaves them alone.

-- The verdict's own order, and the order of them all: severity and since are never null here.
CREATE INDEX "SyncStatus_by_severity" ON parity."SyncStatus"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "SyncStatus_by_verdict" ON parity."SyncStatus"
  ("verdict", (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "SyncStatus_by_checked" ON parity."SyncStatus" ((coalesce("observedAt", '-infinity'::timestamptz)), "userId");

-- Few users have these: the rest of such a sort follows the primary key.
CREATE INDEX "SyncStatus_by_since" ON parity."SyncStatus" ((coalesce("since", 'infinity'::timestamptz)), "userId")
  WHERE "since" IS NOT NULL;
CREATE INDEX "SyncStatus_by_money" ON parity."SyncStatus"
  ((coalesce("moneyCurrency", '')), (- coalesce("moneyPerMonth", 0)), "userId") INCLUDE ("moneyKind", "moneyPerMonth")
  WHERE "moneyPerMonth" IS NOT NULL;
CREATE INDEX "SyncStatus_flags" ON parity."SyncStatus" USING gin ("flags") WHERE "flags" <> '{}';
CREATE INDEX "SyncStatus_blocked" ON parity."SyncStatus"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId") WHERE "blocked" IS NOT NULL;
CREATE INDEX "SyncStatus_by_status" ON parity."SyncStatus"
  ((coalesce("stripeStatus", '')), (- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId")
  INCLUDE ("stripeStatus") WHERE "stripeStatus" IS DISTINCT FROM 'active';
CREATE INDEX "SyncStatus_stripePlan" ON parity."SyncStatus" ("stripePlan") WHERE "stripePlan" IS NOT NULL;

-- Paying customers, for the count of those that belong to no user.
CREATE INDEX "StripeSubscription_paying" ON parity."StripeSubscription" ("customerId")
  WHERE NOT "gone" AND "status" IN ('active', 'trialing');
-- What the revocation limit counts.
CREATE INDEX "Change_lowered" ON parity."Change" ("createdAt") WHERE "revokes" AND "actorKind" <> 'staff';
-- Webhook events that still wait for a read: few among all that ever came.
CREATE INDEX "StripeEvent_unsettled" ON parity."StripeEvent" ("receivedAt") WHERE "settledAt" IS NULL;

-- A customer on a test clock is in no list of Stripe and is read by itself.
CREATE INDEX "StripeCustomer_test_clock_idx" ON parity."StripeCustomer"("id") WHERE "testClockId" IS NOT NULL;
-- Users wait for their check in the database, so that a burst is checked whole and outlives the process that it came to.
CREATE INDEX "UserCheck_waiting" ON parity."UserCheck" ("queuedAt", "userId") WHERE "queuedAt" IS NOT NULL;

-- Until it is analysed, PostgreSQL knows nothing of an expression.
ANALYZE parity."SyncStatus";
