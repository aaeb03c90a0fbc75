import type { Database, Tx } from "~/platform/client.server";
import type { WebhookEvent } from "~/stripe/webhook-event.server";

/**
 * Stores an event, without its payload, together with the job that reads its customer again, in one transaction.
 * `known`: it was stored before, and nothing is done twice.
 */
export async function storeEvent(db: Database, event: WebhookEvent): Promise<"stored" | "known"> {
  return db.$transaction(async (tx) => {
    const stored = await tx.$executeRaw`
      INSERT INTO "StripeEvent" (id, type, created, "customerId", "sessionId", "storedVersion")
      VALUES (${event.id}, ${event.type}, to_timestamp(${event.created}::float8), ${event.customerId}::text,
        ${event.sessionId}::text, nextval('observation_version'))
      ON CONFLICT (id) DO NOTHING`;
    if (stored === 0) return "known";
    if (event.customerId !== null) await addSyncJob(tx, event.customerId, event.sessionId);
    return "stored";
  });
}

export const SYNC_CUSTOMER_JOB = "sync_customer";

/**
 * Stores the events of a page that are not known yet; events that a webhook brought stay as they are. An event that names
 * no customer is left out, because there is nothing to read. Returns how many were new.
 */
export async function storePolledEvents(tx: Tx, events: readonly WebhookEvent[]): Promise<number> {
  const named = events.filter(({ customerId }) => customerId !== null);
  if (named.length === 0) return 0;
  return tx.$executeRaw`
    INSERT INTO "StripeEvent" (id, type, created, "customerId", "sessionId", "storedVersion")
    SELECT id, type, to_timestamp(created), "customerId", "sessionId", nextval('observation_version')
    FROM jsonb_to_recordset(${JSON.stringify(named)}::jsonb)
      AS r(id text, type text, created float8, "customerId" text, "sessionId" text)
    ORDER BY id
    ON CONFLICT (id) DO NOTHING`;
}

/** Adds one waiting job for a customer, for any number of events; when a job is running, another one follows it. */
async function addSyncJob(tx: Tx, customerId: string, sessionId: string | null): Promise<void> {
  const payload = JSON.stringify({ customerId, sessionId });
  const key = toJobKey(customerId, sessionId);
  await tx.$executeRaw`
    SELECT graphile_worker.add_job(${SYNC_CUSTOMER_JOB}, ${payload}::json, job_key => ${key}, max_attempts => 12)`;
}

const toJobKey = (customerId: string, sessionId: string | null) =>
  `settle:${sessionId === null ? customerId : `${customerId}:${sessionId}`}`;

/** Removes the waiting job when nothing is left for it to do: where no worker runs, jobs would pile up. */
export async function deleteSyncJob(
  db: Database,
  customerId: string,
  sessionId: string | null,
): Promise<void> {
  await db.$executeRaw`
    SELECT graphile_worker.remove_job(${toJobKey(customerId, sessionId)})
    WHERE NOT EXISTS (SELECT 1 FROM "StripeEvent" WHERE "customerId" = ${customerId} AND "settledAt" IS NULL)`;
}

/** Whether an event that was stored still waits for a read. */
export async function isUnsettled(db: Database, eventId: string): Promise<boolean> {
  return (await db.stripeEvent.count({ where: { id: eventId, settledAt: null } })) > 0;
}

/** Events about these customers that were stored before their complete read began are done. */
export async function settleEvents(
  tx: Tx,
  reads: readonly { customerId: string; started: number }[],
): Promise<void> {
  if (reads.length === 0) return;
  await tx.$executeRaw`
    UPDATE "StripeEvent" e SET "settledAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(reads)}::jsonb) AS r("customerId" text, started bigint)
    WHERE e."customerId" = r."customerId" AND e."settledAt" IS NULL AND e."storedVersion" < r.started`;
}

/** Events that were stored before a finished full run began are done: it has read all customers since. */
export async function settleEventsBefore(tx: Tx, runStarted: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE "StripeEvent" SET "settledAt" = now()
    WHERE "settledAt" IS NULL AND "storedVersion" < ${runStarted}::bigint`;
}

/** Events that still wait for a read. */
export async function countUnsettledEvents(db: Database): Promise<number> {
  return db.stripeEvent.count({ where: { settledAt: null } });
}
