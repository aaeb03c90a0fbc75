import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import { findCountKey, NO_COUNTS, RUN_COUNTS, type RunCounts } from "~/engine/repair/run-counts";
import { addToCounts } from "~/engine/repair/runs.server";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import { LeaseLost } from "~/engine/runs/run-session.server";
import type { Database, Tx } from "~/platform/client.server";
import { join, quoteName } from "~/platform/sql.server";

/** The counts of a run, from the outcomes of its users. What a preview intends counts as what it would become. */
export function countOutcomes(outcomes: readonly UserOutcome[]): RunCounts {
  const counts = { ...NO_COUNTS };
  for (const { outcome } of outcomes) counts[findCountKey(outcome)] += 1;
  return counts;
}

/**
 * Adds the counts of a batch, in the transaction that evaluated it, whichever process did. Throws LeaseLost when the run
 * is over: what the transaction did must not be committed then.
 */
export async function addBatchCounts(tx: Tx, runId: string, counts: RunCounts): Promise<void> {
  const saved = await tx.$executeRaw`
    UPDATE parity."Run" SET ${addToCounts(counts)}, "updatedAt" = now(), reason = NULL
    WHERE id = ${runId} AND state = 'running' AND phase = 'evaluate'`;
  if (saved !== 1) throw new LeaseLost();
}

/**
 * Counts the users that an incremental run did not evaluate because nothing had changed for them: those with a review
 * verdict or a blocked repair count as `review`, all others are in sync.
 */
export async function countSkippedUsers(db: Database, runId: string, owner: string): Promise<void> {
  await db.$executeRaw`
    WITH counted AS (
      SELECT (SELECT count(*) FROM parity."SyncStatus" s
        WHERE (s.severity = ${SEVERITY_RANK.review}::int OR s.blocked IS NOT NULL)
          AND EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = s."userId"))::int AS review)
    UPDATE parity."Run" SET review = counted.review,
      skipped = greatest(0, total - counted.review - ${join(OTHER_COUNTS, " - ")})
    FROM counted WHERE id = ${runId} AND "leaseOwner" = ${owner} AND state = 'running'`;
}

/** The columns of the counts that `countSkippedUsers` does not set. */
const OTHER_COUNTS = RUN_COUNTS.filter(({ key }) => key !== "review" && key !== "skipped").map(({ key }) =>
  quoteName(key),
);
