import { z } from "zod";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import { coveredAt } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** How often a user's payment is checked. Seconds. */
export type CheckGates = {
  /** Checked within this time and in sync: no check is due. */
  freshFor: number;
  /** After a check that found something else: the next one is due after this time. */
  againAfter: number;
  /** After the first failure; doubles with each further one. */
  backOffFrom: number;
  backOffUpTo: number;
};

export const DEFAULT_GATES: CheckGates = {
  freshFor: 15 * 60,
  againAfter: 30,
  backOffFrom: 30,
  backOffUpTo: 30 * 60,
};

/** How long a check may take before another server may begin one. */
const CHECK_LEASE_SECONDS = 30;

/**
 * SQL: is a check of the user `u` due? `k` is the user's row of `UserCheck`, all NULL when there is none. No check is due while
 * one is under way, before `nextCheckAt`, or when the user was found in sync a short while ago.
 */
const isDue = (gates: CheckGates): Sql => sql`(
  (k."checkingUntil" IS NULL OR k."checkingUntil" < now())
  AND (k."nextCheckAt" IS NULL OR k."nextCheckAt" <= now())
  AND (k."failedAt" IS NOT NULL
    OR EXISTS (SELECT 1 FROM parity."Workspace" w WHERE w."ownerId" = u.id AND w.status <> 'active')
    OR NOT EXISTS (SELECT 1 FROM parity."SyncStatus" s WHERE s."userId" = u.id AND s.verdict = ANY(${[...IN_SYNC_VERDICTS]}::text[])
      AND greatest(s."observedAt", k."checkedAt", ${coveredAt}) > now() - make_interval(secs => ${gates.freshFor}::float8))))`;

/** Users that may wait for a check at once: far more than any burst, and no more rows than one look may count. */
export const QUEUE_LIMIT = 10_000;

const hasRoom: Sql = sql`(SELECT count(*) FROM
  (SELECT 1 FROM parity."UserCheck" WHERE "queuedAt" IS NOT NULL LIMIT ${QUEUE_LIMIT}::int) waiting) < ${QUEUE_LIMIT}::int`;
const lease: Sql = sql`now() + make_interval(secs => ${CHECK_LEASE_SECONDS}::float8)`;

const requestedRow = z.object({ userId: z.string(), started: z.boolean() });

/**
 * Queues a check of each of these users that has one due, and starts the first `start` of them at once: the caller makes these
 * now. Over all servers only one check of a user runs at a time. A user that waits already, that was checked just now, or that
 * does not exist is not among the answers.
 */
export async function requestChecks(
  db: Database,
  { userIds, start, gates }: { userIds: readonly string[]; start: number; gates: CheckGates },
): Promise<{ userId: string; started: boolean }[]> {
  return retryOnDeadlock(db, (tx) =>
    queryRows(
      tx,
      requestedRow,
      sql`
    WITH due AS (
      SELECT u.id, row_number() OVER (ORDER BY u.id) AS number
      FROM parity."User" u LEFT JOIN parity."UserCheck" k ON k."userId" = u.id
      WHERE u.id = ANY(${[...userIds]}::text[]) AND k."queuedAt" IS NULL AND ${isDue(gates)} AND ${hasRoom})
    INSERT INTO parity."UserCheck" AS taken ("userId", "queuedAt", "checkingUntil")
    SELECT id, now(), CASE WHEN number <= ${start}::int THEN ${lease} END FROM due ORDER BY id
    -- Of two servers that found it due, only the first one queues it.
    ON CONFLICT ("userId") DO UPDATE SET "queuedAt" = excluded."queuedAt", "checkingUntil" = excluded."checkingUntil"
    WHERE taken."queuedAt" IS NULL AND (taken."checkingUntil" IS NULL OR taken."checkingUntil" < now())
      AND (taken."nextCheckAt" IS NULL OR taken."nextCheckAt" <= now())
    RETURNING "userId", "checkingUntil" IS NOT NULL AS started`,
    ),
  );
}

const claimedRow = z.object({ userId: z.string() });

/** More are taken up the next time. */
const REQUESTS_AT_ONCE = 1_000;

/** The users whose check applications asked for in SQL, each once; they leave that list. */
export async function takeCheckRequests(db: Database): Promise<string[]> {
  const rows = await queryRows(
    db,
    claimedRow,
    sql`
    DELETE FROM parity."CheckRequest" WHERE id IN (
      SELECT id FROM parity."CheckRequest" ORDER BY id LIMIT ${REQUESTS_AT_ONCE}::int FOR UPDATE SKIP LOCKED)
    RETURNING "userId"`,
  );
  return [...new Set(rows.map(({ userId }) => userId))];
}

