import path from "node:path";
import { announce, DEMO_STAFF, findRunningDemo, formatWelcome } from "~/demo/announcement.server";
import { fillDemo, openSandbox, runInitialPreview } from "~/demo/demo.server";
import { loadDemoSecrets } from "~/demo/demo-secrets.server";
import { sendConsoleToLog } from "~/platform/console.server";
import { createProcessLog } from "~/platform/database/state.server";
import { describeProblems, type Environment, readEnvironment } from "~/platform/env.server";
import { readErrorText } from "~/platform/errors.server";
import { maskText } from "~/platform/mask.server";
import { ROOT } from "~/platform/root.server";
import { StartError } from "~/platform/start-error";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { readSourceStack } from "~/platform/surroundings/source-stack.server";
import { startTracing } from "~/platform/tracing/start-tracing.server";
import type { Application, ApplicationOptions } from "./application.server";
import { describeStart } from "./describe-start.server";
import { type Listener, openListener } from "./listener.server";
import { openPostgres } from "./open-postgres.server";
import { loadPages } from "./pages.server";
import { prepareDatabase } from "./require-database.server";
import { requireRightAccount } from "./require-right-account.server";
import { closeOnExit, type ShutdownHooks } from "./shutdown.server";
import { watchParent } from "./watch-parent.server";

// The composition root of `npm start` and `npm run dev`: binds everything to this machine's environment and processes. It
// runs what is built; the npm scripts build before it.

const isDevelopment = process.argv.includes("--dev");

outliveOutput();

const say = (message: string) => void process.stdout.write(`${message}\n`);

async function start(): Promise<void> {
  const environment = loadEnvironment();
  // React is several times slower without it.
  process.env.NODE_ENV ??= isDevelopment ? "development" : "production";
  const { log, databaseState } = await openLog(environment);
  sendConsoleToLog(log);
  const shutdown = closeOnExit(log);
  const tracing = await startTracing(environment.tracesEndpoint, log);
  if (tracing) shutdown.add({ name: "traces", close: tracing.close });
  watchParent({
    startedByNpm: process.env.npm_lifecycle_event !== undefined,
    onGone: () => shutdown.end("npm, which started this process, has ended"),
  });
  try {
    await serve(environment, { log, databaseState }, shutdown);
  } catch (error) {
    report(error);
    await shutdown.closeAll();
    process.exit(error instanceof StartError ? error.exitCode : 1);
  }
}

type ProcessLog = ReturnType<typeof createProcessLog>;

async function serve(
  given: Environment,
  { log, databaseState }: ProcessLog,
  shutdown: ShutdownHooks,
): Promise<void> {
  const isDemo = given.mode === "demo";
  if (isDemo) await refuseSecondDemo(given);
  const listener = await openPort(given, isDemo);
  const environment = { ...given, ...(isDemo && toActualPort(given, listener.port)) };

  const postgres = await openPostgres({ ...environment, log: say });
  shutdown.add({ name: "postgres", close: postgres.stop });
  await prepareDatabase(postgres.url, { embedded: environment.databaseUrl === null });
  const { createDatabase } = await import("~/platform/client.server");
  const db = createDatabase(postgres.url, { log });
  shutdown.add({ name: "database", close: () => db.$disconnect() });
  const sandbox = isDemo
    ? await openSandbox({ ...environment, appUrl: `http://127.0.0.1:${listener.port}` })
    : null;
  if (sandbox) shutdown.add({ name: "sandbox", close: sandbox.close });
  const stripe = sandbox?.stripe ?? environment.stripe;
  if (!stripe) throw new Error("Production started without a Stripe key.");
  const isNew = sandbox !== null && (await fillDemo(db, sandbox.api));

  const bindings = {
    environment,
    db,
    databaseUrl: postgres.url,
    stripe,
    sandbox: sandbox !== null,
    log,
    databaseState,
  };
  const application = isDevelopment
    ? await openDevelopment(bindings, listener, shutdown)
    : await openBuilt(bindings);
  const { parity, staffAuth } = application;
  if (isNew) await runInitialPreview(parity);
  if (!sandbox) await requireRightAccount(parity);
  await application.startWorker();
  shutdown.add(...application.hooks);
  // Closed first, so that running requests still have everything that they use.
  shutdown.add({ name: "web server", close: () => application.server.close() });
  // Before that: a request that drives a run is answered when the run has been handed over.
  shutdown.add({ name: "runs", close: () => parity.stop() });
  if (!sandbox) {
    await application.server.listen(listener);
    const facts = await describeStart(db);
    log.info({ port: listener.port, url: environment.appUrl, stripe: stripe.mode, ...facts }, "listening");
    return;
  }
  const { adminPassword: password } = loadDemoSecrets(environment.dataDirectory);
  for (const member of DEMO_STAFF) await staffAuth.addStaff({ ...member, password });
  await application.server.listen(listener);
  const facts = {
    pid: process.pid,
    url: environment.appUrl,
    email: DEMO_STAFF[0].email,
    password,
    sandboxUrl: sandbox.url,
    cronSecret: environment.cronSecret ?? "",
    databaseUrl: postgres.url,
  };
  shutdown.add({ name: "announcement", close: announce(environment.dataDirectory, facts) });
  say(formatWelcome(facts, environment.dataDirectory));
}

