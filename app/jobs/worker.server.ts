import { Logger, run } from "graphile-worker";
import { z } from "zod";
import { SETTLE_JOB } from "~/db/events.server";
import type { Log } from "~/log.server";
import type { Parity } from "~/reconcile/parity.server";

export type Worker = {
  /** Waits for the jobs under way, and takes no more. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  databaseUrl: string;
  parity: Pick<Parity, "events">;
  log: Log;
  /** Jobs at once in this process. */
  concurrency: number;
};

const settleJob = z.object({ customerId: z.string(), sessionId: z.string().nullable() });

/**
 * Works on the jobs that events left: one a customer, each done by a read that started after its events were stored. A
 * job that fails is tried again with a growing pause. Any number of processes share the queue.
 */
export async function startWorker({ databaseUrl, parity, log, concurrency }: WorkerOptions): Promise<Worker> {
  const runner = await run({
    connectionString: databaseUrl,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2_000,
    logger: queueLog(log),
    taskList: {
      [SETTLE_JOB]: async (payload) => {
        await parity.events.settle(settleJob.parse(payload));
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
