-- A price that was seen under a lookup key follows the key when it is mapped to another plan, or to none.
ALTER TABLE parity."PlanPrice" ADD COLUMN "seenLookupKey" TEXT;
-- For prices that were seen before: by a subscription that still shows the key, else where the plan has only one.
UPDATE parity."PlanPrice" p SET "seenLookupKey" = k."lookupKey" FROM parity."PlanPrice" k
WHERE p.source = 'seen' AND p."priceId" IS NOT NULL AND k."lookupKey" IS NOT NULL AND k."planId" = p."planId"
  AND (NOT EXISTS (SELECT 1 FROM parity."PlanPrice" other
      WHERE other."planId" = p."planId" AND other."lookupKey" IS NOT NULL AND other.id <> k.id)
    OR EXISTS (SELECT 1 FROM parity."StripeSubscription" s
      WHERE s.items @> jsonb_build_array(jsonb_build_object('priceId', p."priceId", 'lookupKey', k."lookupKey"))));
