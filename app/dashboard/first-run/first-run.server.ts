import { z } from "zod";
import {
  countUnlinkedCustomers,
  type Stake,
  selectStakes,
  sumMoneyAtStake,
} from "~/dashboard/account-facts.server";
import type { CountCache } from "~/dashboard/count-cache.server";
import { loadSettings } from "~/engine/account/settings.server";
import { countUsers } from "~/engine/evaluate/users.server";
import { findLiveRun } from "~/engine/runs/live-runs.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

type Group = { users: number; stakes: Stake[] };

/** What was found before anything was ever repaired, from what is stored. */
export type FirstRunCounts = {
  owners: number;
  /** Users who pay in Stripe and have what they pay for. */
  paying: number;
  /** They would be granted access. */
  lockedOut: Group;
  /** Access would be revoked, under the rules. */
  unpaidAccess: Group;
  /** Details that differ, and change no one's access. */
  otherDifferences: number;
  unmapped: Group;
  possibleMatches: number;
  /** Further verdicts that wait for a person. */
  needsDecision: number;
  /** Paying customers in Stripe that no user is linked to. */
  unlinkedPayers: number;
  notChecked: number;
};

/** `preview`: nothing is known yet. `decide`: a preview is there to look at. */
export type FirstRun = { step: "preview" | "reading" | "decide"; runId: string | null };

/** The first look at an application, until a write mode is chosen. Nothing waits for Stripe. */
export function createFirstRun({ db, countCache }: { db: Database; countCache: CountCache }) {
  return {
    /** Null when something was repaired since the mapping was installed and the account bound, or writing is on. */
    find: () => findFirstRun(db),
    /** Null when counting takes too long. What was counted before a preview is not shown as what it found. */
    counts: ({ step, runId }: FirstRun) => countCache.count(`first-run ${step} ${runId}`, countFirstRun),
  };
}

const changedRow = z.object({ isChanged: z.boolean(), previewId: z.string().nullable() });

async function findFirstRun(db: Database): Promise<FirstRun | null> {
  const { writeMode, binding } = await loadSettings(db);
  if (writeMode !== "off") return null;
  const since = sql`greatest((SELECT "installedAt" FROM parity."Mapping" WHERE id = 1), to_timestamp(${binding?.boundAt ?? 0}::float8))`;
  const { isChanged, previewId } = await queryOneOrThrow(
    db,
    changedRow,
    sql`SELECT EXISTS (SELECT 1 FROM parity."Change" WHERE "createdAt" >= ${since}) AS "isChanged",
      (SELECT id FROM parity."Run" WHERE mode = 'preview' AND scope = 'full' AND state = 'done' AND "finishedAt" >= ${since}
        ORDER BY "createdAt" DESC LIMIT 1) AS "previewId"`,
  );
  if (isChanged) return null;
  const live = await findLiveRun(db);
  if (live) return { step: "reading", runId: live.id };
  const isRead = (await db.syncStatus.findFirst({ where: { verdict: { not: "not_checked" } } })) !== null;
  return previewId !== null && isRead
    ? { step: "decide", runId: previewId }
    : { step: "preview", runId: null };
}

const countsRow = z.object({
  ...{ paying: z.number(), lockedOut: z.number(), unpaidAccess: z.number(), otherDifferences: z.number() },
  ...{ unmapped: z.number(), possibleMatches: z.number(), needsDecision: z.number(), notChecked: z.number() },
});

async function countFirstRun(tx: Tx): Promise<FirstRunCounts> {
  const counted = await queryOneOrThrow(
    tx,
    countsRow,
    sql`SELECT
      count(*) FILTER (WHERE verdict <> 'locked_out' AND "stripeStatus" IN ('active', 'trialing', 'past_due'))::int AS paying,
      count(*) FILTER (WHERE verdict = 'locked_out')::int AS "lockedOut",
      count(*) FILTER (WHERE verdict = 'unpaid_access')::int AS "unpaidAccess",
      count(*) FILTER (WHERE verdict IN ('plan_mismatch', 'access_mismatch', 'status_mismatch', 'detail_mismatch'))::int AS "otherDifferences",
      count(*) FILTER (WHERE verdict = 'unmapped_price')::int AS unmapped,
      count(*) FILTER (WHERE verdict = 'possible_match' OR flags @> ARRAY['possible_match'])::int AS "possibleMatches",
      count(*) FILTER (WHERE verdict IN ('link_conflict', 'missing_in_stripe', 'unknown_status'))::int AS "needsDecision",
      count(*) FILTER (WHERE verdict = 'not_checked')::int AS "notChecked"
    FROM parity."SyncStatus"`,
  );
  const money = await sumMoneyAtStake(tx);
  const { lockedOut, unpaidAccess, unmapped, ...rest } = counted;
  const owners = await countUsers(tx);
  const known = await tx.syncStatus.count();
  return {
    ...rest,
    owners,
    // Users without a status were not looked at either.
    notChecked: rest.notChecked + Math.max(0, owners - known),
    lockedOut: { users: lockedOut, stakes: selectStakes(money, "locked_out") },
    unpaidAccess: { users: unpaidAccess, stakes: selectStakes(money, "leaking") },
    unmapped: { users: unmapped, stakes: selectStakes(money, "unmapped") },
    unlinkedPayers: await countUnlinkedCustomers(tx),
  };
}
