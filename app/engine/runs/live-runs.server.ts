import { z } from "zod";
import { countEndedRuns } from "~/engine/repair/metric-totals.server";
import { FINISHED } from "~/engine/repair/run-cursor";
import { endLostUndoRuns, insertRun, type NewRun, parseRun, type RunRow } from "~/engine/repair/runs.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** At most one run has this key: a run over the whole account that writes or reads Stripe. */
const LIVE_KEY = "whole-account";

/**
 * Creates the live whole-account run, or returns the one that is live already (`created: false`). A run that has been
 * live for more than 24 hours is abandoned first, and an undo whose process is gone is ended.
 */
export async function createLiveRun(db: Database, run: NewRun): Promise<{ run: RunRow; created: boolean }> {
  await Promise.all([abandonOldRun(db), endLostUndoRuns(db)]);
  for (;;) {
    const created = await insertRun(db, run, LIVE_KEY);
    if (created) return { run: created, created: true };
    const live = await findLiveRun(db);
    if (live) return { run: live, created: false };
  }
}

async function abandonOldRun(db: Database): Promise<void> {
  const abandoned = await queryRows(
    db,
    z.object({ id: z.string() }),
    sql`
    UPDATE parity."Run" SET state = 'abandoned', "liveKey" = NULL, "leaseUntil" = NULL, "finishedAt" = now(),
      phase = ${FINISHED.phase}, cursor = ${JSON.stringify(FINISHED)}::jsonb, reason = 'not finished within 24 hours'
    WHERE "liveKey" = ${LIVE_KEY} AND "createdAt" < now() - interval '24 hours' RETURNING id`,
  );
  if (abandoned.length > 0)
    await countEndedRuns(
      db,
      abandoned.map(({ id }) => id),
    );
}

/** The whole-account run that is live; null when there is none. */
export async function findLiveRun(db: Database | Tx): Promise<RunRow | null> {
  const row = await db.run.findUnique({ where: { liveKey: LIVE_KEY } });
  return row ? parseRun(row) : null;
}

/** Asks a run to stop after the step that it is doing. `staffId`: who asks. */
export async function requestCancel(db: Database, runId: string, staffId: string | null): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."Run" SET "cancelledBy" = CASE WHEN "cancelRequestedAt" IS NULL THEN ${staffId} ELSE "cancelledBy" END,
      "cancelRequestedAt" = coalesce("cancelRequestedAt", now())
    WHERE id = ${runId} AND state = 'running'`;
}
