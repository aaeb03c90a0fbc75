import type { Database } from "../../../app/platform/client.server";
import { sql } from "../../../app/platform/sql.server";
import { fillWithoutIndexes } from "./without-indexes";

// Made by PostgreSQL from hashes of a number: the same users each time, in no order.

/** A number from 0 to 999999 for user n, another one for each `salt`. */
const hashNumber = (salt: string) => sql`(abs(hashint8extended(n, hashtext(${salt}))) % 1000000)`;

/** 93 of 100 in sync, the others of every kind; 200 in a million have no sync status yet. */
const VERDICT = sql`CASE
  WHEN v < 690000 THEN 'in_sync' WHEN v < 930000 THEN 'no_subscription' WHEN v < 942000 THEN 'detail_mismatch'
  WHEN v < 951000 THEN 'locked_out' WHEN v < 959000 THEN 'unpaid_access' WHEN v < 966000 THEN 'plan_mismatch'
  WHEN v < 972000 THEN 'access_mismatch' WHEN v < 981000 THEN 'status_mismatch' WHEN v < 985000 THEN 'possible_match'
  WHEN v < 986000 THEN 'link_conflict' WHEN v < 989000 THEN 'missing_in_stripe' WHEN v < 992000 THEN 'unmapped_price'
  WHEN v < 992050 THEN 'unknown_status' ELSE 'not_checked' END`;

const SEVERITY = sql`(CASE WHEN verdict IN ('in_sync', 'no_subscription') THEN 0 WHEN verdict = 'detail_mismatch' THEN 1
  WHEN verdict IN ('locked_out', 'unpaid_access') THEN 6 WHEN verdict = 'not_checked' THEN 2
  WHEN verdict IN ('plan_mismatch', 'access_mismatch') THEN 5 WHEN verdict = 'status_mismatch' THEN 3 ELSE 4 END)::smallint`;

/** Stripe's status; null where no subscription counts. */
const STATUS = sql`CASE
  WHEN verdict IN ('no_subscription', 'not_checked', 'possible_match', 'missing_in_stripe') THEN NULL
  WHEN verdict = 'unknown_status' THEN 'suspended'
  WHEN verdict IN ('locked_out', 'unmapped_price') THEN CASE WHEN s < 100000 THEN 'trialing' ELSE 'active' END
  WHEN verdict = 'unpaid_access'
    THEN CASE WHEN s < 850000 THEN 'canceled' WHEN s < 980000 THEN 'unpaid' ELSE 'incomplete_expired' END
  WHEN s < 780000 THEN 'active' WHEN s < 810000 THEN 'trialing' WHEN s < 835000 THEN 'past_due'
  WHEN s < 839000 THEN 'unpaid' WHEN s < 840000 THEN 'paused' WHEN s < 840500 THEN 'incomplete' ELSE 'canceled' END`;

const FLAGS = sql`array_remove(ARRAY[
  CASE WHEN f % 1000 < 5 THEN 'several' END, CASE WHEN f % 997 < 10 THEN 'duplicate_customers' END,
  CASE WHEN f % 991 < 3 THEN 'comped' END, CASE WHEN f % 983 < 1 THEN 'on_hold' END,
  CASE WHEN f % 977 < 3 OR (severity > 0 AND f % 10 = 0) THEN 'acknowledged' END,
  CASE WHEN seen < 5000 THEN 'stale' END, CASE WHEN f % 1999 < 1 THEN 'lookup_failed' END,
  CASE WHEN verdict = 'unpaid_access' AND f % 2 = 0 THEN 'not_revoked' END], NULL)`;

const FIRST = sql`ARRAY['Ada', 'Ben', 'Chen', 'Dana', 'Emre', 'Fatima', 'Grace', 'Hana', 'Ivan', 'Julia', 'Kofi', 'Lena',
  'Maria', 'Noah', 'Olga', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tariq', 'Uma', 'Viktor', 'Wei', 'Xenia', 'Yusuf', 'Zoë']`;
