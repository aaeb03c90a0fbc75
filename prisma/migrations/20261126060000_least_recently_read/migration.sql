-- For the customers that a tick reads again although nothing changed. A full pass does not touch "completeAt", so that the
-- stamps which it moves on stay away from the indexes.
CREATE INDEX "StripeCustomer_least_read_idx" ON "StripeCustomer"("completeAt" NULLS FIRST, "id") WHERE "state" = 'present';
