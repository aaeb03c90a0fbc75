-- What Stripe said, as a hash: most answers say nothing new.
ALTER TABLE "StripeCustomer" ADD COLUMN "contentHash" TEXT;
ALTER TABLE "StripeSubscription" ADD COLUMN "contentHash" TEXT;

-- The stamps of these tables move on in each pass: room on each page keeps those updates away from the indexes.
ALTER TABLE "StripeCustomer" SET (fillfactor = 80);
ALTER TABLE "StripeSubscription" SET (fillfactor = 80);

-- CreateTable
CREATE TABLE "RunBatch" (
    "runId" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "afterId" TEXT,
    "untilId" TEXT,
    "claimedUntil" TIMESTAMPTZ(3),
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "RunBatch_pkey" PRIMARY KEY ("runId","n")
);

-- For the events that still wait for a read, in the order of their customers.
CREATE INDEX "StripeEvent_unsettled_idx" ON "StripeEvent"("customerId") WHERE "settledAt" IS NULL;
