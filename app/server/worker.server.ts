import { Logger, run } from "graphile-worker";
import { z } from "zod";
import { SYNC_CUSTOMER_JOB } from "~/engine/observe/events.server";
import { EVALUATE_JOB } from "~/engine/runs/evaluate-jobs.server";
import type { Parity } from "~/facade/parity.server";
import type { Log } from "~/platform/log.server";

export type Worker = {
  /** Takes no more jobs, and waits for those that run. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  databaseUrl: string;
  parity: {
    events: Pick<Parity["events"], "settle">;
    runs: Pick<Parity["runs"], "help" | "cron">;
    workspace: Pick<Parity["workspace"], "makeWaitingChecks">;
  };
  log: Log;
  /** Jobs at once in this process. */
  concurrency: number;
  /** Starts a run over all users every ten minutes: only one, however many processes have the clock. */
  clock: boolean;
};

/** A job evaluates batches of a run while there are any. A run over a million users takes less. */
const HELP_MS = 10 * 60_000;
const CLOCK_JOB = "sync_payments";
/** Less than the ten minutes until the next one, which continues the run. */
const CLOCK_BUDGET_MS = 9 * 60_000;

const CHECKS_JOB = "check_waiting_users";
/** Shorter than the minute until the next one. */
const CHECKS_BUDGET_MS = 50_000;

const evaluateJob = z.object({ runId: z.string() });
const settleJob = z.object({ customerId: z.string() });

/**
 * Takes jobs from the queue: webhook events to settle (one job a customer, whose read starts after the events were stored),
 * batches of a run, checks that wait, and the clock's run. A job that fails is retried with a growing pause. Any number of processes share
 * the queue.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, parity, log, concurrency, clock } = options;
  const runner = await run({
    connectionString: databaseUrl,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2_000,
    crontab: [
      // Users who wait for a check that no living process makes any more.
      `* * * * * ${CHECKS_JOB} ?max=1&jobKey=${CHECKS_JOB}`,
      ...(clock ? [`*/10 * * * * ${CLOCK_JOB} ?max=1&jobKey=${CLOCK_JOB}`] : []),
    ].join("\n"),
    logger: createQueueLog(log),
    taskList: {
      [SYNC_CUSTOMER_JOB]: async (payload) => {
        await parity.events.settle(settleJob.parse(payload));
      },
      [EVALUATE_JOB]: async (payload) => {
        await parity.runs.help({ ...evaluateJob.parse(payload), budgetMs: HELP_MS });
      },
      [CHECKS_JOB]: () => parity.workspace.makeWaitingChecks(CHECKS_BUDGET_MS),
      [CLOCK_JOB]: async () => {
        const { runId, done, reason } = await parity.runs.cron({
          budgetMs: CLOCK_BUDGET_MS,
          scope: "incremental",
        });
        log.info({ runId, done, reason }, "scheduled run finished");
      },
    },
  });
  return {
    async stop() {
      await runner.stop();
      // Only then are its connections closed.
      await runner.promise;
    },
  };
}

/** The queue's own lines. It logs each start of a job as "info", which is "debug" for us. */
function createQueueLog(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === "error") log.error({ from: "queue" }, message);
    else if (level === "warning") log.warn({ from: "queue" }, message);
    else log.debug({ from: "queue" }, message);
  });
}
