-- The payment page that each customer was last sent to, so that two tabs lead to one page.
CREATE TABLE "CheckoutTurn" (
    "userId" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "sessionId" TEXT,
    "ordered" TEXT,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CheckoutTurn_pkey" PRIMARY KEY ("userId")
);
