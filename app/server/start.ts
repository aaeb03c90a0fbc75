import { resolve } from "node:path";
import type { ServerBuild } from "@remix-run/node";
import type { RequestHandler } from "express";
import { createCustomerAuth } from "~/auth/customer.server";
import { createStaffAuth } from "~/auth/staff.server";
import { announce, runningDemo, welcome } from "~/demo/announcement.server";
import { fillDemo, openSandbox, runInitialPreview } from "~/demo/demo.server";
import { keptDemoSecrets } from "~/demo/demo-secrets.server";
import { openPostgres } from "~/demo/postgres.server";
import type { Readiness } from "~/http/context";
import type { Database } from "~/platform/client.server";
import { describeProblems, type Environment, readEnvironment } from "~/platform/env.server";
import { createLog, type Log } from "~/platform/log.server";
import { maskText } from "~/platform/mask.server";
import { applyMigrations, pendingMigrations } from "~/platform/migrate.server";
import { databaseClient, ensureMade, type Making, pages } from "./build.server";
import { type Listener, openListener } from "./listener.server";
import { type Opened, trackOpened } from "./process-end.server";
import { createServer } from "./web-server";

// The composition root of `npm start`: binds everything to this machine's environment, clock and processes.
// What needs the generated database client is imported only when that has been made.

const root = resolve(import.meta.dirname, "../..");
const development = process.argv.includes("--dev");
const demoAdmin = "admin@example.com";
const readinessMs = 2_000;
/** Beside the requests that this process answers; `npm run worker` takes more. */
const jobsAtOnce = 2;

/** A start that cannot be, in words for the person at the terminal. */
class CannotStart extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

const say = (message: string) => void process.stdout.write(`${message}\n`);

async function start(): Promise<void> {
  // React is many times slower without it. Nothing of ours asks for it.
  process.env.NODE_ENV ??= development ? "development" : "production";
  const wanted = readEnvironmentOrNot();
  const demo = wanted.mode === "demo";
  const log = createLog({ level: wanted.logLevel, forPeople: demo && process.stdout.isTTY });
  const opened = trackOpened(log);
  try {
    await serve(wanted, log, opened);
  } catch (error) {
    complain(error);
    await opened.end(error instanceof CannotStart ? error.exitCode : 1);
  }
}

async function serve(wanted: Environment, log: Log, opened: Opened): Promise<void> {
  const demo = wanted.mode === "demo";
  if (demo) await refuseSecondDemo(wanted);
  const listener = await openPort(wanted, demo);
  const environment = { ...wanted, ...(demo && atPort(wanted, listener.port)) };

  await make(databaseClient);
  if (!development) await make(pages);
  const postgres = await openPostgres({ ...environment, log: say });
  opened.push({ name: "postgres", close: postgres.stop });
  await migrate(environment, postgres.url);
  const { createDatabase } = await import("~/platform/client.server");
  const db = createDatabase(postgres.url, { log });
  opened.push({ name: "database", close: () => db.$disconnect() });
  const sandbox = demo
    ? await openSandbox({ ...environment, appUrl: `http://127.0.0.1:${listener.port}` })
    : null;
  if (sandbox) opened.push({ name: "sandbox", close: sandbox.close });
  const stripe = sandbox?.stripe ?? environment.stripe;
  if (!stripe) throw new Error("Production without a Stripe key was let through.");
  const isNew = sandbox !== null && (await fillDemo(db, sandbox.api));

  const { openParity } = await import("./open-parity.server");
  const parity = openParity({
    db,
    stripe,
    log,
    sandbox: sandbox !== null,
    staysAlive: environment.staysAlive,
  });
  if (isNew) await runInitialPreview(parity);
  opened.push({ name: "reconcile", close: () => parity.close() });
  if (environment.staysAlive) {
    const { startWorker } = await import("./worker.server");
    const jobs = { databaseUrl: postgres.url, parity, log, concurrency: jobsAtOnce, clock: false };
    const worker = await startWorker(jobs);
    opened.push({ name: "worker", close: worker.stop });
  }
  const staffAuth = createStaffAuth({ db, environment, log });
  const server = createServer({
    environment,
    log,
    parity,
    staffAuth,
    customerAuth: createCustomerAuth({ environment, now: Date.now }),
    ready: () => readiness(db, postgres.url),
    assets: resolve(root, "build/client"),
    ...(development ? await developmentServer(opened) : { build: await builtPages() }),
  });
  // The last one opened, and so the first to close: requests finish while everything that they use is there.
  opened.push({ name: "web server", close: () => server.close() });
  if (!sandbox) {
    await server.listen(listener);
    log.info({ port: listener.port, url: environment.appUrl, stripe: stripe.mode }, "Parity is running");
    return;
  }
  const { adminPassword: password } = keptDemoSecrets(environment.dataDirectory);
  await staffAuth.addStaff({ email: demoAdmin, name: "Demo Admin", role: "admin", password });
  await server.listen(listener);
  const facts = {
    pid: process.pid,
    url: environment.appUrl,
    email: demoAdmin,
    password,
    sandboxUrl: sandbox.url,
    cronSecret: environment.cronSecret ?? "",
    databaseUrl: postgres.url,
  };
  opened.push({ name: "announcement", close: announce(environment.dataDirectory, facts) });
  say(welcome(facts, environment.dataDirectory));
}

