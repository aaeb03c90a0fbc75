import { z } from "zod";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import { coveredAt } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
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
    OR EXISTS (SELECT 1 FROM "Workspace" w WHERE w."ownerId" = u.id AND w.status <> 'active')
    OR NOT EXISTS (SELECT 1 FROM "SyncStatus" s WHERE s."userId" = u.id AND s.verdict = ANY(${[...IN_SYNC_VERDICTS]}::text[])
      AND greatest(s."observedAt", k."checkedAt", ${coveredAt}) > now() - make_interval(secs => ${gates.freshFor}::float8))))`;

/**
 * Starts a check of this user when one is due; over all servers only one check of a user runs at a time. False: it is too
 * early, or a check is under way.
 */
export async function beginCheck(db: Database, userId: string, gates: CheckGates): Promise<boolean> {
  const begun = await db.$executeRaw`
    INSERT INTO "UserCheck" AS taken ("userId", "checkingUntil")
    SELECT u.id, now() + make_interval(secs => ${CHECK_LEASE_SECONDS}::float8)
    FROM "User" u LEFT JOIN "UserCheck" k ON k."userId" = u.id WHERE u.id = ${userId} AND ${isDue(gates)}
    -- Of two servers that found it due, only the first one starts it.
    ON CONFLICT ("userId") DO UPDATE SET "checkingUntil" = excluded."checkingUntil"
    WHERE (taken."checkingUntil" IS NULL OR taken."checkingUntil" < now())
      AND (taken."nextCheckAt" IS NULL OR taken."nextCheckAt" <= now())`;
  return begun === 1;
}

/** Ends a check. `failure`: why Stripe could not be read; null when it was read. The gates say when the next check is due. */
export async function endCheck(
  db: Database,
  userId: string,
  failure: string | null,
  gates: CheckGates,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "UserCheck" AS k ("userId", "checkedAt", "failedAt", failure, failures, "nextCheckAt")
    VALUES (${userId}, CASE WHEN ${failure}::text IS NULL THEN now() END,
      CASE WHEN ${failure}::text IS NOT NULL THEN now() END, ${failure}::text,
      CASE WHEN ${failure}::text IS NULL THEN 0 ELSE 1 END,
      now() + make_interval(secs => ${failure === null ? gates.againAfter : gates.backOffFrom}::float8))
    ON CONFLICT ("userId") DO UPDATE SET "checkingUntil" = NULL,
      "checkedAt" = coalesce(excluded."checkedAt", k."checkedAt"), "failedAt" = excluded."failedAt",
      failure = excluded.failure, failures = CASE WHEN excluded.failure IS NULL THEN 0 ELSE k.failures + 1 END,
      "nextCheckAt" = now() + make_interval(secs => CASE
        WHEN excluded.failure IS NULL THEN ${gates.againAfter}::float8
        ELSE least(${gates.backOffUpTo}::float8, ${gates.backOffFrom}::float8 * power(2, least(k.failures, 20))) END)`;
}

/** Something is about to change for this user: the next check is due in at most `seconds`, whatever the gates say. */
export async function scheduleNextCheck(db: Database, userId: string, seconds: number): Promise<void> {
  await db.$executeRaw`
    UPDATE "UserCheck" SET "nextCheckAt" = least("nextCheckAt", now() + make_interval(secs => ${seconds}::float8))
    WHERE "userId" = ${userId}`;
}

/** A finished full run has read all users: what could not be read before it began is known now. */
export async function forgetFailures(tx: Tx, runId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "UserCheck" SET "failedAt" = NULL, failure = NULL, failures = 0, "nextCheckAt" = NULL
    WHERE "failedAt" < (SELECT "createdAt" FROM "Run" WHERE id = ${runId})`;
}

const checkState = z.object({
  /** A check is under way, or due: then the request that asks is about to begin it. */
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
    SELECT coalesce(k."checkingUntil" > now(), false) OR ${isDue(gates)} AS checking, k."failedAt" IS NOT NULL AS failed,
      k."checkedAt", s.verdict,
      CASE WHEN s."observedAt" IS NOT NULL THEN greatest(s."observedAt", ${coveredAt}) END AS "observedAt",
      coalesce(greatest(s."observedAt", k."checkedAt", CASE WHEN s."observedAt" IS NOT NULL THEN ${coveredAt} END)
        > now() - make_interval(secs => ${gates.freshFor}::float8), false) AS fresh
    FROM "User" u LEFT JOIN "UserCheck" k ON k."userId" = u.id LEFT JOIN "SyncStatus" s ON s."userId" = u.id
    WHERE u.id = ${userId}`,
  );
}
