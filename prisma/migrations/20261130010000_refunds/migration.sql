-- Refunds and disputes of payments are read where an event tells of them.
ALTER TABLE parity."StripeEvent" ADD COLUMN "chargeId" TEXT;

CREATE TABLE parity."StripeReversal" (
    "chargeId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "paymentIntentId" TEXT,
    "invoiceId" TEXT,
    "amount" BIGINT NOT NULL,
    "chargeAmount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "versionStart" BIGINT NOT NULL,

    CONSTRAINT "StripeReversal_pkey" PRIMARY KEY ("chargeId", "kind")
);

CREATE INDEX "StripeReversal_invoiceId_idx" ON parity."StripeReversal"("invoiceId");

CREATE INDEX "StripeReversal_customerId_idx" ON parity."StripeReversal"("customerId");
