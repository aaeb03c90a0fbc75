import type { EpochSeconds } from "~/billing/observation";
import { RECHECK_BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { RECHECK_VERDICTS } from "~/billing/verdicts/catalogue";
import { selectOwners, selectUsersWithAddress } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";
import { raw, sql } from "~/platform/sql.server";

/** A user's entry in the queue as it was loaded. */
export type QueuedRecheck = { userId: string; generation: number };

/** Enqueues users to be evaluated again: an evaluation that is under way may not have seen why. */
export async function enqueueRechecks(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO parity."RecheckQueue" ("userId") SELECT DISTINCT id FROM unnest(${[...userIds]}::text[]) AS id ORDER BY id
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}

/**
 * Removes the entries of users that were evaluated, where they still are what was loaded: an entry that was added meanwhile
 * stays, and so does one that is being added now.
 */
export async function dequeueRechecks(tx: Tx, entries: readonly QueuedRecheck[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM parity."RecheckQueue" WHERE "userId" IN (
      SELECT t."userId" FROM parity."RecheckQueue" t
      JOIN jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS r("userId" text, generation bigint)
        ON t."userId" = r."userId" AND t.generation = r.generation
      FOR UPDATE OF t SKIP LOCKED)`;
}

/** Removes the entries of users that do not exist any more. */
export async function forgetRechecks(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.recheckQueue.deleteMany({ where: { userId: { in: [...userIds] } } });
}

const listLiterals = (ids: readonly string[]) => ids.map((id) => `'${id}'`).join(", ");

/**
 * Users whose evaluation may change without any event: by verdict, because a repair that is due was not made (it was only
 * previewed, or it failed), or because it was blocked for a reason that may pass. The text is that of the partial index
 * SyncStatus_recheck: with values apart PostgreSQL would not use the index.
 */
export const RECHECK_CONDITION = `verdict IN (${listLiterals(RECHECK_VERDICTS)})
    OR ("intendedHash" IS NOT NULL AND blocked IS NULL)
    OR blocked IN (${listLiterals(RECHECK_BLOCK_REASONS)})`;

/**
 * Enqueues users whose evaluation is due at `now` (grace or a comp ended), users that are evaluated again in each
 * incremental run, and users that staff have decided something about since (a comp, a hold, a link). Returns how many.
 */
export async function enqueueDueUsers(tx: Tx, { now }: { now: EpochSeconds }): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT due."userId" FROM (
      SELECT "userId" FROM parity."SyncStatus" WHERE "nextCheckAt" <= to_timestamp(${now}::float8)
      UNION SELECT "userId" FROM parity."SyncStatus"
      WHERE ${raw(RECHECK_CONDITION)}
      UNION SELECT s."userId" FROM parity."SyncStatus" s JOIN (
        SELECT "userId", greatest("createdAt", "revokedAt") AS at FROM parity."Comp"
        UNION ALL SELECT "userId", greatest("createdAt", "releasedAt") FROM parity."Hold"
        UNION ALL SELECT "userId", "createdAt" FROM parity."Link" WHERE source IN ('confirmed', 'rejected')
      ) decided ON decided."userId" = s."userId" AND decided.at > s."evaluatedAt"
    ) due WHERE EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = due."userId")
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/**
 * Enqueues the users whose evaluation may depend on these customers: owners, users that staff rejected as owners, and users
 * with the same address. In the transaction that stores what changed, so that a process that dies leaves them enqueued.
 */
export async function enqueueUsersOfCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const id = sql`changed.id`;
  await tx.$executeRaw`
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT DISTINCT affected."userId" FROM unnest(${[...customerIds]}::text[]) changed(id) CROSS JOIN LATERAL (
      ${selectOwners(id)}
      UNION ALL ${selectUsersWithAddress(id)}
      UNION ALL SELECT u.id FROM parity."StripeSubscription" s JOIN parity."User" u ON u.id = s."metadataUserId"
        WHERE s."customerId" = ${id} AND s.gone
      UNION ALL SELECT l."userId" FROM parity."Link" l WHERE l."customerId" = ${id} AND l.source = 'rejected') affected
    ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}
