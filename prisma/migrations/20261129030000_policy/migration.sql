-- Late payments count from the unpaid invoice, paused collection is kept, overrides are marked in the audit, and payments
-- before a customer was known are history.
ALTER TABLE "StripeSubscription" ADD COLUMN "collectionPaused" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "unpaidInvoiceId" TEXT,
ADD COLUMN "unpaidSince" TIMESTAMPTZ(3);

ALTER TABLE "StripeCustomer" ADD COLUMN "firstCompleteAt" TIMESTAMPTZ(3);

ALTER TABLE "Change" ADD COLUMN "override" BOOLEAN NOT NULL DEFAULT false;

-- What was past due when first seen got the start of its period, which may be long ago: it counts from when it was seen.
UPDATE "StripeSubscription" SET "pastDueSince" = "observedAt" WHERE "pastDueSince" < "observedAt" - interval '1 day';

UPDATE "StripeCustomer" SET "firstCompleteAt" = "completeAt";

-- All customers were completely observed by the first full run.
INSERT INTO "Cursor" (key, value)
SELECT 'first_full_run', jsonb_build_object('finishedAt', value->'finishedAt') FROM "Cursor" WHERE key = 'full_run';
