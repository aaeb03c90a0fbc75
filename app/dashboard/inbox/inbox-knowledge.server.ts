import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { findFullRun } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { findLastRun } from "../alerts/findings.server";
import { loadFreshness } from "../freshness.server";
import { HAS_NO_STATUS } from "../users-list/users-without-status.server";

/** What is not known, so that an empty inbox is not called empty. */
export type InboxKnowledge = {
  /** When the last full run finished; null before the first. */
  lastFullRun: EpochSeconds | null;
  /** Users that were not completely read yet. */
  notChecked: number;
  /** The last run over the whole account, when it failed. */
  failedRunId: string | null;
  /** Why what is stored may be out of date, as a sentence; null when it is not. */
  stale: string | null;
};

const countRow = z.object({ count: z.number() });

export async function loadInboxKnowledge(db: Database | Tx): Promise<InboxKnowledge> {
  const fullRun = await findFullRun(db);
  const run = await findLastRun(db);
  const { count } = await queryOneOrThrow(
    db,
    countRow,
    sql`SELECT ((SELECT count(*) FROM parity."SyncStatus" s WHERE s.verdict = 'not_checked')
      + (SELECT count(*) FROM parity."User" u WHERE ${HAS_NO_STATUS}))::int AS count`,
  );
  const { stale } = await loadFreshness(db);
  return {
    lastFullRun: fullRun?.finishedAt ?? null,
    notChecked: count,
    failedRunId: run === null || run.state === "done" ? null : run.id,
    stale,
  };
}
