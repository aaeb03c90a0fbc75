-- A link or a decision about it may be about one subscription of a customer.
ALTER TABLE "Link" ADD COLUMN "subscriptionId" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Link" DROP CONSTRAINT "Link_pkey", ADD CONSTRAINT "Link_pkey" PRIMARY KEY ("userId","customerId","subscriptionId");

-- Since when a user has an address: one that changed after the subscription began never keeps access.
ALTER TABLE "SyncStatus" ADD COLUMN "addressHash" BIGINT, ADD COLUMN "addressSince" TIMESTAMPTZ(3);

-- A customer on a test clock is in no list of Stripe and is read by itself.
ALTER TABLE "StripeCustomer" ADD COLUMN "testClockId" TEXT;
CREATE INDEX "StripeCustomer_test_clock_idx" ON "StripeCustomer"("id") WHERE "testClockId" IS NOT NULL;
