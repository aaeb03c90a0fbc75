import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { formatLength } from "~/billing/words/length";
import { coveredAt } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** How old what is known is: the statuses of users say "in sync" as of then. Times by the database's clock, epoch seconds. */
export type Freshness = {
  /** Until when what Stripe said is known for all users; null before the first full run. */
  observedAt: EpochSeconds | null;
  /** When a scheduler (cron, or a worker's clock) last called; null when none ever did. */
  schedulerCalledAt: EpochSeconds | null;
  /** What is wrong with the scheduler, as a sentence; null while it calls often enough. */
  schedulerTrouble: string | null;
  /** Why what is shown must not be called in sync, as a sentence; null when it is young enough. */
  stale: string | null;
};

const timesRow = z.object({
  now: z.number(),
  observedAt: z.number().nullable(),
  schedulerCalledAt: z.number().nullable(),
});

export async function loadFreshness(db: Database | Tx): Promise<Freshness> {
  const query = sql`
    SELECT extract(epoch FROM now())::float8 AS now, extract(epoch FROM ${coveredAt})::float8 AS "observedAt",
      (SELECT extract(epoch FROM "updatedAt")::float8 FROM parity."Cursor" WHERE key = 'scheduler') AS "schedulerCalledAt"`;
  const [{ now, ...times }, { staleAfterMinutes }] = await Promise.all([
    queryOneOrThrow(db, timesRow, query),
    loadSettings(db),
  ]);
  const limits = { now, limitSeconds: staleAfterMinutes * 60 };
  const schedulerTrouble = describeSchedulerTrouble(times.schedulerCalledAt, limits);
  return { ...times, schedulerTrouble, stale: describeStale({ ...times, schedulerTrouble }, limits) };
}

type Limits = { now: EpochSeconds; limitSeconds: number };

function describeSchedulerTrouble(
  calledAt: EpochSeconds | null,
  { now, limitSeconds }: Limits,
): string | null {
  if (calledAt === null) return "No scheduler has ever called: set one up.";
  if (now - calledAt <= limitSeconds) return null;
  return `The scheduler last called ${formatLength(now - calledAt)} ago: check it.`;
}

function describeStale(
  { observedAt, schedulerCalledAt, schedulerTrouble }: Omit<Freshness, "stale">,
  { now, limitSeconds }: Limits,
): string | null {
  if (observedAt === null || now - observedAt <= limitSeconds) return null;
  const ago = (at: number) => `${formatLength(now - at)} ago`;
  const known = `Users were last checked ${ago(observedAt)}, so “in sync” may no longer be true.`;
  const called = schedulerCalledAt === null ? "" : ago(schedulerCalledAt);
  return `${known} ${schedulerTrouble ?? `The scheduler called ${called}: look why its runs do not finish.`}`;
}
