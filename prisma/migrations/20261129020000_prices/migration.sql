-- A free plan gives no access.
ALTER TABLE "Plan" DROP CONSTRAINT "Plan_seats_positive";
ALTER TABLE "Plan" ADD CONSTRAINT "Plan_seats_not_negative" CHECK ("seats" >= 0);

-- Prices are mapped also by product, and may be ignored.
ALTER TABLE "PlanPrice" ALTER COLUMN "planId" DROP NOT NULL, ADD COLUMN "productId" TEXT;
CREATE UNIQUE INDEX "PlanPrice_productId_key" ON "PlanPrice"("productId");

ALTER TABLE "SettingChange" ADD COLUMN IF NOT EXISTS "reason" TEXT;

CREATE TABLE "StripePrice" (
    "id" TEXT NOT NULL,
    "amounts" JSONB,
    "readAt" TIMESTAMPTZ(3),
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "failure" TEXT,

    CONSTRAINT "StripePrice_pkey" PRIMARY KEY ("id")
);
