import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { findRunningDemo } from "~/demo/announcement.server";
import { fillDemo, openSandbox, runInitialPreview, toStripeEnvironment } from "~/demo/demo.server";
import { loadDemoSecrets } from "~/demo/demo-secrets.server";
import type { Database } from "~/platform/client.server";
import { createProcessLog } from "~/platform/database/state.server";
import { explainTrouble, findDatabaseTrouble, isStoppedStatement } from "~/platform/database/trouble.server";
import {
  describeProblems,
  type Environment,
  readEnvironment,
  type StripeEnvironment,
} from "~/platform/env.server";
import { logLevel } from "~/platform/env-fields.server";
import { readErrorText } from "~/platform/errors.server";
import type { Log } from "~/platform/log.server";
import { maskText } from "~/platform/mask.server";
import { StartError } from "~/platform/start-error";
import { askPerson } from "~/platform/surroundings/ask-person.server";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { readSourceStack } from "~/platform/surroundings/source-stack.server";
import { describeSurroundings } from "~/platform/surroundings/surroundings.server";
import { startTracing } from "~/platform/tracing/start-tracing.server";
import { openPostgres } from "~/server/open-postgres.server";
import { prepareDatabase } from "~/server/require-database.server";
import { type CloseHook, closeAll } from "~/server/shutdown.server";
import { openWorkplace } from "./audit/workplace";
import { createBareContext } from "./bare-context";
import { EXIT } from "./command";
import { type Opening, runCommandLine } from "./run-command";

// Entry point of `npm run parity`: connects the commands to the environment, the clock and the terminal.

const CLOSE_MS = 10_000;
/** How long a command may go on after a signal: a run is handed over, and what is being written ends. */
const STOP_MS = 5_000;
const SAY_AFTER_MS = 1_000;
const stderr = (line: string) => void process.stderr.write(line);
const say = (message: string) => stderr(`${message}\n`);

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    const code = signal === "SIGINT" ? 130 : 143;
    if (interrupted.signal.aborted) process.exit(code);
    interrupted.abort();
    const ending = "Stopping when what is under way has ended, in a few seconds at most. Once more: at once.";
    setTimeout(() => say(ending), SAY_AFTER_MS).unref();
    // What waits for Stripe, or for a lock, may wait for minutes. Transactions that are open are rolled back.
    setTimeout(() => {
      say("Stopped before it had ended. What was committed is kept. Repeat the command.");
      process.exit(code);
    }, STOP_MS).unref();
  });
outliveOutput();

async function open(): Promise<Opening> {
  const reading = readEnvironment(process.env, loadDemoSecrets);
  if (!reading.ok)
    return { ok: false, message: `The environment is not valid:\n${describeProblems(reading.problems)}` };
  const { environment } = reading;
  // Standard output is for the answer. Only errors are logged beside it, unless LOG_LEVEL is set.
  const level = process.env.LOG_LEVEL ? environment.logLevel : "error";
  const { log, databaseState } = createProcessLog({ level, destination: { write: stderr } });
  const opened: CloseHook[] = [];
  const close = () => closeAll(opened.toReversed(), log, CLOSE_MS);
  const tracing = await startTracing(environment.tracesEndpoint, log);
  if (tracing) opened.push({ name: "traces", close: tracing.close });
  const refuse = async (message: string): Promise<Opening> => {
    await close();
    return { ok: false, message };
  };
  try {
    const parts = await openInstallation(environment, log, opened);
    if (!parts.ok) return await refuse(parts.message);
    return {
      ok: true,
      close,
      context: await createContext({ ...parts, environment }, { log, databaseState }, opened),
    };
  } catch (error) {
    return refuse(describeError(error));
  }
}

type Installation = {
  ok: true;
  db: Database;
  databaseUrl: string;
  stripe: StripeEnvironment;
  sandbox: boolean;
  isNew: boolean;
  /** Where links lead, and where alerts are sent. */
  appUrl: string;
};