type Bindings = Omit<ApplicationOptions, "pages">;

async function openBuilt(bindings: Bindings): Promise<Application> {
  const { openApplication } = await import("./application.server");
  const pages = { build: await loadPages(), assets: path.join(ROOT, "build/client") };
  return openApplication({ ...bindings, pages });
}

async function openDevelopment(
  bindings: Bindings,
  listener: Listener,
  shutdown: ShutdownHooks,
): Promise<Application> {
  const { openLiveApplication } = await import("./development.server");
  return openLiveApplication(ROOT, bindings, { listener, shutdown });
}

function loadEnvironment(): Environment {
  const reading = readEnvironment(process.env, loadDemoSecrets);
  if (reading.ok) return reading.environment;
  throw new StartError(
    `Parity cannot start with this environment:\n${describeProblems(reading.problems)}`,
    2,
  );
}

/** JSON lines; in the demo on a terminal lines for people, where pino-pretty is installed. */
async function openLog({ mode, logLevel }: Environment): Promise<ProcessLog> {
  const isForPeople = mode === "demo" && process.stdout.isTTY;
  const pretty = isForPeople ? await import("pino-pretty").catch(() => null) : null;
  const destination = pretty?.default({ colorize: true, translateTime: "SYS:HH:MM:ss" });
  return createProcessLog({ level: logLevel, destination });
}

/** Two demos on the same data would each overwrite the sandbox's state of the other. */
async function refuseSecondDemo({ dataDirectory }: Environment): Promise<void> {
  const running = await findRunningDemo(dataDirectory);
  if (running)
    throw new StartError(
      `The demo in ${dataDirectory} is running already: ${running.url} (process ${running.pid})`,
    );
}

async function openPort({ host, port }: Environment, orNextFree: boolean): Promise<Listener> {
  try {
    const listener = await openListener({ port, orNextFree, host: host ?? undefined });
    if (port !== 0 && listener.port !== port) say(`Port ${port} is in use; using ${listener.port}.`);
    return listener;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EADDRINUSE") throw new StartError(`Port ${port} is in use. Set PORT to another one.`);
    if (code === "EACCES")
      throw new StartError(`This user may not open port ${port}. Set PORT to another one.`);
    throw error;
  }
}

/** The demo's address follows the port that it got, unless APP_URL sets the address. */
function toActualPort({ appUrl, port }: Environment, actual: number): Partial<Environment> {
  return appUrl === `http://localhost:${port}` ? { appUrl: `http://localhost:${actual}`, port: actual } : {};
}

/** Prints an expected error as its message, and a bug with its stack, both with secrets masked. */
function report(error: unknown): void {
  const stack = error instanceof Error ? readSourceStack(error) : undefined;
  const text = error instanceof StartError ? error.message : maskText(stack ?? readErrorText(error));
  process.stderr.write(`${text}\n`);
}

start().catch((error: unknown) => {
  report(error);
  process.exit(error instanceof StartError ? error.exitCode : 1);
});
