import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { RECHECK_BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { RECHECK_VERDICTS } from "~/billing/verdicts/catalogue";
import { selectOwners, selectUsersWithAddress } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { raw, type Sql, sql } from "~/platform/sql.server";

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
 * SQL: the users whose evaluation may depend on a customer, as rows `("userId")`, with repetitions: owners, users that staff
 * rejected as owners, and users with the same address. `customerId`: as for `selectOwners`.
 */
export const selectUsersConcerned = (customerId: Sql): Sql => sql`
  ${selectOwners(customerId)}
  UNION ALL ${selectUsersWithAddress(customerId)}
  UNION ALL SELECT concerned_user.id FROM parity."StripeSubscription" gone_subscription
    JOIN parity."User" concerned_user ON concerned_user.id = gone_subscription."metadataUserId"
    WHERE gone_subscription."customerId" = ${customerId} AND gone_subscription.gone
  UNION ALL SELECT rejected_link."userId" FROM parity."Link" rejected_link
    WHERE rejected_link."customerId" = ${customerId} AND rejected_link.source = 'rejected'`;

/**
 * Enqueues the users whose evaluation may depend on these customers. In the transaction that stores what changed, so that a
 * process that dies leaves them enqueued.
 */
export async function enqueueUsersOfCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await enqueueUsersConcerned(tx, sql`SELECT id FROM unnest(${[...customerIds]}::text[]) AS id`);
}

/** The same for customers that a query gives, as rows `(id)`. */
export async function enqueueUsersConcerned(tx: Tx, customers: Sql): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT DISTINCT affected."userId" FROM (${customers}) changed
      CROSS JOIN LATERAL (${selectUsersConcerned(sql`changed.id`)}) affected
    ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}

const concernedRow = z.object({ userId: z.string() });

/** The users whose evaluation may depend on customers that a query gives, as rows `(id)`; the first ones by their ids. */
export async function listUsersConcerned(tx: Tx, customers: Sql, limit: number): Promise<string[]> {
  const rows = await queryRows(
    tx,
    concernedRow,
    sql`SELECT DISTINCT affected."userId" FROM (${customers}) changed
      CROSS JOIN LATERAL (${selectUsersConcerned(sql`changed.id`)}) affected
      JOIN parity."User" known_user ON known_user.id = affected."userId"
      ORDER BY 1 LIMIT ${limit}::int`,
  );
  return rows.map(({ userId }) => userId);
}

const countRow = z.object({ users: z.number() });

/** How many they are; counted no further than `most`. */
export async function countUsersConcerned(tx: Tx, customers: Sql, most: number): Promise<number> {
  const { users } = await queryOneOrThrow(
    tx,
    countRow,
    sql`SELECT count(*)::int AS users FROM (
      SELECT DISTINCT affected."userId" FROM (${customers}) changed
        CROSS JOIN LATERAL (${selectUsersConcerned(sql`changed.id`)}) affected LIMIT ${most}::int) concerned`,
  );
  return users;
}
