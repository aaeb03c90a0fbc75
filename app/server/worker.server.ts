import { EventEmitter } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Logger, run, type WorkerEvents } from "graphile-worker";
import { CHECKS_JOB, CLEAN_JOB, CLOCK_JOB, strikeClock } from "~/engine/runs/clock-jobs.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { SCHEMA } from "~/platform/migrations/schema.server";
import { createQueuePool } from "~/platform/queue/queue-pool.server";
import { recordHeartbeat, releaseJobs, releaseJobsOfTheDead } from "~/platform/queue/worker-processes.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import { createTasks, type TaskOptions } from "./worker/tasks.server";

export type Worker = {
  /** Takes no more jobs, and waits for those that run; those that take longer are handed over to another process. */
  stop(): Promise<void>;
  /** Whether it takes jobs now: false while the queue has failed and is started again. */
  isWorking(): boolean;
};

export type WorkerOptions = TaskOptions & {
  databaseUrl: string;
  db: Database;
  /** Jobs at once in this process. */
  concurrency: number;
  /** Starts a run over all users every ten minutes: only one, however many processes have the clock. */
  clock: boolean;
  /** How long `stop` waits for running jobs, before it hands them over. Milliseconds. */
  stopWithinMs?: number;
};

const HEARTBEAT_MS = 10_000;
const CLOCK_LOOK_MS = 5_000;
/** Checks that applications ask for in SQL: the page of a customer who has just paid waits ten seconds. */
const REQUESTS_LOOK_MS = 2_000;
const START_AGAIN_MS = 5_000;
/** Less than a shutdown hook may take. */
const STOP_MS = 8_000;

/**
 * Takes jobs from the queue: webhook events to settle (one job a customer, whose read starts after the events were stored),
 * batches of a run, checks that wait, and the clock's run. A job that fails is retried with a growing pause; jobs of a
 * process that died are taken up within a minute. Any number of processes share the queue. When the queue itself fails, it is started again.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { db, log, clock, parity } = options;
  const stopping = new AbortController();
  let queue = await openQueue(options);
  let isOpen = true;
  void supervise();
  await keepAlive();
  const timers = [
    repeat(HEARTBEAT_MS, keepAlive),
    repeat(CLOCK_LOOK_MS, () => parity.alerts.checkEachMinute()),
    repeat(REQUESTS_LOOK_MS, () => parity.workspace.takeRequests()),
    repeat(CLOCK_LOOK_MS, async () => {
      await strikeClock(db, CHECKS_JOB);
      await strikeClock(db, CLEAN_JOB);
      if (clock) await strikeClock(db, CLOCK_JOB);
    }),
  ];

  async function keepAlive(): Promise<void> {
    await recordHeartbeat(db, queue.poolId());
    const jobs = await releaseJobsOfTheDead(db);
    if (jobs > 0) log.warn({ jobs }, "jobs of a dead worker handed over");
  }

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      const reason = await queue.ended;
      isOpen = false;
      if (stopping.signal.aborted) return;
      log.error({ err: reason }, "queue stopped; starting it again");
      await reopen();
    }
  }

  async function reopen(): Promise<void> {
    while (!stopping.signal.aborted) {
      await wait(START_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        // It has ended, so what it has locked need not wait until its heartbeat is old.
        await releaseJobs(db, [queue.poolId()]);
        queue = await openQueue(options);
        isOpen = true;
        log.info("queue started again");
        return;
      } catch (err) {
        log.debug({ err }, "queue not started");
      }
    }
  }

  /** Calls `work` now and then, one call at a time. What fails is tried again: the database may be away. */
  function repeat(everyMs: number, work: () => Promise<unknown>): NodeJS.Timeout {
    let isWorking = false;
    return setInterval(() => {
      if (isWorking) return;
      isWorking = true;
      work()
        .catch((err: unknown) => log.debug({ err }, "queue upkeep failed"))
        .finally(() => {
          isWorking = false;
        });
    }, everyMs);
  }

  return {
    async stop() {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await queue.stop();
    },
    isWorking: () => isOpen && !stopping.signal.aborted,
  };
}

type Queue = {
  /** The id under which its jobs are locked. */
  poolId: () => string;
  /** Resolves with the reason when it has stopped, for whatever cause. */
  ended: Promise<unknown>;
  stop: () => Promise<void>;
};

async function openQueue(options: WorkerOptions): Promise<Queue> {
  const { log, concurrency } = options;
  let poolId = "";
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => {
    poolId = workerPool.id;
  });
  // One more to listen for new jobs, and one to spare.
  const pgPool = createQueuePool(options.databaseUrl, concurrency + 2, log);
  const runner = await run({
    pgPool,
    schema: SCHEMA,
    concurrency,
    noHandleSignals: true,
    parsedCronItems: [],
    pollInterval: 2_000,
    // They belong to a session, and PgBouncer gives each transaction another one: then no job would ever be taken.
    noPreparedStatements: true,
    events,
    logger: createQueueLog(log),
    taskList: createTasks(options),
    // With a delay, even of zero, a finished job is reported again while the database is away; without one the process ends.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  }).catch(async (error: unknown) => {
    await pgPool.end();
    throw error;
  });
  const ended = runner.promise
    .then(
      () => null,
      (error: unknown) => error,
    )
    .finally(() => pgPool.end());
  return {
    poolId: () => poolId,
    ended,
    async stop() {
      // A runner that has stopped by itself refuses to stop.
      const stopped = runner.stop().then(
        () => ended,
        () => {},
      );
      await releaseLateJobs(options, stopped, poolId);
    },
  };
}

/** Hands over what is not finished when the time is up. */
async function releaseLateJobs(
  { db, log, stopWithinMs = STOP_MS }: WorkerOptions,
  stopped: Promise<unknown>,
  poolId: string,
): Promise<void> {
  const isLate = (await withTimeout(stopped, stopWithinMs)) === TIMED_OUT;
  const jobs = await releaseJobs(db, [poolId]);
  if (isLate || jobs > 0) log.warn({ jobs }, "jobs handed over; they were not finished in time");
}

/** The queue's own lines. It logs each start of a job as "info", which is "debug" for us. */
function createQueueLog(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    // An error that comes along tells whether it is the database's, which is reported once.
    if (level === "error") log.error({ from: "queue", ...(meta?.error ? { err: meta.error } : {}) }, message);
    else if (level === "warning") log.warn({ from: "queue" }, message);
    else log.debug({ from: "queue" }, message);
  });
}