const LAST = sql`ARRAY['Abbott', 'Becker', 'Castro', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ivanova', 'Jensen',
  'Kowalski', 'Lopez', 'Müller', 'Nakamura', 'Okafor', 'Petrov', 'Quinn', 'Rossi', 'Schmidt', 'Tanaka', 'Ueda', 'Vogel',
  'Weber', 'Xu', 'Young', 'Zhang']`;
const DOMAIN = sql`CASE WHEN m < 450000 THEN 'gmail.com' WHEN m < 600000 THEN 'outlook.com' WHEN m < 700000 THEN 'yahoo.com'
  ELSE 'company' || m % 4000 || '.example' END`;

/**
 * Adds users with their records, observations and sync statuses, and Stripe customers without a user. The database's
 * statistics are up to date afterwards.
 */
export const addUsersTable = (db: Database, count: number): Promise<void> =>
  fillWithoutIndexes(db, () => insertUsersTable(db, count));

async function insertUsersTable(db: Database, count: number): Promise<void> {
  await db.plan.createMany({
    data: [
      { id: "starter", name: "Starter", seats: 1 },
      { id: "army", name: "Army", seats: 5 },
      { id: "founder", name: "Founder", seats: 5 },
    ],
  });
  await db.$executeRaw`
    CREATE UNLOGGED TABLE bench_user AS
    SELECT *, 'cus_' || substr(md5('customer ' || n), 1, 14) AS cus, 'sub_' || substr(md5('sub ' || n), 1, 14) AS sub,
      ${STATUS} AS status, ${SEVERITY} AS severity, v >= 999800 AS unevaluated,
      verdict NOT IN ('no_subscription', 'not_checked') OR s < 300000 AS customer,
      CASE WHEN verdict IN ('no_subscription', 'not_checked', 'possible_match', 'missing_in_stripe') THEN NULL
        WHEN p < 600 THEN 'founder' WHEN p < 420000 THEN 'army' ELSE 'starter' END AS plan,
      CASE WHEN p < 600 OR p >= 420000 THEN 2000 ELSE 20000 END AS amount,
      date_trunc('second', now()) - make_interval(secs => (n * 127 % 120000000)::float8) AS began,
      lower(first || '.' || last || n || '@') || ${DOMAIN} AS email
    FROM (SELECT *, ${VERDICT} AS verdict, (${FIRST})[1 + f % 26] AS first, (${LAST})[1 + f / 26 % 26] AS last
      FROM (SELECT n, md5('user ' || n)::uuid::text AS id, ${hashNumber("v")} AS v, ${hashNumber("s")} AS s, ${hashNumber("p")} AS p,
          ${hashNumber("f")} AS f, ${hashNumber("m")} AS m, ${hashNumber("o")} AS seen
        FROM generate_series(1::bigint, ${count}::bigint) n) hashed) named`;
  await addRecords(db);
  await addObservations(db);
  await db.$executeRaw`
    INSERT INTO parity."SyncStatus" ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan", "moneyKind",
      "moneyPerMonth", "moneyCurrency", since, blocked, "observedAt", "nextCheckAt")
    SELECT id, verdict, severity, ${FLAGS}, CASE WHEN severity = 0 THEN '[]'::jsonb ELSE
        '[{"field":"user.plan","recorded":null,"expected":"army","severity":"high"}]'::jsonb END,
      status, CASE WHEN verdict = 'unmapped_price' THEN NULL ELSE plan END, kind, CASE WHEN kind IS NOT NULL THEN amount END,
      CASE WHEN kind IS NULL THEN NULL WHEN m % 10 < 7 THEN 'usd' WHEN m % 10 < 9 THEN 'eur' ELSE 'jpy' END,
      CASE WHEN kind IS NOT NULL THEN date_trunc('second', now()) - make_interval(secs => seen * 12.0) END,
      CASE WHEN verdict = 'unpaid_access' AND f % 2 = 0 THEN 'no_positive_evidence' WHEN severity = 4 AND f % 3 = 0
        THEN 'needs_staff' END,
      -- Most users were last read by the full run of last night, some since, some only before it.
      CASE WHEN verdict = 'not_checked' THEN NULL WHEN seen < 5000 THEN now() - make_interval(mins => 1500 + (seen)::int)
        WHEN seen < 40000 THEN now() - make_interval(secs => seen / 2.0) ELSE date_trunc('second', now()) - interval '7 hours' END,
      CASE WHEN status = 'past_due' THEN now() + interval '3 days' END
    FROM (SELECT *, CASE verdict WHEN 'locked_out' THEN 'locked_out' WHEN 'unpaid_access' THEN 'leaking' END AS kind
      FROM bench_user) b WHERE NOT unevaluated ORDER BY id`;
  await db.$executeRaw`DROP TABLE bench_user`;
  await db.$executeRaw`
    INSERT INTO parity."Cursor" (key, value)
    SELECT 'full_run', jsonb_build_object('runId', 'bench', 'started', 1, 'ended', 2, 'stripeTime', t, 'beganAt', t,
      'finishedAt', t) FROM (SELECT floor(extract(epoch FROM now() - interval '7 hours')) AS t) clock`;
}

