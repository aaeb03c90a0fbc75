import type { Actor } from "~/engine/account/actor";
import { deleteIdleJobs } from "~/engine/observe/events.server";
import { countRemovedRows, foldChanges } from "~/engine/repair/metric-totals.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { isWalkedName } from "./aged-rows.server";
import { AGED_NAMES, type AgedName } from "./catalogue";
import { cleanAudit } from "./clean-audit.server";
import { cleanBatches, cleanJobs, cleanRuns, cleanSelections } from "./clean-runs.server";
import { claimCleaning, endCleaning } from "./cleaning-cursor.server";
import { countRemovable } from "./count-removable.server";
import { readCuts } from "./cuts.server";
import { ROWS_AT_ONCE, type Work, walkTable } from "./walk.server";

/** The rows that were removed from each table that is cleaned, or that would be. */
export type RemovedRows = { table: AgedName; rows: number }[];

export type Cleaned = {
  removed: RemovedRows;
  /** False: the time was up. The next cleaning goes on. */
  done: boolean;
  /** The audit has a life, and it is not cleaned before a day has passed since that was set. */
  auditWaits: boolean;
};

export type CleanOptions = {
  actor: Actor;
  budgetMs?: number;
  signal?: AbortSignal;
  /** Rows that one statement looks at. */
  rowsAtOnce?: number;
  /** Called after each statement with all rows removed so far. */
  progress?: (rows: number) => void;
};

/** Removes what is older than it is kept (docs/retention.md), in small steps that may end at any moment. */
export function createCleaner({ db, log }: { db: Database; log: Log }) {
  const clean = async (options: CleanOptions): Promise<Cleaned> => {
    const started = performance.now();
    const counted = new Map<AgedName, number>();
    try {
      const cleaned = await cleanAll(db, options, counted);
      return { ...cleaned, removed: toList(counted) };
    } finally {
      const rows = Object.fromEntries([...counted].filter(([, removed]) => removed > 0));
      await countRemovedRows(db, rows).catch((err: unknown) => log.warn({ err }, "removed rows not counted"));
      log.info({ rows, durationMs: Math.round(performance.now() - started) }, "old rows removed");
    }
  };
  return {
    /** Cleans now. Where it came to its end, the next one by itself follows a day later. */
    async clean(options: CleanOptions): Promise<Cleaned> {
      const cleaned = await clean(options);
      if (cleaned.done) await endCleaning(db, true);
      return cleaned;
    },
    /** What a cleaning would remove now. Removes nothing. */
    async preview(): Promise<Pick<Cleaned, "removed" | "auditWaits">> {
      const cuts = await readCuts(db);
      return { removed: toList(await countRemovable(db, cuts)), auditWaits: cuts.auditWaits };
    },
    /** Cleans once a day, or goes on where the time was up. Null when it is not due, or another process is at it. */
    async cleanIfDue(budgetMs: number): Promise<Cleaned | null> {
      if (!(await claimCleaning(db))) return null;
      const cleaned = await clean({ actor: { kind: "cron", id: null }, budgetMs });
      await endCleaning(db, cleaned.done);
      return cleaned;
    },
  };
}

const toList = (counted: ReadonlyMap<AgedName, number>): RemovedRows =>
  AGED_NAMES.map((table) => ({ table, rows: counted.get(table) ?? 0 }));

async function cleanAll(
  db: Database,
  { actor, budgetMs, signal, rowsAtOnce = ROWS_AT_ONCE, progress }: CleanOptions,
  counted: Map<AgedName, number>,
): Promise<Omit<Cleaned, "removed">> {
  const until = budgetMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + budgetMs;
  let sum = 0;
  const work: Work = {
    ...{ db, rowsAtOnce },
    hasTime: () => signal?.aborted !== true && performance.now() < until,
    removed: (table, rows) => {
      counted.set(table, (counted.get(table) ?? 0) + rows);
      sum += rows;
      progress?.(sum);
    },
  };
  const cuts = await readCuts(db);
  const { auditWaits } = cuts;
  // Metrics count repairs that may be removed now.
  if (cuts.isAuditCleaned) await foldChanges(db);
  // The audit first: runs and their results go when nothing of the audit needs them any more.
  const steps: (() => Promise<boolean>)[] = [
    () => cleanAudit(work, cuts, actor),
    () => cleanRuns(work, { runs: cuts.before("Run"), audit: cuts.before("Decision") }),
    () => cleanBatches(work, cuts.before("RunBatch")),
    () => cleanSelections(work, cuts.before("Selection")),
    ...WALKED.map((name) => () => walkTable(work, name, cuts.before(name))),
    async () => {
      await deleteIdleJobs(db);
      return cleanJobs(work, cuts.before("jobs"));
    },
  ];
  for (const step of steps) if (!(await step())) return { done: false, auditWaits };
  return { done: true, auditWaits };
}

const AUDIT: readonly AgedName[] = ["Change", "Decision", "SettingChange"];
const WALKED = AGED_NAMES.filter(isWalkedName).filter((name) => !AUDIT.includes(name));
