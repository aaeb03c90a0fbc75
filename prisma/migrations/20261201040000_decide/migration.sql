-- Decisions of staff: one append-only row each, in the transaction of its effect.
CREATE TABLE parity."Decision" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "userId" TEXT,
    "customerId" TEXT,
    "subscriptionId" TEXT,
    "priceId" TEXT,
    "lookupKey" TEXT,
    "productId" TEXT,
    "planId" TEXT,
    "runId" TEXT,
    "changeId" BIGINT,
    "before" JSONB,
    "after" JSONB,
    "actorKind" TEXT NOT NULL,
    "actor" TEXT,
    "reason" TEXT,
    "undoes" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "Decision_undoes_key" ON parity."Decision"("undoes");

CREATE INDEX "Decision_createdAt_id_idx" ON parity."Decision"("createdAt", "id");

CREATE INDEX "Decision_userId_id_idx" ON parity."Decision"("userId", "id");

CREATE INDEX "Decision_customerId_id_idx" ON parity."Decision"("customerId", "id");

CREATE INDEX "Decision_runId_idx" ON parity."Decision"("runId");

CREATE FUNCTION parity.decision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Decision is append-only: % refused', TG_OP;
END $$;

CREATE TRIGGER "Decision_append_only" BEFORE UPDATE OR DELETE ON parity."Decision"
  FOR EACH ROW EXECUTE FUNCTION parity.decision_is_append_only();
CREATE TRIGGER "Decision_no_truncate" BEFORE TRUNCATE ON parity."Decision"
  FOR EACH STATEMENT EXECUTE FUNCTION parity.decision_is_append_only();

CREATE TABLE parity."IgnoredCustomer" (
    "customerId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IgnoredCustomer_pkey" PRIMARY KEY ("customerId")
);

ALTER TABLE parity."Run" ADD COLUMN "undoesRunId" TEXT;
