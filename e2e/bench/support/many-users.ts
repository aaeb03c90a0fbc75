import type { Database } from "../../../app/platform/client.server";
import { fillWithoutIndexes } from "./without-indexes";

/**
 * Adds users with what was observed of them, made in SQL: 98 of 100 pay and are in sync, the others are of every kind
 * that an evaluation must handle. Ids are random, as `gen_random_uuid()` makes them, so that neighbours by id are
 * anywhere in the tables.
 */
export const addManyUsers = (db: Database, count: number): Promise<void> =>
  fillWithoutIndexes(db, () => insertManyUsers(db, count));

async function insertManyUsers(db: Database, count: number): Promise<void> {
  await db.$executeRaw`CREATE UNLOGGED TABLE bench_user AS
    SELECT n, md5('user' || n)::uuid::text AS id, substr(md5('customer' || n), 1, 14) AS rand,
      CASE WHEN n % 50 = 0 THEN (n / 50) % 12 END AS kind,
      date_trunc('second', now()) - make_interval(mins => (n % 500000)::int) AS began
    FROM generate_series(0, ${count - 1}::int) n`;
  await db.$executeRaw`
    INSERT INTO app."User" (id, email, "emailVerified", name, "stripeCustomerId", plan, "subscriptionStatus",
      "currentPeriodEnd", "cancelAtPeriodEnd")
    SELECT id, rand || '@example.com', true, 'Customer ' || n,
      CASE WHEN kind IN (9, 10) THEN NULL ELSE 'cus_' || rand END,
      CASE WHEN kind IN (0, 7, 9, 10) THEN NULL ELSE 'army' END,
      CASE WHEN kind IN (0, 9, 10) THEN NULL WHEN kind = 6 THEN 'past_due' ELSE 'active' END,
      CASE WHEN kind IN (0, 9, 10) THEN NULL WHEN kind = 2 THEN began ELSE began + interval '1 year' END,
      kind IS NOT DISTINCT FROM 11
    FROM bench_user`;
  await db.$executeRaw`
    INSERT INTO app."BillingSubscription" ("userId", "stripeSubscriptionId", "stripePriceId", status, plan, amount, currency,
      interval, "currentPeriodStart", "currentPeriodEnd", "cancelAtPeriodEnd")
    SELECT id, 'sub_' || rand, CASE WHEN kind = 7 THEN 'price_other' ELSE 'price_army' END,
      CASE WHEN kind = 6 THEN 'past_due' ELSE 'active' END, CASE WHEN kind = 7 THEN NULL ELSE 'army' END, 20000, 'usd',
      'year', began, began + interval '1 year', kind IS NOT DISTINCT FROM 11
    FROM bench_user WHERE kind IS NULL OR kind NOT IN (0, 9, 10)`;
  await db.$executeRaw`
    INSERT INTO app."Workspace" (id, "ownerId", name, status, soldiers)
    SELECT 'w' || id, id, 'Workspace', CASE WHEN kind IN (0, 9) THEN 'locked' ELSE 'active' END,
      CASE WHEN kind IN (0, 9) THEN 0 WHEN kind = 3 THEN 1 ELSE 5 END FROM bench_user
    UNION ALL SELECT 'v' || id, id, 'Another', 'active', 5 FROM bench_user WHERE kind = 4`;
  await db.$executeRaw`
    INSERT INTO parity."StripeCustomer" (id, email, "emailFolded", name, "metadataUserId", created, "versionStart", "versionEnd")
    SELECT 'cus_' || rand, rand || '@example.com', rand || '@example.com', 'Customer ' || n,
      CASE WHEN kind = 8 THEN md5('user' || n + 1)::uuid::text ELSE id END, began, 1, 2
    FROM bench_user WHERE kind IS NULL OR kind NOT IN (9, 10)
    UNION ALL SELECT 'cus_2' || rand, rand || '@example.com', rand || '@example.com', NULL, id, began, 1, 2
    FROM bench_user WHERE kind = 5`;
  await db.$executeRaw`
    INSERT INTO parity."StripeSubscription" (id, "customerId", status, "metadataUserId", items, created, "startDate",
      "canceledAt", "endedAt", "cancelAtPeriodEnd", "latestInvoiceId", "pastDueSince", "versionStart", "versionEnd")
    SELECT 'sub_' || rand, 'cus_' || rand,
      CASE WHEN kind = 1 THEN 'canceled' WHEN kind = 6 THEN 'past_due' ELSE 'active' END,
      CASE WHEN n % 2 = 0 AND kind IS DISTINCT FROM 8 THEN id END,
      jsonb_build_array(jsonb_build_object('id', 'si_' || rand,
        'priceId', CASE WHEN kind = 7 THEN 'price_other' ELSE 'price_army' END,
        'lookupKey', CASE WHEN kind = 7 THEN NULL ELSE 'army_yearly' END, 'unitAmount', 20000, 'currency', 'usd',
        'interval', 'year', 'intervalCount', 1, 'quantity', 1, 'periodStart', extract(epoch FROM began)::bigint,
        'periodEnd', extract(epoch FROM began + interval '1 year')::bigint)),
      began, began, CASE WHEN kind = 1 THEN began + interval '1 hour' END,
      CASE WHEN kind = 1 THEN began + interval '1 hour' END, kind IS NOT DISTINCT FROM 11, 'in_' || rand,
      CASE WHEN kind = 6 THEN now() - interval '1 day' END, 1, 2
    FROM bench_user WHERE kind IS NULL OR kind NOT IN (9, 10)`;
  await db.$executeRaw`
    INSERT INTO parity."Comp" ("userId", "planId", reason, actor, "expiresAt")
    SELECT id, 'army', 'bench', 'bench', now() + interval '30 days' FROM bench_user WHERE kind = 10`;
  await db.$executeRaw`DROP TABLE bench_user`;
  await finishFullRun(db);
}

/** As after a full run that has just finished: what was evaluated before it is evaluated again. */
export async function finishFullRun(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."Cursor" (key, value)
    SELECT 'full_run', jsonb_build_object('runId', 'bench', 'started', 1, 'ended', 2, 'stripeTime', now, 'beganAt', now,
      'finishedAt', now) FROM (SELECT floor(extract(epoch FROM now())) AS now) clock
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`;
}
