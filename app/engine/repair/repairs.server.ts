import type { EpochSeconds } from "~/billing/observation";
import type { BillingState } from "~/billing/record";
import type { Verdict } from "~/billing/verdicts";
import type { Database, Tx } from "~/platform/client.server";
import { firstRow } from "~/platform/stamps.server";

/** Who or what caused a change; never an e-mail address. */
export type ChangeActor = { kind: string; id: string | null };

/** One repair: the record as it was evaluated, under lock, and as it shall be. */
export type RepairRow = {
  userId: string;
  verdict: Verdict;
  before: BillingState;
  after: BillingState;
  grants: boolean;
  revokes: boolean;
  stripeRequestId: string | null;
  /** For a raise that a payment gives: whose, and when its period began; null for any other repair. */
  payment: { customerId: string; periodStart: EpochSeconds } | null;
  /** Customer that the e-mail address alone linked; kept with the repair. */
  emailLink: string | null;
};

/**
 * Locks the record of these users, in the order of their ids, until the transaction ends: the record that is evaluated
 * is the record that is written. Waits at most `lockTimeoutMs`, then throws (PostgreSQL 55P03).
 */
export async function lockRecords(tx: Tx, userIds: readonly string[], lockTimeoutMs: number): Promise<void> {
  const ids = [...userIds].sort();
  await tx.$queryRaw`SELECT set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`;
  await tx.$queryRaw`SELECT id FROM "User" WHERE id = ANY(${ids}) ORDER BY id FOR UPDATE`;
  await tx.$queryRaw`
    SELECT id FROM "BillingSubscription" WHERE "userId" = ANY(${ids}) ORDER BY "userId" FOR UPDATE`;
  await tx.$queryRaw`SELECT id FROM "Workspace" WHERE "ownerId" = ANY(${ids}) ORDER BY id FOR UPDATE`;
}

