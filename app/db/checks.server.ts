import type { Database } from "./client.server";

/** Seconds; what the business decides about how often a user's payment is looked at. */
export type CheckGates = {
  /** Looked at this recently and in step: nothing to do. */
  freshFor: number;
  /** Locked or differing: at most this often. */
  againAfter: number;
  /** After failures: doubling from here. */
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
 * Takes the one place for a check of this user over all servers, when a check is due. False: it is too early, or a
 * check is under way.
 */
export async function beginCheck(db: Database, userId: string, gates: CheckGates): Promise<boolean> {
  const begun = await db.$executeRaw`
    INSERT INTO "UserCheck" AS k ("userId", "checkingUntil")
    SELECT u.id, now() + make_interval(secs => ${CHECK_LEASE_SECONDS}::float8) FROM "User" u WHERE u.id = ${userId}
      AND NOT EXISTS (SELECT 1 FROM "Standing" s LEFT JOIN "UserCheck" c USING ("userId")
        WHERE s."userId" = u.id AND s.verdict IN ('in_sync', 'no_subscription') AND c."failedAt" IS NULL
          AND greatest(s."observedAt", c."checkedAt") > now() - make_interval(secs => ${gates.freshFor}::float8)
          AND NOT EXISTS (SELECT 1 FROM "Workspace" w WHERE w."ownerId" = u.id AND w.status <> 'active'))
    ON CONFLICT ("userId") DO UPDATE SET "checkingUntil" = excluded."checkingUntil"
    WHERE (k."checkingUntil" IS NULL OR k."checkingUntil" < now())
      AND (k."nextCheckAt" IS NULL OR k."nextCheckAt" <= now())`;
  return begun === 1;
}

/** Ends a check. `failure` null: it was looked at; the next one is due when the gates say. */
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

export type CheckState = {
  checking: boolean;
  checkedAt: Date | null;
  failed: boolean;
  verdict: string | null;
  observedAt: Date | null;
  fresh: boolean;
};

/** What is known of the checks of a user; null when there is no such user. */
export async function checkState(
  db: Database,
  userId: string,
  gates: CheckGates,
): Promise<CheckState | null> {
  const [row] = await db.$queryRaw<CheckState[]>`
    SELECT coalesce(k."checkingUntil" > now(), false) AS checking, k."failedAt" IS NOT NULL AS failed,
      k."checkedAt", s.verdict, s."observedAt",
      coalesce(greatest(s."observedAt", k."checkedAt")
        > now() - make_interval(secs => ${gates.freshFor}::float8), false) AS fresh
    FROM "User" u LEFT JOIN "UserCheck" k ON k."userId" = u.id LEFT JOIN "Standing" s ON s."userId" = u.id
    WHERE u.id = ${userId}`;
  return row ?? null;
}
