-- Whether an event came only because a run asked Stripe for it: the webhook did not bring it.
ALTER TABLE parity."StripeEvent" ADD COLUMN "polled" BOOLEAN NOT NULL DEFAULT false;

-- For the page Health: what is open by the day on which it was found, the runs that took something back, and the events that no
-- webhook brought.
CREATE INDEX "SyncStatus_open" ON parity."SyncStatus" ("evaluatedAt", "userId")
  WHERE "verdict" NOT IN ('in_sync', 'no_subscription', 'not_checked') AND NOT ("flags" && ARRAY['on_hold', 'acknowledged']);
CREATE INDEX "Run_undo" ON parity."Run" ("id") WHERE "mode" = 'undo';
CREATE INDEX "StripeEvent_polled" ON parity."StripeEvent" ("created") WHERE "polled";
