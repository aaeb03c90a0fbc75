import { z } from "zod";
import { SYNC_CHARGE_JOB, SYNC_CUSTOMER_JOB } from "~/engine/observe/events.server";
import { CHECKS_JOB, CLEAN_JOB, CLOCK_JOB } from "~/engine/runs/clock-jobs.server";
import { CONTINUE_JOB, EVALUATE_JOB } from "~/engine/runs/run-jobs.server";
import type { Parity } from "~/facade/parity.server";
import type { Log } from "~/platform/log.server";
import { jobSeconds } from "~/platform/metrics/process-meters.server";
import { withSpan } from "~/platform/tracing/spans.server";

export type TaskOptions = {
  parity: {
    events: Pick<Parity["events"], "settle" | "settleCharge">;
    runs: Pick<Parity["runs"], "help" | "cron" | "step">;
    workspace: Pick<Parity["workspace"], "makeWaitingChecks" | "takeRequests">;
    alerts: Pick<Parity["alerts"], "checkEachMinute">;
    cleaner: Pick<Parity["cleaner"], "cleanIfDue">;
  };
  log: Log;
};

/** A job evaluates batches of a run while there are any. A run over a million users takes less. */
const HELP_MS = 10 * 60_000;
/** Less than the ten minutes until the next one, which continues the run. */
const CLOCK_BUDGET_MS = 9 * 60_000;
/** Shorter than the minute until the next one. */
const CHECKS_BUDGET_MS = 50_000;

/** Less than the fifteen minutes after which a job counts as lost. */
const CLEAN_BUDGET_MS = 8 * 60_000;

const runJob = z.object({ runId: z.string() });
const chargeJob = z.object({ chargeId: z.string() });
const settleJob = z.object({ customerId: z.string() });

type Task = (payload: unknown) => Promise<void>;

/** What the jobs of the queue do, by their names; how long each takes is measured. */
export function createTasks({ parity, log }: TaskOptions): Record<string, Task> {
  const tasks: Record<string, Task> = {
    [SYNC_CUSTOMER_JOB]: async (payload) => {
      await parity.events.settle(settleJob.parse(payload));
    },
    [SYNC_CHARGE_JOB]: async (payload) => {
      await parity.events.settleCharge(chargeJob.parse(payload));
    },
    [EVALUATE_JOB]: async (payload) => {
      await parity.runs.help({ ...runJob.parse(payload), budgetMs: HELP_MS });
    },
    [CONTINUE_JOB]: async (payload) => {
      await parity.runs.step(runJob.parse(payload).runId, CLOCK_BUDGET_MS);
    },
    [CHECKS_JOB]: () => parity.workspace.makeWaitingChecks(CHECKS_BUDGET_MS),
    [CLEAN_JOB]: async () => {
      await parity.cleaner.cleanIfDue(CLEAN_BUDGET_MS);
    },
    [CLOCK_JOB]: async () => {
      const { runId, done, reason } = await parity.runs.cron({
        budgetMs: CLOCK_BUDGET_MS,
        scope: "incremental",
      });
      log.info({ runId, done, reason }, "scheduled run finished");
    },
  };
  return Object.fromEntries(Object.entries(tasks).map(([job, task]) => [job, measure(job, task)]));
}

const measure =
  (job: string, task: Task): Task =>
  async (payload) => {
    const end = jobSeconds.startTimer({ task: job });
    try {
      await withSpan({ name: `job ${job}`, kind: "consumer" }, () => task(payload));
      end({ outcome: "ok" });
    } catch (error) {
      end({ outcome: "failed" });
      throw error;
    }
  };
