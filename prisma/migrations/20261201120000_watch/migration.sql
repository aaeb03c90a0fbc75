-- Counters for Prometheus, which must not fall when what they were counted from is removed.
CREATE TABLE parity."MetricTotal" (
    "name" TEXT NOT NULL,
    "labels" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "MetricTotal_pkey" PRIMARY KEY ("name","labels")
);

-- Runs by when they ended, for the last one of each kind.
CREATE INDEX "Run_ended" ON parity."Run" ("scope", "finishedAt" DESC) WHERE "scope" IN ('full', 'incremental') AND "finishedAt" IS NOT NULL;