/** In the demo: the instance that is already running, or a new one. In production: what the environment names. */
async function openInstallation(
  environment: Environment,
  log: Log,
  opened: CloseHook[],
): Promise<Installation | { ok: false; message: string }> {
  const { createDatabase } = await import("~/platform/client.server");
  const { dataDirectory, databaseUrl, stripe, appUrl } = environment;
  const connect = (url: string) => {
    const db = createDatabase(url, { log });
    opened.push({ name: "database", close: () => db.$disconnect() });
    return db;
  };
  const running = environment.mode === "demo" ? await findRunningDemo(dataDirectory) : null;
  if (running) {
    const { sandboxUrl } = running;
    return {
      ok: true,
      db: connect(running.databaseUrl),
      databaseUrl: running.databaseUrl,
      stripe: toStripeEnvironment(sandboxUrl),
      sandbox: true,
      isNew: false,
      appUrl: running.url,
    };
  }
  const postgres = await openPostgres({ databaseUrl, dataDirectory, log: say });
  opened.push({ name: "postgres", close: postgres.stop });
  await prepareDatabase(postgres.url, { embedded: databaseUrl === null });
  const db = connect(postgres.url);
  const found = { ok: true as const, db, databaseUrl: postgres.url, appUrl };
  if (stripe) return { ...found, stripe, sandbox: false, isNew: false };
  const sandbox = await openSandbox({ ...environment, appUrl: null });
  opened.push({ name: "sandbox", close: sandbox.close });
  return { ...found, stripe: sandbox.stripe, sandbox: true, isNew: await fillDemo(db, sandbox.api) };
}

async function createContext(
  {
    db,
    databaseUrl,
    stripe,
    sandbox,
    isNew,
    appUrl,
    environment,
  }: Installation & { environment: Environment },
  { log, databaseState }: ReturnType<typeof createProcessLog>,
  opened: CloseHook[],
) {
  const { openParity } = await import("~/server/open-parity.server");
  const { createRoster } = await import("~/auth/roster.server");
  const surroundings = describeSurroundings(environment, databaseUrl);
  const alerts = { webhookUrl: environment.alertWebhookUrl, appUrl };
  const parity = openParity({ db, stripe, sandbox, log, databaseState, surroundings, alerts });
  opened.push({ name: "reconcile", close: parity.close });
  if (isNew) await runInitialPreview(parity);
  const { signal } = interrupted;
  // The run is handed over with what is being committed: the next process need not wait for its lease.
  signal.addEventListener("abort", () => parity.stop(), { once: true });
  if (signal.aborted) parity.stop();
  return {
    parity,
    account: findAccountName(),
    appUrl,
    roster: createRoster(db, log),
    now: () => Math.floor(Date.now() / 1000),
    newPassword: () => randomBytes(18).toString("base64url"),
    readInput: () => text(process.stdin),
    ask: askPerson,
    pause: (ms: number) => wait(ms, undefined, { signal }).catch(() => {}),
    signal,
  };
}

/** The account of the operating system; null in a container without one. */
function findAccountName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** The error message for the terminal, with secrets masked. */
function describeError(error: unknown): string {
  // When several addresses were tried, the error of the first one is enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return maskText(first instanceof Error ? first.message : String(first));
}

const exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  stdout: (line) => void process.stdout.write(line),
  stderr,
  colours: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR,
  watched: Boolean(process.stderr.isTTY),
  open,
  bare: {
    ...createBareContext({
      source: process.env,
      signal: interrupted.signal,
      log: createProcessLog({
        level: logLevel.safeParse(process.env.LOG_LEVEL).data ?? "error",
        destination: { write: stderr },
      }).log,
    }),
    ask: askPerson,
    openWorkplace: (options) => openWorkplace(options, interrupted.signal),
  },
}).catch((error: unknown) => {
  const trouble = findDatabaseTrouble(error);
  if (error instanceof StartError) say(error.message);
  else if (trouble !== null)
    say(`${explainTrouble(trouble)} What was committed is kept. Repeat the command.`);
  else if (isStoppedStatement(error)) {
    say(`The database stopped a query that took too long or needed too much: ${readErrorText(error)}.`);
    say(
      "What was committed is kept. Look at statement_timeout, temp_file_limit and locks, and repeat the command.",
    );
  } else say(maskText((error instanceof Error ? readSourceStack(error) : null) ?? readErrorText(error)));
  return EXIT.failed;
});
// Everything is closed. Timers of libraries would keep the process alive for seconds.
process.stdout.write("", () => process.exit(exitCode));
