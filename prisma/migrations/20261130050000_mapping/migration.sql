-- The mapping onto the application's tables, as it is installed: one row.
CREATE TABLE parity."Mapping" (
  "id" INTEGER NOT NULL DEFAULT 1,
  "mapping" JSONB NOT NULL,
  "facts" JSONB NOT NULL,
  "source" TEXT,
  "hash" TEXT NOT NULL,
  "installedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "installedBy" TEXT NOT NULL,
  CONSTRAINT "Mapping_one" CHECK ("id" = 1),
  CONSTRAINT "Mapping_pkey" PRIMARY KEY ("id")
);

-- Where the application has several subscription rows for one owner: the one that counted last.
CREATE TABLE parity."ChosenSubscription" (
  "userId" TEXT NOT NULL,
  "subscriptionId" TEXT NOT NULL,
  CONSTRAINT "ChosenSubscription_pkey" PRIMARY KEY ("userId")
);