/** Those of these users whose record somebody else holds locked just now. Waits for nobody. */
export async function busyUsers(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const ids = [...userIds];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH u AS (SELECT id FROM "User" WHERE id = ANY(${ids}) FOR UPDATE SKIP LOCKED),
      b AS (SELECT id FROM "BillingSubscription" WHERE "userId" = ANY(${ids}) FOR UPDATE SKIP LOCKED),
      w AS (SELECT id FROM "Workspace" WHERE "ownerId" = ANY(${ids}) FOR UPDATE SKIP LOCKED)
    SELECT id FROM "User" WHERE id = ANY(${ids}) AND id NOT IN (SELECT id FROM u)
    UNION SELECT "userId" FROM "BillingSubscription" WHERE "userId" = ANY(${ids}) AND id NOT IN (SELECT id FROM b)
    UNION SELECT "ownerId" FROM "Workspace" WHERE "ownerId" = ANY(${ids}) AND id NOT IN (SELECT id FROM w)`;
  return new Set(rows.map(({ id }) => id));
}

/**
 * Holds what is stored about these customers still until the transaction ends: an answer of Stripe that arrives
 * meanwhile is stored after, and evaluated after.
 */
export async function holdObservations(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = [...customerIds].sort();
  await tx.$queryRaw`SELECT id FROM "StripeCustomer" WHERE id = ANY(${ids}) ORDER BY id FOR SHARE`;
}

/** Access that a payment gave, and how long after it: seconds from Stripe's event or invoice to our commit. */
export type AccessGiven = { userId: string; seconds: number };

/**
 * Writes repairs, only what differs, each with its `Change` in the same transaction. The records must be locked.
 * Returns who was given access for a payment.
 */
export async function writeRepairs(
  tx: Tx,
  runId: string,
  actor: ChangeActor,
  repairs: readonly RepairRow[],
): Promise<AccessGiven[]> {
  if (repairs.length === 0) return [];
  const users = repairs.map(({ userId, after }) => ({ userId, ...after.user }));
  await tx.$executeRaw`
    UPDATE "User" u SET "stripeCustomerId" = r."stripeCustomerId", plan = r.plan,
      "subscriptionStatus" = r."subscriptionStatus", "currentPeriodEnd" = to_timestamp(r."currentPeriodEnd"),
      "cancelAtPeriodEnd" = r."cancelAtPeriodEnd", "updatedAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(users)}::jsonb) AS r("userId" text, "stripeCustomerId" text, plan text,
      "subscriptionStatus" text, "currentPeriodEnd" float8, "cancelAtPeriodEnd" boolean)
    WHERE u.id = r."userId"
      AND (u."stripeCustomerId", u.plan, u."subscriptionStatus", date_trunc('second', u."currentPeriodEnd"),
          u."cancelAtPeriodEnd")
        IS DISTINCT FROM (r."stripeCustomerId", r.plan, r."subscriptionStatus", to_timestamp(r."currentPeriodEnd"),
          r."cancelAtPeriodEnd")`;
  const billing = repairs.flatMap(({ userId, after }) =>
    after.billing ? [{ userId, ...after.billing }] : [],
  );
  await tx.$executeRaw`
    INSERT INTO "BillingSubscription" AS b ("userId", "stripeSubscriptionId", "stripePriceId", status, plan, amount,
      currency, interval, "currentPeriodStart", "currentPeriodEnd", "cancelAtPeriodEnd")
    SELECT "userId", "stripeSubscriptionId", "stripePriceId", status, plan, amount, currency, interval,
      to_timestamp("currentPeriodStart"), to_timestamp("currentPeriodEnd"), "cancelAtPeriodEnd"
    FROM jsonb_to_recordset(${JSON.stringify(billing)}::jsonb) AS r("userId" text, "stripeSubscriptionId" text,
      "stripePriceId" text, status text, plan text, amount bigint, currency text, interval text,
      "currentPeriodStart" float8, "currentPeriodEnd" float8, "cancelAtPeriodEnd" boolean)
    ORDER BY "userId"
    ON CONFLICT ("userId") DO UPDATE SET
      "stripeSubscriptionId" = excluded."stripeSubscriptionId", "stripePriceId" = excluded."stripePriceId",
      status = excluded.status, plan = excluded.plan, amount = excluded.amount, currency = excluded.currency,
      interval = excluded.interval, "currentPeriodStart" = excluded."currentPeriodStart",
      "currentPeriodEnd" = excluded."currentPeriodEnd", "cancelAtPeriodEnd" = excluded."cancelAtPeriodEnd",
      "updatedAt" = now()
    WHERE (b."stripeSubscriptionId", b."stripePriceId", b.status, b.plan, b.amount, b.currency, b.interval,
        date_trunc('second', b."currentPeriodStart"), date_trunc('second', b."currentPeriodEnd"), b."cancelAtPeriodEnd")
      IS DISTINCT FROM (excluded."stripeSubscriptionId", excluded."stripePriceId", excluded.status, excluded.plan,
        excluded.amount, excluded.currency, excluded.interval, excluded."currentPeriodStart",
        excluded."currentPeriodEnd", excluded."cancelAtPeriodEnd")`;
  const workspaces = repairs.flatMap(({ after }) => after.workspaces);
  await tx.$executeRaw`
    UPDATE "Workspace" w SET status = r.status, soldiers = r.seats, "updatedAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(workspaces)}::jsonb) AS r(id text, status text, seats int)
    WHERE w.id = r.id AND (w.status, w.soldiers) IS DISTINCT FROM (r.status, r.seats)`;
  await writeLinks(tx, repairs, actor);
  return writeChanges(tx, runId, actor, repairs);
}

async function writeLinks(tx: Tx, repairs: readonly RepairRow[], actor: ChangeActor): Promise<void> {
  const links = repairs.flatMap(({ userId, emailLink }) =>
    emailLink === null ? [] : [{ userId, customerId: emailLink, source: "email", actor: actor.kind }],
  );
  if (links.length > 0) await tx.link.createMany({ data: links, skipDuplicates: true });
}

async function writeChanges(
  tx: Tx,
  runId: string,
  actor: ChangeActor,
  repairs: readonly RepairRow[],
): Promise<AccessGiven[]> {
  const rows = repairs.map(({ emailLink: _, payment, ...row }) => ({ ...row, ...payment }));
  return tx.$queryRaw<AccessGiven[]>`
    WITH written AS (INSERT INTO "Change" ("runId", "userId", verdict, before, after, grants, revokes, "actorKind", actor,
      "stripeRequestId", "paidAt")
    SELECT ${runId}, "userId", verdict, before, after, grants, revokes, ${actor.kind}, ${actor.id},
      -- In a pass the answer that spoke of the subscription is known by what it stored.
      coalesce("stripeRequestId", (SELECT s."requestId" FROM "StripeSubscription" s
        WHERE s.id = after->'billing'->>'stripeSubscriptionId')),
      -- Stripe's event when there was one; else the invoice of the period is as old as the period.
      coalesce((SELECT max(e.created) FROM "StripeEvent" e WHERE e."customerId" = r."customerId"
          AND e.type IN ('invoice.paid', 'checkout.session.completed', 'customer.subscription.created')
          AND e.created >= to_timestamp("periodStart")),
        to_timestamp("periodStart"))
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r("userId" text, verdict text, before jsonb,
      after jsonb, grants boolean, revokes boolean, "stripeRequestId" text, "customerId" text, "periodStart" float8)
    ORDER BY "userId" RETURNING "userId", grants, "createdAt", "paidAt")
    SELECT "userId", greatest(0, extract(epoch FROM "createdAt" - "paidAt"))::float8 AS seconds FROM written
    WHERE grants AND "paidAt" IS NOT NULL ORDER BY 1`;
}

export type Breaker = { percent: number; minimum: number };

/**
 * The revocation limit's room: how many automatic revocations may still be made in these 24 hours; of more than `wanted` it
 * need not know. In a transaction that revokes: one at a time over all servers, or two would each count before the other
 * has revoked.
 */
export async function countRevocationsLeft(
  tx: Tx,
  revocationLimit: Breaker,
  wanted: number,
): Promise<number> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('parity.revocation_limit'))::text`;
  return roomOf(tx, revocationLimit, wanted);
}

