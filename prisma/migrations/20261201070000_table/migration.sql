-- What staff chose for a run: a name, their reason, and what they left out of a preview.
ALTER TABLE parity."Run" ADD COLUMN "name" TEXT, ADD COLUMN "typedReason" TEXT, ADD COLUMN "leftOut" JSONB,
  ADD COLUMN "cancelledBy" TEXT;

-- What a preview intended, and the money at stake then.
ALTER TABLE parity."RunUser" ADD COLUMN "changes" JSONB, ADD COLUMN "moneyPerMonth" BIGINT, ADD COLUMN "moneyCurrency" TEXT;

-- Users that staff selected, as they were when they selected them.
CREATE TABLE parity."Selection" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "staffId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Selection_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "Selection_createdAt_idx" ON parity."Selection"("createdAt");

CREATE TABLE parity."SelectedUser" (
    "selectionId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,

    CONSTRAINT "SelectedUser_pkey" PRIMARY KEY ("selectionId", "userId"),
    CONSTRAINT "SelectedUser_selectionId_fkey" FOREIGN KEY ("selectionId") REFERENCES parity."Selection"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

ALTER TABLE parity."Run" ADD COLUMN "selectionId" TEXT;

-- Views of the users table that a member of staff has saved.
CREATE TABLE parity."SavedView" (
    "id" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "staffId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "search" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SavedView_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "SavedView_staffId_name_key" ON parity."SavedView"("staffId", "name");