/** Starts the checks that have waited longest, at most `limit`; also those of a server that died while it made them. */
export async function claimChecks(db: Database, limit: number): Promise<string[]> {
  const rows = await queryRows(
    db,
    claimedRow,
    sql`
    UPDATE parity."UserCheck" SET "checkingUntil" = ${lease} WHERE "userId" IN (
      SELECT "userId" FROM parity."UserCheck"
      WHERE "queuedAt" IS NOT NULL AND ("checkingUntil" IS NULL OR "checkingUntil" < now())
      ORDER BY "queuedAt", "userId" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED)
    RETURNING "userId"`,
  );
  return rows.map(({ userId }) => userId);
}

/** Ends a check. `failure`: why Stripe could not be read; null when it was read. The gates say when the next check is due. */
export async function endCheck(
  db: Database,
  userId: string,
  failure: string | null,
  gates: CheckGates,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."UserCheck" AS k ("userId", "checkedAt", "failedAt", failure, failures, "nextCheckAt")
    VALUES (${userId}, CASE WHEN ${failure}::text IS NULL THEN now() END,
      CASE WHEN ${failure}::text IS NOT NULL THEN now() END, ${failure}::text,
      CASE WHEN ${failure}::text IS NULL THEN 0 ELSE 1 END,
      now() + make_interval(secs => ${failure === null ? gates.againAfter : gates.backOffFrom}::float8))
    ON CONFLICT ("userId") DO UPDATE SET "checkingUntil" = NULL, "queuedAt" = NULL,
      "checkedAt" = coalesce(excluded."checkedAt", k."checkedAt"), "failedAt" = excluded."failedAt",
      failure = excluded.failure, failures = CASE WHEN excluded.failure IS NULL THEN 0 ELSE k.failures + 1 END,
      "nextCheckAt" = now() + make_interval(secs => CASE
        WHEN excluded.failure IS NULL THEN ${gates.againAfter}::float8
        ELSE least(${gates.backOffUpTo}::float8, ${gates.backOffFrom}::float8 * power(2, least(k.failures, 20))) END)`;
}

/** Ends a check that found nothing out, because its own time was up: the next one is due at once. */
export async function releaseCheck(db: Database, userId: string): Promise<void> {
  await db.$executeRaw`UPDATE parity."UserCheck" SET "checkingUntil" = NULL WHERE "userId" = ${userId}`;
}

/**
 * Something is about to change for this user: the next check is due in at most `seconds`, whatever the gates say. The column rounds to
 * milliseconds: rounded up, a check that is due at once would not be for the request that follows.
 */
export async function scheduleNextCheck(db: Database, userId: string, seconds: number): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."UserCheck" SET "nextCheckAt" =
      least("nextCheckAt", date_trunc('milliseconds', now() + make_interval(secs => ${seconds}::float8)))
    WHERE "userId" = ${userId}`;
}

/** A finished full run has read all users: what could not be read before it began is known now. */
export async function forgetFailures(tx: Tx, runId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE parity."UserCheck" SET "failedAt" = NULL, failure = NULL, failures = 0, "nextCheckAt" = NULL
    WHERE "failedAt" < (SELECT "createdAt" FROM parity."Run" WHERE id = ${runId})`;
}

const checkState = z.object({
  /** A check is under way, waits in the queue, or is due: then the request that asks is about to queue it. */
  checking: z.boolean(),
  checkedAt: z.date().nullable(),
  failed: z.boolean(),
  verdict: z.string().nullable(),
  observedAt: z.date().nullable(),
  fresh: z.boolean(),
});
export type CheckState = z.infer<typeof checkState>;

/** The state of the checks of a user; null when there is no such user. */
export async function findCheckState(
  db: Database,
  userId: string,
  gates: CheckGates,
): Promise<CheckState | null> {
  return queryOne(
    db,
    checkState,
    sql`
    SELECT coalesce(k."checkingUntil" > now(), false) OR k."queuedAt" IS NOT NULL OR (${isDue(gates)} AND ${hasRoom}) AS checking, k."failedAt" IS NOT NULL AS failed,
      k."checkedAt", s.verdict,
      CASE WHEN s."observedAt" IS NOT NULL THEN greatest(s."observedAt", ${coveredAt}) END AS "observedAt",
      coalesce(greatest(s."observedAt", k."checkedAt", CASE WHEN s."observedAt" IS NOT NULL THEN ${coveredAt} END)
        > now() - make_interval(secs => ${gates.freshFor}::float8), false) AS fresh
    FROM parity."User" u LEFT JOIN parity."UserCheck" k ON k."userId" = u.id LEFT JOIN parity."SyncStatus" s ON s."userId" = u.id
    WHERE u.id = ${userId}`,
  );
}
