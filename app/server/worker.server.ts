import { Logger, run } from "graphile-worker";
import { z } from "zod";
import { SETTLE_JOB } from "~/engine/observe/events.server";
import { EVALUATE_JOB } from "~/engine/runs/evaluate-jobs.server";
import type { Parity } from "~/facade/parity.server";
import type { Log } from "~/platform/log.server";

export type Worker = {
  /** Waits for the jobs under way, and takes no more. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  databaseUrl: string;
  parity: { events: Pick<Parity["events"], "settle">; runs: Pick<Parity["runs"], "help" | "cron"> };
  log: Log;
  /** Jobs at once in this process. */
  concurrency: number;
  /** Reconciles everybody every ten minutes: once, however many processes have the clock. */
  clock: boolean;
};

/** A helper goes on for as long as there are batches; a run over a million users takes less. */
const HELP_MS = 10 * 60_000;
const CLOCK_JOB = "sync_payments";
/** Less than the ten minutes until the next one, which goes on. */
const CLOCK_BUDGET_MS = 9 * 60_000;

const evaluateJob = z.object({ runId: z.string() });
const settleJob = z.object({ customerId: z.string(), sessionId: z.string().nullable() });

/**
 * Works on the jobs that events left: one a customer, each done by a read that started after its events were stored. A
 * job that fails is tried again with a growing pause. Any number of processes share the queue.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, parity, log, concurrency, clock } = options;
  const runner = await run({
    connectionString: databaseUrl,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2_000,
    crontab: clock ? `*/10 * * * * ${CLOCK_JOB} ?max=1&jobKey=${CLOCK_JOB}` : "",
    logger: queueLog(log),
    taskList: {
      [SETTLE_JOB]: async (payload) => {
        await parity.events.settle(settleJob.parse(payload));
      },
      [EVALUATE_JOB]: async (payload) => {
        await parity.runs.help({ ...evaluateJob.parse(payload), budgetMs: HELP_MS });
      },
      [CLOCK_JOB]: async () => {
        const { runId, done, reason } = await parity.runs.cron({
          budgetMs: CLOCK_BUDGET_MS,
          scope: "incremental",
        });
        log.info({ runId, done, reason }, "the clock reconciled everybody");
      },
    },
  });
  return {
    async stop() {
      await runner.stop();
      // Its connections are given back only after that.
      await runner.promise;
    },
  };
}

/** The queue's own lines, quieter by one level: that a job was begun is no news. */
function queueLog(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === "error") log.error({ from: "queue" }, message);
    else if (level === "warning") log.warn({ from: "queue" }, message);
    else log.debug({ from: "queue" }, message);
  });
}
