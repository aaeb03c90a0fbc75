import { loadDemoSecrets } from "~/demo/demo-secrets.server";
import { sendConsoleToLog } from "~/platform/console.server";
import { createProcessLog } from "~/platform/database/state.server";
import { describeProblems, type Environment, readEnvironment } from "~/platform/env.server";
import { measureProcess } from "~/platform/metrics/process-meters.server";
import { StartError } from "~/platform/start-error";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { startTracing } from "~/platform/tracing/start-tracing.server";
import { describeStart } from "./describe-start.server";
import { requireDatabase } from "./require-database.server";
import { requireRightAccount } from "./require-right-account.server";
import { closeOnExit, drain } from "./shutdown.server";
import { watchParent } from "./watch-parent.server";
import { answerForWorker, openWorkerPort, readWorkerPort } from "./worker/port.server";

// The composition root of `npm run worker`: a process beside the web processes, on the same database. It takes jobs from
// the queue (events to settle, batches of runs to evaluate) and starts a run every ten minutes.

const JOBS_AT_ONCE = 8;
/** How long the last questions about health may take at the end. Milliseconds. */
const DRAIN_MS = 1_000;

outliveOutput();

async function work(): Promise<void> {
  const environment = loadEnvironment();
  const {
    databaseUrl,
    stripe,
    logLevel,
    alertWebhookUrl: webhookUrl,
    appUrl,
    metricsToken,
    tracesEndpoint,
  } = environment;
  const port = readWorkerPort(process.argv.slice(2), environment.workerPort);
  if (databaseUrl === null || stripe === null)
    throw new StartError(
      "The worker needs DATABASE_URL and STRIPE_SECRET_KEY. In the demo the web process does its work.",
      2,
    );
  const listener = port === null ? null : await openWorkerPort(port, environment.host);
  await requireDatabase(databaseUrl);
  const { log, databaseState } = createProcessLog({ level: logLevel });
  sendConsoleToLog(log);
  const shutdown = closeOnExit(log);
  const tracing = await startTracing(tracesEndpoint, log);
  if (tracing) shutdown.add({ name: "traces", close: tracing.close });
  watchParent({
    startedByNpm: process.env.npm_lifecycle_event !== undefined,
    onGone: () => shutdown.end("npm, which started this process, has ended"),
  });
  const { createDatabase } = await import("~/platform/client.server");
  const { openParity } = await import("./open-parity.server");
  const { startWorker } = await import("./worker.server");
  const db = createDatabase(databaseUrl, { log });
  shutdown.add({ name: "database", close: () => db.$disconnect() });
  const parity = openParity({
    ...{ db, stripe, sandbox: false, log, databaseState },
    alerts: { webhookUrl, appUrl },
  });
  shutdown.add({ name: "engine", close: () => parity.close() });
  await requireRightAccount(parity);
  measureProcess();
  const worker = await startWorker({ databaseUrl, db, parity, log, concurrency: JOBS_AT_ONCE, clock: true });
  shutdown.add({ name: "worker", close: worker.stop });
  // Before that: a job that drives a run ends when the run has been handed over.
  shutdown.add({ name: "runs", close: () => parity.stop() });
  if (listener) {
    const { isWorking } = worker;
    const ready = () => parity.database.check();
    listener.handle(answerForWorker({ isWorking, ready, metrics: parity.metrics, metricsToken }));
    shutdown.add({ name: "port", close: () => drain(listener.server, log, DRAIN_MS) });
  }
  log.info(
    { jobsAtOnce: JOBS_AT_ONCE, port: listener?.port ?? null, ...(await describeStart(db)) },
    "worker started",
  );
}

function loadEnvironment(): Environment {
  const reading = readEnvironment(process.env, loadDemoSecrets);
  if (reading.ok) return reading.environment;
  throw new StartError(`The worker cannot start:\n${describeProblems(reading.problems)}`, 2);
}

await work().catch((error: unknown) => {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
});
