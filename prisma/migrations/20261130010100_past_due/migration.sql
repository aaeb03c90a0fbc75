-- A subscription is unpaid since its oldest unpaid invoice, which is found by listing its invoices.
ALTER TABLE parity."StripeSubscription" ADD COLUMN "unpaidListDue" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE parity."StripeSubscription" ADD COLUMN "unpaidListedAt" TIMESTAMPTZ(3);
UPDATE parity."StripeSubscription" SET "unpaidListDue" = true WHERE status = 'past_due' AND NOT gone;
CREATE INDEX "StripeSubscription_past_due" ON parity."StripeSubscription"(id) WHERE status = 'past_due';