/** Whether the revocation limit has room just now; a look ahead that promises nothing. */
export async function revocationLimitHasRoom(db: Database, revocationLimit: Breaker): Promise<boolean> {
  return (await roomOf(db, revocationLimit, 1)) > 0;
}

async function roomOf(db: Database | Tx, { percent, minimum }: Breaker, wanted: number): Promise<number> {
  const [counted] = await db.$queryRaw<{ revoked: number }[]>`
    SELECT count(*)::int AS revoked FROM "Change"
    WHERE revokes AND "actorKind" <> 'staff' AND "createdAt" > now() - interval '24 hours'`;
  const revoked = counted?.revoked ?? 0;
  // Counted only as far as it matters: all who have access are a million, and every batch that revokes asks.
  const enough = revoked + wanted;
  if (enough <= minimum || percent <= 0) return minimum - revoked;
  const withAccess = await countWithAccess(db, Math.ceil((enough * 100) / percent));
  return Math.max(minimum, Math.floor((withAccess * percent) / 100)) - revoked;
}

/** Users with access, and those who had it 24 hours ago (or the room would shrink with each revocation); at most `most`. */
async function countWithAccess(db: Database | Tx, most: number): Promise<number> {
  const rows = await db.$queryRaw<{ users: number }[]>`
    WITH paying AS MATERIALIZED (
      SELECT DISTINCT "ownerId" AS id FROM "Workspace" WHERE status = 'active' AND soldiers > 0 LIMIT ${most}::bigint),
    others AS MATERIALIZED (
      SELECT id FROM (
        SELECT u.id FROM "User" u WHERE "subscriptionStatus" IN ('active', 'trialing', 'past_due')
          AND NOT EXISTS (SELECT 1 FROM "Workspace" w WHERE w."ownerId" = u.id)
        UNION ALL SELECT "userId" FROM "Change"
          WHERE revokes AND "actorKind" <> 'staff' AND "createdAt" > now() - interval '24 hours'
        LIMIT ${most}::bigint) other
      WHERE (SELECT count(*) FROM paying) < ${most}::bigint)
    SELECT count(*)::int AS users FROM (
      SELECT id FROM paying UNION SELECT id FROM others LIMIT ${most}::bigint) with_access`;
  return firstRow(rows).users;
}