async function addRecords(db: Database): Promise<void> {
  // The application wrote its users in the order of their sign-up, not of their ids.
  await db.$executeRaw`
    INSERT INTO app."User" (id, email, "emailVerified", name, "stripeCustomerId", plan, "subscriptionStatus", "createdAt")
    SELECT id, email, f % 9 > 0, CASE WHEN m % 8 > 0 THEN first || ' ' || last END,
      CASE WHEN customer AND verdict NOT IN ('locked_out', 'possible_match') THEN cus END,
      CASE WHEN verdict IN ('locked_out') THEN NULL WHEN verdict = 'plan_mismatch' THEN 'starter' ELSE plan END,
      CASE WHEN verdict = 'unpaid_access' THEN 'active' WHEN verdict <> 'locked_out' THEN status END, began
    FROM bench_user`;
  await db.$executeRaw`
    INSERT INTO app."BillingSubscription" ("userId", "stripeSubscriptionId", "stripePriceId", status, plan, amount, currency,
      interval)
    SELECT id, sub, 'price_' || plan, status, plan, amount, 'usd', 'month' FROM bench_user
    WHERE plan IS NOT NULL AND verdict <> 'locked_out'`;
  await db.$executeRaw`
    INSERT INTO app."Workspace" (id, "ownerId", name, status, soldiers)
    SELECT 'w' || id, id, 'Workspace', CASE WHEN access THEN 'active' ELSE 'locked' END, CASE WHEN access THEN 1 ELSE 0 END
    FROM (SELECT *, verdict = 'unpaid_access' OR coalesce(verdict <> 'locked_out'
      AND status IN ('active', 'trialing', 'past_due'), false) AS access FROM bench_user) b`;
}

async function addObservations(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."StripeCustomer" (id, email, "emailFolded", "metadataUserId", created, "versionStart", "versionEnd")
    SELECT cus, email, email, CASE WHEN verdict <> 'possible_match' AND f % 5 > 0 THEN id END, began, 1, 2
    FROM bench_user WHERE customer
    UNION ALL SELECT 'guest_' || cus, 'guest' || n || '@guests.example', 'guest' || n || '@guests.example', NULL, began, 1, 2
    FROM bench_user WHERE n % 2000 = 0`;
  await db.$executeRaw`
    INSERT INTO parity."StripeSubscription" (id, "customerId", status, "metadataUserId", items, created, "startDate",
      "cancelAtPeriodEnd", "versionStart", "versionEnd")
    SELECT sub, cus, coalesce(status, 'active'), CASE WHEN verdict <> 'possible_match' AND f % 2 = 0 THEN id END,
      jsonb_build_array(jsonb_build_object('id', 'si_' || n, 'priceId', 'price_' || coalesce(plan, 'army'), 'lookupKey',
        NULL, 'unitAmount', amount, 'currency', 'usd', 'interval', 'month', 'intervalCount', 1, 'quantity', 1,
        'periodStart', 1790000000, 'periodEnd', 1792600000)), began, began, false, 1, 2
    FROM bench_user WHERE plan IS NOT NULL OR verdict = 'possible_match'
    UNION ALL SELECT 'guest_' || sub, 'guest_' || cus, 'active', NULL, '[]'::jsonb, began, began, false, 1, 2
    FROM bench_user WHERE n % 2000 = 0`;
}
