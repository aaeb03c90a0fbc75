import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import type { RunRow } from "~/engine/repair/runs.server";
import { requestCancel } from "./live-runs.server";
import { workOnBatches } from "./phases/evaluate-phase.server";
import { createRunDriver } from "./run-driver.server";
import { type Step, stepRun } from "./run-step.server";
import { type CronAnswer, runScheduled, startApply, startPreview } from "./start-runs.server";

/** Reconciling many users: starting, continuing and ending runs. Times in milliseconds. */
export function createRuns(deps: Deps) {
  const { db, log } = deps;
  const step = (runId: string, budgetMs: number): Promise<Step | null> =>
    stepRun(deps, runId, budgetMs, randomUUID);
  const driver = createRunDriver({
    step,
    log,
    wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
  });
  return {
    /** Evaluated from what is stored; writes no record. `readStripe` reads everything first. */
    preview: ({ actor, readStripe = false }: { actor: Actor; readStripe?: boolean }): Promise<RunRow> =>
      startPreview(deps, { actor, readStripe }, step),
    /** Starts (or joins, when one is live) a whole-account run; with `previewRunId` only what was previewed. */
    async apply(input: { actor: Actor; previewRunId?: string }): Promise<{ run: RunRow; joined: boolean }> {
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
    cancel: (runId: string) => requestCancel(db, runId),
    /** The cron route: continues the live whole-account run or starts one, within the budget. */
    cron: (input: { budgetMs: number; scope: "incremental" | "full" }): Promise<CronAnswer> =>
      runScheduled(deps, step, input),
    /** Evaluates batches of a run beside the process that has its lease, until none is left or the budget is used. */
    help({ runId, budgetMs }: { runId: string; budgetMs: number }): Promise<void> {
      const until = performance.now() + budgetMs;
      return workOnBatches(deps, runId, { hasTime: () => performance.now() < until });
    },
    /** Stops after the present steps; leases are released. */
    close: driver.close,
  };
}
