-- What Stripe refuses, deliveries of webhooks by result, and when an event is asked about again.

ALTER TABLE "StripeEvent" ADD COLUMN "refusals" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "StripeEvent" ADD COLUMN "askAgainAt" TIMESTAMPTZ(3);

-- An event that names no customer asks for no read.
UPDATE "StripeEvent" SET "settledAt" = now() WHERE "customerId" IS NULL AND "settledAt" IS NULL;

CREATE TABLE "WebhookDelivery" (
    "day" DATE NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("day", "outcome")
);

CREATE TABLE "StripeRefusal" (
    "subject" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requestId" TEXT,

    CONSTRAINT "StripeRefusal_pkey" PRIMARY KEY ("subject")
);