function readEnvironmentOrNot(): Environment {
  const reading = readEnvironment(process.env, keptDemoSecrets);
  if (reading.ok) return reading.environment;
  throw new CannotStart(
    `Parity cannot start with this environment:\n${describeProblems(reading.problems)}`,
    2,
  );
}

/** Two demos on the same data would each write the sandbox's state over the other's. */
async function refuseSecondDemo({ dataDirectory }: Environment): Promise<void> {
  const running = await runningDemo(dataDirectory);
  if (running)
    throw new CannotStart(
      `The demo in ${dataDirectory} is running already: ${running.url} (process ${running.pid})`,
    );
}

async function openPort({ port }: Environment, orNextFree: boolean): Promise<Listener> {
  try {
    const listener = await openListener({ port, orNextFree });
    if (port !== 0 && listener.port !== port) say(`Port ${port} is taken; using ${listener.port}.`);
    return listener;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EADDRINUSE") throw new CannotStart(`Port ${port} is taken. Set PORT to another one.`);
    if (code === "EACCES")
      throw new CannotStart(`Port ${port} may not be opened by this user. Set PORT to another one.`);
    throw error;
  }
}

/** The demo's address follows the port that it got, unless APP_URL says where it is. */
function atPort({ appUrl, port }: Environment, actual: number): Partial<Environment> {
  return appUrl === `http://localhost:${port}` ? { appUrl: `http://localhost:${actual}`, port: actual } : {};
}

async function make(making: Making): Promise<void> {
  const made = await ensureMade(root, making, say);
  if (!made.ok) throw new CannotStart(`Building ${made.name} failed:\n${made.output}`);
}

/** Our own database is brought up to date; somebody's own only by them. */
async function migrate({ databaseUrl }: Environment, url: string): Promise<void> {
  if (databaseUrl === null) {
    await applyMigrations(url);
    return;
  }
  const pending = await pendingMigrations(url).catch((error: unknown) => {
    throw new CannotStart(`The database of DATABASE_URL cannot be used: ${maskText(messageOf(error))}`);
  });
  if (pending.length > 0)
    throw new CannotStart(
      `The database is behind by ${pending.length === 1 ? "1 migration" : `${pending.length} migrations`} (${pending.join(", ")}).\nRun: npm run db:migrate`,
    );
}

async function readiness(db: Database, url: string): Promise<Readiness> {
  const check = async (): Promise<Readiness> => {
    await db.$queryRaw`SELECT 1`;
    const pending = await pendingMigrations(url);
    return pending.length === 0 ? { ok: true } : { ok: false, reason: "the database's schema is behind" };
  };
  const away: Readiness = { ok: false, reason: "the database does not answer" };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((settle) => {
    timer = setTimeout(() => settle(away), readinessMs);
  });
  return Promise.race([check().catch(() => away), late]).finally(() => clearTimeout(timer));
}

async function builtPages(): Promise<ServerBuild> {
  return import(resolve(root, "build/server/index.js"));
}

/** Pages straight from their sources, by Vite, which reloads what changes. */
async function developmentServer(opened: Opened): Promise<{
  build: () => Promise<ServerBuild>;
  development: RequestHandler;
}> {
  const vite = await import("vite");
  const before = process.listeners("SIGTERM");
  const server = await vite.createServer({ root, server: { middlewareMode: true } });
  // Vite would end the process itself, before the rest is closed.
  for (const added of process.listeners("SIGTERM"))
    if (!before.includes(added)) process.off("SIGTERM", added);
  opened.push({ name: "development server", close: () => server.close() });
  return {
    build: async () => (await server.ssrLoadModule("virtual:remix/server-build")) as ServerBuild,
    development: server.middlewares,
  };
}

/** What is expected is said in its own words; a bug with its stack, in which nothing secret is left standing. */
function complain(error: unknown): void {
  const expected =
    error instanceof CannotStart || (error instanceof Error && error.name === "EmbeddedPostgresError");
  const stack = error instanceof Error ? error.stack : undefined;
  process.stderr.write(`${expected ? error.message : maskText(stack ?? messageOf(error))}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

start().catch((error: unknown) => {
  complain(error);
  process.exit(error instanceof CannotStart ? error.exitCode : 1);
});
