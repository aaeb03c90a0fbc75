import { keptDemoSecrets } from "~/demo/demo-secrets.server";
import { describeProblems, readEnvironment } from "~/platform/env.server";
import { createLog } from "~/platform/log.server";
import { trackOpened } from "./process-end.server";

// The composition root of `npm run worker`: a process beside the web processes, on the same database, that works on the
// jobs that events leave, evaluates batches of runs, and has the clock.

const jobsAtOnce = 8;

const reading = readEnvironment(process.env, keptDemoSecrets);
if (!reading.ok) {
  process.stderr.write(`The worker cannot start:\n${describeProblems(reading.problems)}\n`);
  process.exit(2);
}
const { environment } = reading;
const { databaseUrl, stripe } = environment;
if (databaseUrl === null || stripe === null) {
  process.stderr.write(
    "The worker needs DATABASE_URL and STRIPE_SECRET_KEY. In the demo the web process works.\n",
  );
  process.exit(2);
}
const log = createLog({ level: environment.logLevel });
const opened = trackOpened(log);
const { createDatabase } = await import("~/platform/client.server");
const { openParity } = await import("./open-parity.server");
const { startWorker } = await import("./worker.server");
const db = createDatabase(databaseUrl, { log });
opened.push({ name: "database", close: () => db.$disconnect() });
const parity = openParity({ db, stripe, sandbox: false, log });
opened.push({ name: "reconcile", close: () => parity.close() });
const worker = await startWorker({ databaseUrl, parity, log, concurrency: jobsAtOnce, clock: true });
opened.push({ name: "worker", close: worker.stop });
log.info({ jobsAtOnce }, "the worker is running");
