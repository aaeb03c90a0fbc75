import type { EpochSeconds } from "~/billing/observation";
import { RECHECK_BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { RECHECK_VERDICTS } from "~/billing/verdicts/catalogue";
import type { Tx } from "~/platform/client.server";
import { raw } from "~/platform/sql.server";

/** A user's mark as it was loaded. */
export type QueuedRecheck = { userId: string; generation: number };

/** Says that these users must be evaluated again: what is being evaluated just now may not have seen why. */
export async function enqueueRechecks(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO "RecheckQueue" ("userId") SELECT DISTINCT id FROM unnest(${[...userIds]}::text[]) AS id ORDER BY id
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}

/**
 * Takes away the generation of users who were evaluated, where they still are what was loaded: one that came meanwhile stays, and
 * so does one that is just being made.
 */
export async function dequeueRechecks(tx: Tx, generation: readonly QueuedRecheck[]): Promise<void> {
  if (generation.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM "RecheckQueue" WHERE "userId" IN (
      SELECT t."userId" FROM "RecheckQueue" t
      JOIN jsonb_to_recordset(${JSON.stringify(generation)}::jsonb) AS r("userId" text, generation bigint)
        ON t."userId" = r."userId" AND t.generation = r.generation
      FOR UPDATE OF t SKIP LOCKED)`;
}

/** Forgets generation of users who do not exist any more. */
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
 * incremental run, and users about whom staff have decided something since (a comp, a hold, a link). Returns how many.
 */
export async function enqueueDueUsers(tx: Tx, { now }: { now: EpochSeconds }): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO "RecheckQueue" ("userId")
    SELECT due."userId" FROM (
      SELECT "userId" FROM "SyncStatus" WHERE "nextCheckAt" <= to_timestamp(${now}::float8)
      UNION SELECT "userId" FROM "SyncStatus"
      WHERE ${raw(RECHECK_CONDITION)}
      UNION SELECT s."userId" FROM "SyncStatus" s JOIN (
        SELECT "userId", greatest("createdAt", "revokedAt") AS at FROM "Comp"
        UNION ALL SELECT "userId", greatest("createdAt", "releasedAt") FROM "Hold"
        UNION ALL SELECT "userId", "createdAt" FROM "Link" WHERE source IN ('confirmed', 'rejected')
      ) decided ON decided."userId" = s."userId" AND decided.at > s."evaluatedAt"
    ) due WHERE EXISTS (SELECT 1 FROM "User" u WHERE u.id = due."userId")
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/**
 * Marks everybody whose evaluation may depend on these customers: whom they are linked to, and whose address they have.
 * In the transaction that stores what changed, so that whoever dies behind it leaves the mark.
 */
export async function enqueueUsersOfCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = [...customerIds];
  await tx.$executeRaw`
    INSERT INTO "RecheckQueue" ("userId")
    SELECT u.id FROM "User" u WHERE u."stripeCustomerId" = ANY(${ids})
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON u.id = c."metadataUserId" WHERE c.id = ANY(${ids})
    UNION SELECT u.id FROM "StripeCustomer" c JOIN "User" u ON lower(u.email COLLATE "C") = c."emailFolded"
      WHERE c.id = ANY(${ids})
    UNION SELECT u.id FROM "StripeSubscription" s JOIN "User" u ON u.id = s."metadataUserId"
      WHERE s."customerId" = ANY(${ids})
    UNION SELECT b."userId" FROM "StripeSubscription" s
      JOIN "BillingSubscription" b ON b."stripeSubscriptionId" = s.id WHERE s."customerId" = ANY(${ids})
    UNION SELECT l."userId" FROM "Link" l WHERE l."customerId" = ANY(${ids})
    ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}
