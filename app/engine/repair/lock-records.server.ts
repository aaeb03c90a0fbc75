import { z } from "zod";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const idRow = z.object({ id: z.string() });

/**
 * Locks the record of these users, in the order of their ids, until the transaction ends: the record that is evaluated
 * is then the record that is written. Keys stay free, so that the application can insert rows that refer to a user. Waits at most `lockTimeoutMs`, then throws (PostgreSQL 55P03).
 */
export async function lockRecords(tx: Tx, userIds: readonly string[], lockTimeoutMs: number): Promise<void> {
  const ids = [...userIds].sort();
  // In UTC whatever the server says: a column without a time zone would otherwise store local time.
  await tx.$queryRaw`
    SELECT set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true), set_config('TimeZone', 'UTC', true)`;
  await tx.$queryRaw`SELECT id FROM parity."User" WHERE id = ANY(${ids}) ORDER BY id FOR NO KEY UPDATE`;
  await tx.$queryRaw`
    SELECT id FROM parity."BillingSubscription" WHERE "userId" = ANY(${ids}) ORDER BY "userId" FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT id FROM parity."Workspace" WHERE "ownerId" = ANY(${ids}) ORDER BY id FOR NO KEY UPDATE`;
}

/** Those of these users whose record another transaction has locked now. Does not wait. */
export async function findLockedUsers(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const ids = [...userIds];
  const rows = await queryRows(
    tx,
    idRow,
    sql`
    WITH u AS (SELECT id FROM parity."User" WHERE id = ANY(${ids}) FOR NO KEY UPDATE SKIP LOCKED),
      b AS (SELECT id FROM parity."BillingSubscription" WHERE "userId" = ANY(${ids}) FOR NO KEY UPDATE SKIP LOCKED),
      w AS (SELECT id FROM parity."Workspace" WHERE "ownerId" = ANY(${ids}) FOR NO KEY UPDATE SKIP LOCKED)
    SELECT id FROM parity."User" WHERE id = ANY(${ids}) AND id NOT IN (SELECT id FROM u)
    UNION SELECT "userId" FROM parity."BillingSubscription" WHERE "userId" = ANY(${ids}) AND id NOT IN (SELECT id FROM b)
    UNION SELECT "ownerId" FROM parity."Workspace" WHERE "ownerId" = ANY(${ids}) AND id NOT IN (SELECT id FROM w)`,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Locks what is stored about these customers against change until the transaction ends: an answer of Stripe that arrives
 * meanwhile is stored afterwards, and evaluated afterwards.
 */
export async function lockObservations(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = [...customerIds].sort();
  await tx.$queryRaw`SELECT id FROM parity."StripeCustomer" WHERE id = ANY(${ids}) ORDER BY id FOR SHARE`;
}
