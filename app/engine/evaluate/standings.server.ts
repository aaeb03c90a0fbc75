import { hash } from "node:crypto";
import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds } from "~/billing/observation";
import type { Flag, Verdict } from "~/billing/verdicts";
import type { Database, Tx } from "~/platform/client.server";
import type { Kept } from "./situations.server";

/** A row of `Standing`: the last judgement on a user, as lists and filters read it. */
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
  withheld: string | null;
  intendedHash: string | null;
  /** Whether a lowering is due; its stamp is given when it is first judged and kept while it is. */
  lowers: boolean;
  observedAt: EpochSeconds | null;
  judgeAgainAt: EpochSeconds | null;
  /** What came with the situation that was judged: what is kept already, and what this is to be kept with. */
  kept: Kept;
};

/**
 * Writes the standings that differ from what is kept, and those of users whom something marked to be judged again; the
 * rest costs a comparison. A judgement that was begun before the kept one never replaces it. A lowering that is judged
 * for the first time gets the next order stamp: only what is read after it is evidence. Returns the users whose standing
 * a newer judgement kept out.
 */
export async function saveStandings(tx: Tx, standings: readonly StandingRow[]): Promise<Set<string>> {
  const rows = [];
  for (const standing of standings) {
    const fingerprint = fingerprintOf(standing);
    if (isAsKept(standing, fingerprint)) continue;
    const { kept, ...row } = standing;
    rows.push({ ...row, fingerprint, recordHash: kept.recordHash, judgedStamp: kept.stamp ?? 0 });
  }
  if (rows.length === 0) return new Set();
  const written = await tx.$queryRaw<{ userId: string }[]>`
    INSERT INTO "Standing" AS s ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan",
      "moneyKind", "moneyPerMonth", "moneyCurrency", since, withheld, "intendedHash", "loweringStamp", "observedAt",
      "judgeAgainAt", fingerprint, "recordHash", "judgedStamp")
    SELECT "userId", verdict, severity, ARRAY(SELECT jsonb_array_elements_text(flags)), mismatches, "stripeStatus",
      "stripePlan", "moneyKind", "moneyPerMonth", "moneyCurrency", to_timestamp(since), withheld, "intendedHash",
      CASE WHEN lowers THEN coalesce((SELECT o."loweringStamp" FROM "Standing" o WHERE o."userId" = r."userId"),
        nextval('stripe_order')) END,
      to_timestamp("observedAt"), to_timestamp("judgeAgainAt"), fingerprint, "recordHash", "judgedStamp"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r("userId" text, verdict text, severity smallint,
      flags jsonb, mismatches jsonb, "stripeStatus" text, "stripePlan" text, "moneyKind" text, "moneyPerMonth" bigint,
      "moneyCurrency" text, since float8, withheld text, "intendedHash" text, lowers boolean, "observedAt" float8,
      "judgeAgainAt" float8, fingerprint text, "recordHash" bigint, "judgedStamp" bigint)
    ORDER BY "userId"
    ON CONFLICT ("userId") DO UPDATE SET
      verdict = excluded.verdict, severity = excluded.severity, flags = excluded.flags,
      mismatches = excluded.mismatches, "stripeStatus" = excluded."stripeStatus",
      "stripePlan" = excluded."stripePlan", "moneyKind" = excluded."moneyKind",
      "moneyPerMonth" = excluded."moneyPerMonth", "moneyCurrency" = excluded."moneyCurrency",
      since = excluded.since, withheld = excluded.withheld, "intendedHash" = excluded."intendedHash",
      "loweringStamp" = CASE WHEN excluded."loweringStamp" IS NOT NULL
        THEN coalesce(s."loweringStamp", excluded."loweringStamp") END,
      "observedAt" = excluded."observedAt", "judgeAgainAt" = excluded."judgeAgainAt", "judgedAt" = now(),
      fingerprint = excluded.fingerprint, "recordHash" = excluded."recordHash",
      "judgedStamp" = excluded."judgedStamp"
    WHERE excluded."judgedStamp" > coalesce(s."judgedStamp", 0)
    RETURNING s."userId"`;
  const refused = new Set(rows.map(({ userId }) => userId));
  for (const { userId } of written) refused.delete(userId);
  return refused;
}

/** Equal exactly when two standings say the same, whenever they were observed and judged. */
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
    row.withheld,
    row.intendedHash,
    row.lowers,
    row.judgeAgainAt,
    row.kept.recordHash,
  ];
  return hash("sha1", JSON.stringify(says), "base64url");
}

/** Is this what is kept? What was marked is kept again all the same: an older judgement may be on its way. */
function isAsKept({ observedAt, kept }: StandingRow, fingerprint: string): boolean {
  if (fingerprint !== kept.standing || kept.marks !== null) return false;
  if (observedAt === null) return kept.observedAt === null;
  // What the last pass says of everybody is kept once; a standing says what is newer, or older than it said before.
  const known = Math.max(kept.observedAt ?? 0, kept.passFinishedAt ?? 0);
  return observedAt <= known && observedAt >= (kept.observedAt ?? 0);
}

/** Why the last attempt withheld these users' repairs; users for whom nothing is withheld are left out. */
export async function withheldOf(db: Database, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.standing.findMany({
    where: { userId: { in: [...userIds] }, withheld: { not: null } },
    select: { userId: true, withheld: true },
  });
  return new Map(rows.flatMap(({ userId, withheld }) => (withheld === null ? [] : [[userId, withheld]])));
}
