import { z } from "zod";
import { selectOwners } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import { linkSession, linkSessions } from "./session-links.server";

/**
 * Stores an event, without its payload, together with the link that its checkout session proves and the job that reads its
 * customer again, in one transaction. An event about no customer is settled at once: there is nothing to read. `known`: it
 * was stored before, and nothing is done twice.
 */
export async function storeEvent(db: Database, event: WebhookEvent): Promise<"stored" | "known"> {
  const chargeId = event.chargeId ?? null;
  return db.$transaction(async (tx) => {
    const stored = await tx.$executeRaw`
      INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "sessionId", "chargeId", "storedVersion", "settledAt")
      VALUES (${event.id}, ${event.type}, to_timestamp(${event.created}::float8), ${event.customerId}::text,
        ${event.sessionId}::text, ${chargeId}::text, nextval('parity.observation_version'),
        CASE WHEN coalesce(${event.customerId}::text, ${chargeId}::text) IS NULL THEN now() END)
      ON CONFLICT (id) DO NOTHING`;
    if (stored === 0) {
      await tx.$executeRaw`UPDATE parity."StripeEvent" SET polled = false WHERE id = ${event.id} AND polled`;
      return "known";
    }
    if (event.session) await linkSession(tx, event.session);
    if (event.customerId !== null) await addSyncJob(tx, event.customerId);
    if (chargeId !== null) await addChargeJob(tx, chargeId);
    return "stored";
  });
}

export const SYNC_CUSTOMER_JOB = "sync_customer";
export const SYNC_CHARGE_JOB = "sync_charge";

/**
 * Stores the events of a page that are not known yet, and the links that their checkout sessions prove; events that a
 * webhook brought stay as they are. An event that names neither a customer nor a charge is left out, because there is nothing
 * to read. Returns how many were new.
 */
export async function storePolledEvents(tx: Tx, events: readonly WebhookEvent[]): Promise<number> {
  const named = events.filter(({ customerId, chargeId }) => (customerId ?? chargeId ?? null) !== null);
  if (named.length === 0) return 0;
  await linkSessions(
    tx,
    named.flatMap(({ session }) => session ?? []),
  );
  const rows = named.map(({ session: _, ...row }) => row);
  return tx.$executeRaw`
    INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "sessionId", "chargeId", "storedVersion", polled)
    SELECT id, type, to_timestamp(created), "customerId", "sessionId", "chargeId", nextval('parity.observation_version'), true
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(id text, type text, created float8, "customerId" text, "sessionId" text, "chargeId" text)
    ORDER BY id
    ON CONFLICT (id) DO NOTHING`;
}

/** Adds one waiting job for a customer, for any number of events; when a job is running, another one follows it. */
async function addSyncJob(tx: Tx, customerId: string): Promise<void> {
  // A worker of an older version expects a session.
  const payload = JSON.stringify({ customerId, sessionId: null });
  const key = toJobKey(customerId);
  await tx.$executeRaw`
    SELECT parity.add_job(${SYNC_CUSTOMER_JOB}, ${payload}::json, job_key => ${key}, max_attempts => 12)`;
}

/** The same for a charge, whose customer is not known before it was read. */
async function addChargeJob(tx: Tx, chargeId: string): Promise<void> {
  const payload = JSON.stringify({ chargeId });
  const key = toJobKey(chargeId);
  await tx.$executeRaw`
    SELECT parity.add_job(${SYNC_CHARGE_JOB}, ${payload}::json, job_key => ${key}, max_attempts => 12)`;
}

const toJobKey = (customerId: string) => `settle:${customerId}`;

/** Removes the waiting job when nothing is left for it to do: where no worker runs, jobs would pile up. */
export async function deleteSyncJob(db: Database, customerId: string): Promise<void> {
  await db.$executeRaw`
    SELECT parity.remove_job(${toJobKey(customerId)})
    WHERE NOT EXISTS (SELECT 1 FROM parity."StripeEvent" WHERE "customerId" = ${customerId} AND "settledAt" IS NULL)`;
}

/** The same for a charge. */
export async function deleteChargeJob(db: Database, chargeId: string): Promise<void> {
  await db.$executeRaw`
    SELECT parity.remove_job(${toJobKey(chargeId)})
    WHERE NOT EXISTS (SELECT 1 FROM parity."StripeEvent" WHERE "chargeId" = ${chargeId} AND "settledAt" IS NULL)`;
}

/**
 * Removes all waiting jobs that have nothing left to do: scheduled runs settle events, too, and where no worker runs nothing else
 * would take their jobs. So do jobs of runs that are over.
 */
