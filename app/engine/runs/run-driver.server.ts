import { findDatabaseTrouble } from "~/platform/database/trouble.server";
import type { Log } from "~/platform/log.server";
import type { Step } from "./run-step.server";

export type RunDriver = {
  /** Drives a run to its end in this process, in the background; a run that is driven already is left alone. */
  drive(runId: string): void;
  /** Waits for what is driven now. */
  settle(): Promise<void>;
  /** Stops after the present steps; the leases are released, and any process may continue. */
  close(): Promise<void>;
};

export type DriverOptions = {
  step: (runId: string, budgetMs: number) => Promise<Step | null>;
  log: Log;
  /** Resolves after some milliseconds, or at once when the signal says so. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Where no process stays alive: how long a run is driven before it is handed over, in milliseconds; null: to its end. */
  driveMs?: number | null;
};

const STEP_MS = 2_000;
const PAUSE_MS = 5_000;

const AWAY = Symbol("the database is away");

/** Calls `step` until the run is over; waits when Stripe does not answer or another process has the lease. */
export function createRunDriver({ step, log, wait, driveMs = null }: DriverOptions): RunDriver {
  const driven = new Map<string, Promise<void>>();
  const stop = new AbortController();

  async function driveToEnd(runId: string): Promise<void> {
    const until = driveMs === null ? Number.POSITIVE_INFINITY : performance.now() + driveMs;
    while (!stop.signal.aborted && performance.now() < until) {
      const done = await stepOrWait(runId);
      if (done === AWAY) continue;
      if (done?.run.state !== "running" || done.stopped) return;
      // Another process drives it, and this one does not live for its sake.
      if (driveMs !== null && !done.worked) return;
      if (done.run.reason !== null || !done.worked) await wait(PAUSE_MS, stop.signal);
    }
  }

  /** While the database cannot be used, nothing is wrong with the run. */
  async function stepOrWait(runId: string): Promise<Step | null | typeof AWAY> {
    try {
      return await step(runId, STEP_MS);
    } catch (error) {
      if (findDatabaseTrouble(error) === null) throw error;
      log.error(
        { err: error, runId },
        "run step failed; it is repeated when the database is available again",
      );
      await wait(PAUSE_MS, stop.signal);
      return AWAY;
    }
  }

  return {
    drive(runId) {
      if (driven.has(runId) || stop.signal.aborted) return;
      const done = driveToEnd(runId)
        .catch((error: unknown) =>
          log.error({ err: error, runId }, "run step failed; the run can be continued"),
        )
        .finally(() => driven.delete(runId));
      driven.set(runId, done);
    },
    async settle() {
      await Promise.all(driven.values());
    },
    async close() {
      stop.abort();
      await Promise.all(driven.values());
    },
  };
}
