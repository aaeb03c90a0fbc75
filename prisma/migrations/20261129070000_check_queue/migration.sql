-- Users wait for their check in the database, so that a burst is checked whole and outlives the process that it came to.
ALTER TABLE "UserCheck" ADD COLUMN "queuedAt" TIMESTAMPTZ(3);
CREATE INDEX "UserCheck_waiting" ON "UserCheck" ("queuedAt", "userId") WHERE "queuedAt" IS NOT NULL;
