import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { runningDemo } from "~/demo/announcement.server";
import { fillDemo, openSandbox, runInitialPreview, stripeAt } from "~/demo/demo.server";
import { keptDemoSecrets } from "~/demo/demo-secrets.server";
import { openPostgres } from "~/demo/postgres.server";
import type { Database } from "~/platform/client.server";
import {
  describeProblems,
  type Environment,
  readEnvironment,
  type StripeEnvironment,
} from "~/platform/env.server";
import { createLog, type Log } from "~/platform/log.server";
import { maskText } from "~/platform/mask.server";
import { applyMigrations, pendingMigrations } from "~/platform/migrate.server";
import { databaseClient, ensureMade } from "~/server/build.server";
import { type CloseHook, closeAll } from "~/server/shutdown.server";
import { EXIT } from "./command";
import { type Opening, runCommandLine } from "./run-command";

// The composition root of `npm run parity`: binds the commands to this machine's environment, clock and terminal.

const CLOSE_MS = 10_000;
const root = resolve(import.meta.dirname, "../..");
const stderr = (line: string) => void process.stderr.write(line);
const say = (message: string) => stderr(`${message}\n`);

const interrupted = new AbortController();
process.on("SIGINT", () => {
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
});
// Whoever reads the answer may have seen enough of it (`| head`).
process.stdout.on("error", () => {});

async function open(): Promise<Opening> {
  const reading = readEnvironment(process.env, keptDemoSecrets);
  if (!reading.ok)
    return { ok: false, message: `The environment is not right:\n${describeProblems(reading.problems)}` };
  const { environment } = reading;
  // Standard output is for the answer. Unless somebody asks for more, only what is broken is told beside it.
  const level = process.env.LOG_LEVEL ? environment.logLevel : "error";
  const log = createLog({ level, destination: { write: stderr } });
  const opened: CloseHook[] = [];
  const close = () => closeAll(opened.toReversed(), log, CLOSE_MS);
  const refuse = async (message: string): Promise<Opening> => {
    await close();
    return { ok: false, message };
  };
  const made = await ensureMade(root, databaseClient, say);
  if (!made.ok) return refuse(`Building ${made.name} failed:\n${made.output}`);
  try {
    const parts = await openParts(environment, log, opened);
    if (!parts.ok) return await refuse(parts.message);
    return { ok: true, close, context: await contextOf(parts, log, opened) };
  } catch (error) {
    return refuse(reasonOf(error));
  }
}

type Parts = { ok: true; db: Database; stripe: StripeEnvironment; sandbox: boolean; isNew: boolean };

/** The demo that runs already, or everything that it would open itself; in production what the environment names. */
async function openParts(
  environment: Environment,
  log: Log,
  opened: CloseHook[],
): Promise<Parts | { ok: false; message: string }> {
  const { createDatabase } = await import("~/platform/client.server");
  const { dataDirectory, databaseUrl, stripe } = environment;
  const connect = (url: string) => {
    const db = createDatabase(url, { log });
    opened.push({ name: "database", close: () => db.$disconnect() });
    return db;
  };
  const running = environment.mode === "demo" ? await runningDemo(dataDirectory) : null;
  if (running) {
    const { sandboxUrl } = running;
    return {
      ok: true,
      db: connect(running.databaseUrl),
      stripe: stripeAt(sandboxUrl),
      sandbox: true,
      isNew: false,
    };
  }
  const postgres = await openPostgres({ databaseUrl, dataDirectory, log: say });
  opened.push({ name: "postgres", close: postgres.stop });
  if (databaseUrl === null) await applyMigrations(postgres.url);
  else {
    const behind = await reasonNotToUse(postgres.url);
    if (behind !== null) return { ok: false, message: behind };
  }
  const db = connect(postgres.url);
  if (stripe) return { ok: true, db, stripe, sandbox: false, isNew: false };
  const sandbox = await openSandbox({ ...environment, appUrl: null });
  opened.push({ name: "sandbox", close: sandbox.close });
  return { ok: true, db, stripe: sandbox.stripe, sandbox: true, isNew: await fillDemo(db, sandbox.api) };
}

/** Somebody's own database is only used as it is, never migrated from here. */
async function reasonNotToUse(url: string): Promise<string | null> {
  try {
    const pending = await pendingMigrations(url);
    return pending.length === 0 ? null : "The database is behind. Run: npm run db:migrate";
  } catch (error) {
    return `The database of DATABASE_URL cannot be used: ${reasonOf(error)}`;
  }
}

async function contextOf({ db, stripe, sandbox, isNew }: Parts, log: Log, opened: CloseHook[]) {
  const { openParity } = await import("~/server/open-parity.server");
  const { createRoster } = await import("~/auth/roster.server");
  const parity = openParity({ db, stripe, sandbox, log });
  opened.push({ name: "reconcile", close: parity.close });
  if (isNew) await runInitialPreview(parity);
  const { signal } = interrupted;
  return {
    parity,
    roster: createRoster(db),
    now: () => Math.floor(Date.now() / 1000),
    newPassword: () => randomBytes(18).toString("base64url"),
    readInput: () => text(process.stdin),
    pause: (ms: number) => wait(ms, undefined, { signal }).catch(() => {}),
    signal,
  };
}

/** What is wrong, for the person at the terminal: nothing secret is left standing in it. */
function reasonOf(error: unknown): string {
  // Of several addresses that were tried in vain, the first one tells enough.
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
}).catch((error: unknown) => {
  say(maskText(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return EXIT.failed;
});
// Everything is closed. Timers that libraries left behind would keep the process for seconds.
process.stdout.write("", () => process.exit(exitCode));
