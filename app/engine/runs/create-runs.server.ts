import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import type { RunRow } from "~/engine/repair/runs.server";
import { requestCancel } from "./live-runs.server";
import { workOnBatches } from "./phases/evaluate-phase.server";
import { createRunDriver } from "./run-driver.server";
import { type Step, stepRun } from "./run-step.server";
import { type CronAnswer, runScheduled, startApply, startPreview } from "./start-runs.server";
import { type ApplyChoice, startSelectionPreview } from "./start-selection.server";

/**
 * Reconciling many users: starting, continuing and ending runs. Times in milliseconds. `driveMs`: how long a run is driven in the
 * background at once; null: to its end.
 */
export function createRuns(deps: Deps, { driveMs = null }: { driveMs?: number | null } = {}) {
  const { db, log } = deps;
  const stop = new AbortController();
  // Each request to Stripe listens to it.
  setMaxListeners(0, stop.signal);
  const working = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    working.add(work);
    const done = () => void working.delete(work);
    work.then(done, done);
    return work;
  };
  const step = (runId: string, budgetMs: number): Promise<Step | null> =>
    track(stepRun(deps, runId, { budgetMs, createId: randomUUID, stop: stop.signal }));
  const driver = createRunDriver({
    step,
    log,
    driveMs,
    wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
  });
  return {
    /** Evaluated from what is stored; writes no record. `readStripe` reads everything first. */
    preview: ({ actor, readStripe = false }: { actor: Actor; readStripe?: boolean }): Promise<RunRow> =>
      startPreview(deps, { actor, readStripe }, step),
    /** The same for the users of a selection. */
    previewSelection: (input: { actor: Actor; selectionId: string }): Promise<RunRow> =>
      startSelectionPreview(deps, input),
    /** Starts (or joins, when one is live) a whole-account run; with `previewRunId` only what was previewed. */
    async apply(input: { actor: Actor } & ApplyChoice): Promise<{ run: RunRow; joined: boolean }> {
      const { run, created } = await startApply(deps, input, step);
      return { run, joined: !created };
    },
    /** Works on a run for `budgetMs`; the run as it is then. Throws when there is no such run. */
    async step(runId: string, budgetMs: number): Promise<RunRow> {
      const done = await step(runId, budgetMs);
      if (!done) throw new Error("There is no such run");
      return done.run;
    },
    /** Works on a run to its end in this process, in the background. */
    drive: driver.drive,
    /** Waits for what is driven now, and for steps that end behind an answer. */
    async settle(): Promise<void> {
      await driver.settle();
      await Promise.allSettled(working);
    },
    /** Ends the run after what is being committed. `staffId`: who asks. */
    cancel: (runId: string, staffId: string | null = null) => requestCancel(db, runId, staffId),
    /** The cron route: continues the live whole-account run or starts one, within the budget. */
    cron: (input: { budgetMs: number; scope: "incremental" | "full" }): Promise<CronAnswer> =>
      runScheduled(deps, step, input),
    /** Evaluates batches of a run beside the process that has its lease, until none is left or the budget is used. */
    help({ runId, budgetMs }: { runId: string; budgetMs: number }): Promise<void> {
      const until = performance.now() + budgetMs;
      const hasTime = () => !stop.signal.aborted && performance.now() < until;
      return track(workOnBatches(deps, runId, { hasTime }));
    },
    /** Ends all steps with what is being committed; leases are released, and any process may go on at once. */
    stop: () => stop.abort(),
    /** The same, and waits for it. */
    async close() {
      stop.abort();
      await driver.close();
      await Promise.allSettled(working);
    },
  };
}