export async function deleteIdleJobs(db: Database): Promise<void> {
  await db.$executeRaw`
    SELECT parity.remove_job(key) FROM parity.jobs j
    WHERE locked_at IS NULL AND (
      (key LIKE 'settle:%' AND NOT EXISTS (SELECT 1 FROM parity."StripeEvent" e
        WHERE e."settledAt" IS NULL AND j.key IN ('settle:' || e."customerId", 'settle:' || e."chargeId")))
      OR (key ~ '^(evaluate|continue):' AND NOT EXISTS (SELECT 1 FROM parity."Run" WHERE state = 'running')))`;
}

/** Whether an event that was stored still waits for a read. */
export async function isUnsettled(db: Database, eventId: string): Promise<boolean> {
  return (await db.stripeEvent.count({ where: { id: eventId, settledAt: null } })) > 0;
}

/** SQL: nothing else than the customer must be read for the event `e`. Who paid may be known without its session. */
const needsNoSession: Sql = sql`(e."sessionId" IS NULL OR EXISTS (${selectOwners(sql`e."customerId"`)}))`;

/** Events about these customers that were stored before their complete read began are done. */
export async function settleEvents(
  tx: Tx,
  reads: readonly { customerId: string; started: number }[],
): Promise<void> {
  if (reads.length === 0) return;
  await tx.$executeRaw(sql`
    UPDATE parity."StripeEvent" e SET "settledAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(reads)}::jsonb) AS r("customerId" text, started bigint)
    WHERE e."customerId" = r."customerId" AND e."settledAt" IS NULL AND e."storedVersion" < r.started
      AND ${needsNoSession}`);
}

/** Events that were stored before a finished full run began are done: it has read all customers since, but no charges. */
export async function settleEventsBefore(tx: Tx, runStarted: number): Promise<void> {
  await tx.$executeRaw(sql`
    UPDATE parity."StripeEvent" e SET "settledAt" = now()
    WHERE "settledAt" IS NULL AND "chargeId" IS NULL AND "storedVersion" < ${runStarted}::bigint AND ${needsNoSession}`);
}

/** SQL: the event `e` waits, and it is time to ask about it. */
export const isAskedAbout: Sql = sql`(e."settledAt" IS NULL AND (e."askAgainAt" IS NULL OR e."askAgainAt" <= now()))`;

/** How long after a refusal Stripe is asked again; doubles with each further one, up to a day. Seconds. */
const ASK_AGAIN_SECONDS = 30 * 60;

/** As long as Stripe keeps an event. */
const EVENTS_KEPT_DAYS = 30;

const postponed: Sql = sql`refusals = refusals + 1,
  "askAgainAt" = now() + least(interval '1 day', make_interval(secs => ${ASK_AGAIN_SECONDS}::float8 * power(2, least(refusals, 10))))`;

/** Stripe refuses to answer about these customers (or, with `sessionId`, about the session): not asked again each time. */
export async function postponeEvents(
  db: Database | Tx,
  { customerIds, sessionId = null }: { customerIds: readonly string[]; sessionId?: string | null },
): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE parity."StripeEvent" SET ${postponed}
    WHERE "customerId" = ANY(${[...customerIds]}) AND "settledAt" IS NULL
      AND (${sessionId}::text IS NULL OR "sessionId" = ${sessionId})`);
}

/**
 * The same for the events of these types (a pattern of LIKE) about a charge. They wait as long as Stripe keeps events: what a
 * key has not been allowed to read by then says nothing about a latest payment any more.
 */
export async function postponeChargeEvents(
  db: Database | Tx,
  { chargeId, type }: { chargeId: string; type: string },
): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE parity."StripeEvent" SET ${postponed},
      "settledAt" = CASE WHEN "receivedAt" < now() - make_interval(days => ${EVENTS_KEPT_DAYS}::int) THEN now() END
    WHERE "chargeId" = ${chargeId} AND "settledAt" IS NULL AND type LIKE ${type}`);
}

/** Stripe has given a permission back, or the key is another: what was refused is asked again at once. */
export async function resumeEvents(db: Database): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."StripeEvent" SET "askAgainAt" = NULL WHERE "settledAt" IS NULL AND "askAgainAt" IS NOT NULL`;
}

/** Customers with events that wait because Stripe refused to answer about them. */
export async function countPostponedCustomers(db: Database): Promise<number> {
  const row = await queryOneOrThrow(
    db,
    countRow,
    sql`SELECT count(DISTINCT "customerId")::int AS count FROM parity."StripeEvent"
      WHERE "settledAt" IS NULL AND "askAgainAt" > now() AND "sessionId" IS NULL`,
  );
  return row.count;
}

const countRow = z.object({ count: z.number() });

/** Events that still wait for a read; without those about charges that the key may not read, which change nothing. */
export async function countUnsettledEvents(db: Database): Promise<number> {
  return db.stripeEvent.count({
    where: { settledAt: null, OR: [{ chargeId: null }, { refusals: 0 }] },
  });
}
