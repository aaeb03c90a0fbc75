-- Counters for Prometheus, which must not fall when what they were counted from is removed.
CREATE TABLE parity."MetricTotal" (
    "name" TEXT NOT NULL,
    "labels" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "MetricTotal_pkey" PRIMARY KEY ("name","labels")
);

-- Runs by when they ended, for the last one of each kind.
CREATE INDEX "Run_ended" ON parity."Run" ("scope", "finishedAt" DESC) WHERE "scope" IN ('full', 'incremental') AND "finishedAt" IS NOT NULL;

-- Settled events by age, for the cleaner.
CREATE INDEX "StripeEvent_settled" ON parity."StripeEvent" ("receivedAt") WHERE "settledAt" IS NOT NULL;

-- Repairs stay append-only. The cleaner alone, and only where a setting says so, removes what is older than 90 days.
CREATE OR REPLACE FUNCTION parity.change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('parity.removes_old_audit', true) = 'on' AND OLD."createdAt" < now() - interval '90 days' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'Change is append-only: % refused', TG_OP;
END
$$;
