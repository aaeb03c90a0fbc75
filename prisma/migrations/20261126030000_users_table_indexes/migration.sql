-- Indexes for lists of a million users: for every sort and filter of the users table, for its search, and for what
-- every page counts. Expressions as app/table/order.server.ts and filters.server.ts write them. Prisma's schema language
-- has no words for these (expressions, conditions, operator classes), and its comparison leaves them alone.

-- The verdict's own order, and the order of them all: severity and since are never null here.
DROP INDEX "Standing_severity_since_userId_idx";
DROP INDEX "Standing_verdict_userId_idx";
CREATE INDEX "Standing_by_severity" ON "Standing"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "Standing_by_verdict" ON "Standing"
  ("verdict", (coalesce("since", 'infinity'::timestamptz)), "userId");
CREATE INDEX "Standing_by_checked" ON "Standing" ((coalesce("observedAt", '-infinity'::timestamptz)), "userId");

-- Few users have these: the rest of such a sort follows the primary key.
CREATE INDEX "Standing_by_since" ON "Standing" ((coalesce("since", 'infinity'::timestamptz)), "userId")
  WHERE "since" IS NOT NULL;
CREATE INDEX "Standing_by_money" ON "Standing"
  ((coalesce("moneyCurrency", '')), (- coalesce("moneyPerMonth", 0)), "userId") INCLUDE ("moneyKind", "moneyPerMonth")
  WHERE "moneyPerMonth" IS NOT NULL;
CREATE INDEX "Standing_flags" ON "Standing" USING gin ("flags") WHERE "flags" <> '{}';
CREATE INDEX "Standing_withheld" ON "Standing"
  ((- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId") WHERE "withheld" IS NOT NULL;
CREATE INDEX "Standing_by_status" ON "Standing"
  ((coalesce("stripeStatus", '')), (- "severity"), (coalesce("since", 'infinity'::timestamptz)), "userId")
  INCLUDE ("stripeStatus") WHERE "stripeStatus" IS DISTINCT FROM 'active';
CREATE INDEX "Standing_stripePlan" ON "Standing" ("stripePlan") WHERE "stripePlan" IS NOT NULL;

-- Customers who pay, for those whom nobody claims.
CREATE INDEX "StripeSubscription_paying" ON "StripeSubscription" ("customerId")
  WHERE NOT "gone" AND "status" IN ('active', 'trialing');
-- What the circuit breaker counts.
CREATE INDEX "Change_lowered" ON "Change" ("createdAt") WHERE "lowers" AND "actorKind" <> 'staff';
-- The users of a run with one outcome, in the order of their ids.
DROP INDEX "RunUser_runId_outcome_idx";
CREATE INDEX "RunUser_runId_outcome_userId_idx" ON "RunUser"("runId", "outcome", "userId");
-- Webhook events that still wait for a read: few among all that ever came.
CREATE INDEX "StripeEvent_unsettled" ON "StripeEvent" ("receivedAt") WHERE "settledAt" IS NULL;

-- On the application's own table, where it is one: through a view PostgreSQL uses those of the table behind it
-- (docs/decisions/0010). Whoever makes them first, CONCURRENTLY, under these names, is not kept waiting here. Without
-- them, and without pg_trgm, lists and searches are slower and as right.
DO $$
DECLARE
  statement text;
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = to_regclass('"User"')) NOT IN ('r', 'p') THEN
    RETURN;
  END IF;
  FOREACH statement IN ARRAY ARRAY[
    'CREATE INDEX IF NOT EXISTS "User_by_name" ON "User" ((("name" IS NULL)::int), (coalesce("name", '''')), "id")',
    'CREATE INDEX IF NOT EXISTS "User_plan" ON "User" ("plan") WHERE "plan" IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS "User_createdAt" ON "User" ("createdAt") WHERE "createdAt" IS NOT NULL',
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    'CREATE INDEX IF NOT EXISTS "User_search" ON "User" USING gin (("email" || E''\n'' || coalesce("name", '''')) gin_trgm_ops)',
    -- How rare a search is, is guessed from so many examples.
    'ALTER INDEX "User_search" ALTER COLUMN 1 SET STATISTICS 1000',
    'ANALYZE "User"'
  ] LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
      RAISE NOTICE 'Not made (%): %', SQLERRM, statement;
    END;
  END LOOP;
END
$$;

-- Until it is analysed, PostgreSQL knows nothing of an expression.
ANALYZE "Standing";
