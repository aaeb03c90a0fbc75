-- An open dispute is shown whatever was invoiced since. Of those that were read before, the younger ones may still be open.
ALTER TABLE parity."StripeReversal" ADD COLUMN "isOpen" BOOLEAN NOT NULL DEFAULT false;
UPDATE parity."StripeReversal" v SET "isOpen" = true WHERE v.kind = 'dispute' AND v.amount > 0 AND v.at > now() - interval '120 days';
