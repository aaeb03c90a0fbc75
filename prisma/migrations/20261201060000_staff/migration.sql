-- When a member was last seen, to within a few minutes; kept when the session has ended.
ALTER TABLE parity."Staff" ADD COLUMN "lastSeenAt" TIMESTAMPTZ(3);
UPDATE parity."Staff" s SET "lastSeenAt" = (
  SELECT max(x."updatedAt") FROM parity."StaffSession" x WHERE x."userId" = s.id);

-- Links that let a person join, or choose a new password: only a hash of the secret in the link is kept.
CREATE TABLE parity."StaffInvitation" (
  "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
  "tokenHash" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "staffId" TEXT,
  "actor" TEXT NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expiresAt" TIMESTAMPTZ(3) NOT NULL,
  "acceptedAt" TIMESTAMPTZ(3),
  "withdrawnAt" TIMESTAMPTZ(3),
  CONSTRAINT "StaffInvitation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "StaffInvitation_tokenHash_key" ON parity."StaffInvitation" ("tokenHash");
CREATE INDEX "StaffInvitation_email_idx" ON parity."StaffInvitation" ("email");

-- One row for each time that an alert was open.
CREATE TABLE parity."Alert" (
  "id" BIGSERIAL NOT NULL,
  "kind" TEXT NOT NULL,
  "openSince" TIMESTAMPTZ(3) NOT NULL,
  "openedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "newestAt" TIMESTAMPTZ(3) NOT NULL,
  "facts" JSONB NOT NULL,
  "sentAt" TIMESTAMPTZ(3),
  "resolvedAt" TIMESTAMPTZ(3),
  "resolutionSentAt" TIMESTAMPTZ(3),
  "claimedUntil" TIMESTAMPTZ(3),
  "failures" INTEGER NOT NULL DEFAULT 0,
  "failure" TEXT,
  "nextAttemptAt" TIMESTAMPTZ(3),
  CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);
-- Several processes may find out the same thing at once: it is open once.
CREATE UNIQUE INDEX "Alert_open" ON parity."Alert" ("kind") WHERE "resolvedAt" IS NULL;
CREATE INDEX "Alert_resolvedAt_idx" ON parity."Alert" ("resolvedAt");

-- Kinds of alerts that send nothing for a while.
CREATE TABLE parity."AlertMute" (
  "kind" TEXT NOT NULL,
  "until" TIMESTAMPTZ(3) NOT NULL,
  "reason" TEXT NOT NULL,
  "actor" TEXT NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "AlertMute_pkey" PRIMARY KEY ("kind")
);
