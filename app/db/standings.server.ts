import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds, OrderStamp } from "~/billing/observation";
import type { Flag, Verdict } from "~/billing/verdicts";
import type { Database, Tx } from "./client.server";

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
};

/**
 * Writes the standings that changed. A lowering that is judged for the first time gets the next order stamp: only
 * what is read after it is evidence. Returns those stamps by user.
 */
export async function saveStandings(
  tx: Tx,
  standings: readonly StandingRow[],
): Promise<Map<string, OrderStamp | null>> {
  if (standings.length === 0) return new Map();
  const json = JSON.stringify(standings);
  await tx.$executeRaw`
    INSERT INTO "Standing" AS s ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan",
      "moneyKind", "moneyPerMonth", "moneyCurrency", since, withheld, "intendedHash", "loweringStamp", "observedAt",
      "judgeAgainAt")
    SELECT "userId", verdict, severity, ARRAY(SELECT jsonb_array_elements_text(flags)), mismatches, "stripeStatus",
      "stripePlan", "moneyKind", "moneyPerMonth", "moneyCurrency", to_timestamp(since), withheld, "intendedHash",
      CASE WHEN lowers THEN coalesce((SELECT o."loweringStamp" FROM "Standing" o WHERE o."userId" = r."userId"),
        nextval('stripe_order')) END,
      to_timestamp("observedAt"), to_timestamp("judgeAgainAt")
    FROM jsonb_to_recordset(${json}::jsonb) AS r("userId" text, verdict text, severity smallint, flags jsonb,
      mismatches jsonb, "stripeStatus" text, "stripePlan" text, "moneyKind" text, "moneyPerMonth" bigint,
      "moneyCurrency" text, since float8, withheld text, "intendedHash" text, lowers boolean, "observedAt" float8,
      "judgeAgainAt" float8)
    ORDER BY "userId"
    ON CONFLICT ("userId") DO UPDATE SET
      verdict = excluded.verdict, severity = excluded.severity, flags = excluded.flags,
      mismatches = excluded.mismatches, "stripeStatus" = excluded."stripeStatus",
      "stripePlan" = excluded."stripePlan", "moneyKind" = excluded."moneyKind",
      "moneyPerMonth" = excluded."moneyPerMonth", "moneyCurrency" = excluded."moneyCurrency",
      since = excluded.since, withheld = excluded.withheld, "intendedHash" = excluded."intendedHash",
      "loweringStamp" = CASE WHEN excluded."loweringStamp" IS NOT NULL
        THEN coalesce(s."loweringStamp", excluded."loweringStamp") END,
      "observedAt" = excluded."observedAt", "judgeAgainAt" = excluded."judgeAgainAt", "judgedAt" = now()`;
  const rows = await tx.$queryRaw<{ userId: string; stamp: number }[]>`
    SELECT "userId", "loweringStamp"::float8 AS stamp FROM "Standing"
    WHERE "userId" = ANY(${standings.map(({ userId }) => userId)}) AND "loweringStamp" IS NOT NULL`;
  return new Map(rows.map(({ userId, stamp }) => [userId, stamp]));
}

/** Why the last attempt withheld these users' repairs; users for whom nothing is withheld are left out. */
export async function withheldOf(db: Database, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.standing.findMany({
    where: { userId: { in: [...userIds] }, withheld: { not: null } },
    select: { userId: true, withheld: true },
  });
  return new Map(rows.flatMap(({ userId, withheld }) => (withheld === null ? [] : [[userId, withheld]])));
}
