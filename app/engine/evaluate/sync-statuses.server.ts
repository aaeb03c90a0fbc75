import { hash } from "node:crypto";
import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds } from "~/billing/observation";
import type { Flag, Verdict } from "~/billing/verdicts";
import type { Database, Tx } from "~/platform/client.server";
import type { Kept } from "./snapshots.server";

/** A row of `Standing`: the last evaluation on a user, as lists and filters read it. */
export type StandingRow = {
  userId: string;
  verdict: Verdict;
  /** SEVERITY_RANK */
  severity: number;
  flags: Flag[];
  mismatches: Mismatch[];
  stripeStatus: string | null;
  stripePlan: string | null;
  moneyKind: "locked_out" | "leaking" | null;
  /** Smallest unit of the currency. */
  moneyPerMonth: number | null;
  moneyCurrency: string | null;
  since: EpochSeconds | null;
  blocked: string | null;
  intendedHash: string | null;
  /** Whether a revocation is due; its stamp is given when it is first evaluated and kept while it is. */
  revokes: boolean;
  observedAt: EpochSeconds | null;
  nextCheckAt: EpochSeconds | null;
  /** What came with the snapshot that was evaluated: what is kept already, and what this is to be kept with. */
  kept: Kept;
};

/**
 * Writes the sync statuses that differ from what is kept, and those of users whom something marked to be evaluated again; the
 * rest costs a comparison. An evaluation that was begun before the kept one never replaces it. A revocation that is evaluated
 * for the first time gets the next order stamp: only what is read after it is evidence. Returns the users whose standing
 * a newer evaluation kept out.
 */
export async function saveSyncStatuses(tx: Tx, syncStatuses: readonly StandingRow[]): Promise<Set<string>> {
  const rows = [];
  for (const syncStatus of syncStatuses) {
    const fingerprint = fingerprintOf(syncStatus);
    if (isAsKept(syncStatus, fingerprint)) continue;
    const { kept, ...row } = syncStatus;
    rows.push({ ...row, fingerprint, recordHash: kept.recordHash, evaluatedVersion: kept.stamp ?? 0 });
  }
  if (rows.length === 0) return new Set();
  const written = await tx.$queryRaw<{ userId: string }[]>`
    INSERT INTO "SyncStatus" AS s ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan",
      "moneyKind", "moneyPerMonth", "moneyCurrency", since, blocked, "intendedHash", "revocationVersion", "observedAt",
      "nextCheckAt", fingerprint, "recordHash", "evaluatedVersion")
    SELECT "userId", verdict, severity, ARRAY(SELECT jsonb_array_elements_text(flags)), mismatches, "stripeStatus",
      "stripePlan", "moneyKind", "moneyPerMonth", "moneyCurrency", to_timestamp(since), blocked, "intendedHash",
      CASE WHEN revokes THEN coalesce((SELECT o."revocationVersion" FROM "SyncStatus" o WHERE o."userId" = r."userId"),
        nextval('observation_version')) END,
      to_timestamp("observedAt"), to_timestamp("nextCheckAt"), fingerprint, "recordHash", "evaluatedVersion"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r("userId" text, verdict text, severity smallint,
      flags jsonb, mismatches jsonb, "stripeStatus" text, "stripePlan" text, "moneyKind" text, "moneyPerMonth" bigint,
      "moneyCurrency" text, since float8, blocked text, "intendedHash" text, revokes boolean, "observedAt" float8,
      "nextCheckAt" float8, fingerprint text, "recordHash" bigint, "evaluatedVersion" bigint)
    ORDER BY "userId"
    ON CONFLICT ("userId") DO UPDATE SET
      verdict = excluded.verdict, severity = excluded.severity, flags = excluded.flags,
      mismatches = excluded.mismatches, "stripeStatus" = excluded."stripeStatus",
      "stripePlan" = excluded."stripePlan", "moneyKind" = excluded."moneyKind",
      "moneyPerMonth" = excluded."moneyPerMonth", "moneyCurrency" = excluded."moneyCurrency",
      since = excluded.since, blocked = excluded.blocked, "intendedHash" = excluded."intendedHash",
      "revocationVersion" = CASE WHEN excluded."revocationVersion" IS NOT NULL
        THEN coalesce(s."revocationVersion", excluded."revocationVersion") END,
      "observedAt" = excluded."observedAt", "nextCheckAt" = excluded."nextCheckAt", "evaluatedAt" = now(),
      fingerprint = excluded.fingerprint, "recordHash" = excluded."recordHash",
      "evaluatedVersion" = excluded."evaluatedVersion"
    WHERE excluded."evaluatedVersion" > coalesce(s."evaluatedVersion", 0)
    RETURNING s."userId"`;
  const refused = new Set(rows.map(({ userId }) => userId));
  for (const { userId } of written) refused.delete(userId);
  return refused;
}

/** Equal exactly when two sync statuses say the same, whenever they were observed and evaluated. */
function fingerprintOf(row: StandingRow): string {
  const says = [
    row.verdict,
    row.severity,
    row.flags,
    row.mismatches,
    row.stripeStatus,
    row.stripePlan,
    row.moneyKind,
    row.moneyPerMonth,
    row.moneyCurrency,
    row.since,
    row.blocked,
    row.intendedHash,
    row.revokes,
    row.nextCheckAt,
    row.kept.recordHash,
  ];
  return hash("sha1", JSON.stringify(says), "base64url");
}

/** Is this what is kept? What was marked is kept again all the same: an older evaluation may be on its way. */
function isAsKept({ observedAt, kept }: StandingRow, fingerprint: string): boolean {
  if (fingerprint !== kept.syncStatus || kept.generation !== null) return false;
  if (observedAt === null) return kept.observedAt === null;
  // What the last pass says of everybody is kept once; a standing says what is newer, or older than it said before.
  const known = Math.max(kept.observedAt ?? 0, kept.passFinishedAt ?? 0);
  return observedAt <= known && observedAt >= (kept.observedAt ?? 0);
}

/** Why the last attempt blocked these users' repairs; users for whom nothing is blocked are left out. */
export async function blockedOf(db: Database, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.syncStatus.findMany({
    where: { userId: { in: [...userIds] }, blocked: { not: null } },
    select: { userId: true, blocked: true },
  });
  return new Map(rows.flatMap(({ userId, blocked }) => (blocked === null ? [] : [[userId, blocked]])));
}
