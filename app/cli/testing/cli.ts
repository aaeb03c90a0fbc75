import { execFile } from "node:child_process";
import path from "node:path";
import { createRoster } from "~/auth/roster.server";
import { createBareContext } from "~/cli/bare-context";
import type { BareContext } from "~/cli/command";
import { type Opening, runCommandLine } from "~/cli/run-command";
import { seedDemo } from "~/demo/seed-demo";
import type { Parity } from "~/facade/parity.server";
import { createLog } from "~/platform/log.server";
import { createSurroundings } from "~/platform/surroundings/surroundings.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";
import { type ProgramFile, SHORT_LIVED } from "~/platform/testing/programs";
import { createSandbox, DEFAULT_SECRET_KEY, type Sandbox } from "~/sandbox/sandbox";
import { openParity } from "~/server/open-parity.server";

/** The seeded demo for tests: a real PostgreSQL, and the sandbox behind the real SDK over HTTP. */
export type Demo = TestDatabase & {
  sandbox: Sandbox;
  sandboxUrl: string;
  parity: Parity;
  close(): Promise<void>;
};

export const epochSeconds = () => Math.floor(Date.now() / 1000);

/** A key that the environment accepts as a Stripe key; the sandbox accepts it too. */
export const PRODUCTION_KEY = "sk_test_takenforreal";

/** High enough never to slow tests down. */
const READS_PER_SECOND = 2_000;

export async function createDemo(): Promise<Demo> {
  const database = await createTestDatabase();
  const sandbox = createSandbox({ secretKeys: [DEFAULT_SECRET_KEY, PRODUCTION_KEY] });
  const listening = await sandbox.listen();
  await seedDemo({ db: database.db, sandbox, now: epochSeconds() });
  const parity = openParity({
    db: database.db,
    stripe: {
      secretKey: sandbox.secretKey,
      mode: "test",
      checkoutKey: null,
      apiBase: listening.url,
      accountId: null,
      webhookSecret: null,
      readsPerSecond: READS_PER_SECOND,
    },
    sandbox: true,
    log: createLog({ level: "silent" }),
    surroundings: createSurroundings({ databaseUrl: database.url }),
  });
  return {
    ...database,
    sandbox,
    sandboxUrl: listening.url,
    parity,
    async close() {
      await parity.close();
      await listening.close();
      await database.drop();
    },
  };
}

export type Ran = { code: number; stdout: string; stderr: string };
type Installation = Pick<Demo, "db" | "parity">;
type Around = { input?: string; password?: string; signal?: AbortSignal; typed?: string };

/** Runs a command line in this process on an open installation. A text is split at spaces. */
export function runOn({ db, parity }: Installation, line: string | readonly string[], around: Around = {}) {
  const opening: Opening = {
    ok: true,
    close: async () => {},
    context: {
      parity,
      appUrl: "https://parity.test",
      account: "ana",
      roster: createRoster(db, createLog({ level: "silent" })),
      now: epochSeconds,
      newPassword: () => around.password ?? "generated for this test",
      readInput: async () => around.input ?? "",
      ask: async () => around.typed ?? null,
      pause: async () => {},
      signal: around.signal ?? new AbortController().signal,
    },
  };
  return runAndCapture(typeof line === "string" ? line.split(" ") : line, async () => opening);
}

export async function runAndCapture(
  argv: readonly string[],
  open: () => Promise<Opening>,
  environment: Record<string, string> = {},
  openWorkplace: BareContext["openWorkplace"] = () => Promise.reject(new Error("No audit is expected here")),
  ask: BareContext["ask"] = async () => null,
): Promise<Ran> {
  const ran = { stdout: "", stderr: "" };
  const code = await runCommandLine({
    argv,
    open,
    bare: {
      ...createBareContext({
        source: environment,
        signal: new AbortController().signal,
        log: createLog({ level: "silent" }),
      }),
      ask,
      openWorkplace,
    },
    stdout: (text) => {
      ran.stdout += text;
    },
    stderr: (text) => {
      ran.stderr += text;
    },
    colours: false,
    watched: false,
  });
  return { code, ...ran };
}

const ROOT = path.resolve(import.meta.dirname, "../../..");
// Beside other work such a process takes many times as long as alone.
const TIMEOUT_MS = 360_000;

/** A program and its arguments. */
type ProgramArguments = readonly [ProgramFile, ...string[]];

/** Runs one of our programs as a process, bundled, without the environment of this process. */
export const runProcess = async (
  [file, ...argv]: ProgramArguments,
  environment: Record<string, string>,
  cwd = ROOT,
): Promise<Ran> => startNode([await findProgram(file), ...argv], environment, cwd).ended;

export type StartedProcess = {
  ended: Promise<Ran>;
  kill: (signal: NodeJS.Signals) => void;
  /** What it has written to its output until now. */
  printed: () => string;
};

/** As `runProcess`; the process can be sent signals meanwhile. */
export async function startProcess(
  [file, ...argv]: ProgramArguments,
  environment: Record<string, string>,
): Promise<StartedProcess> {
  return startNode([await findProgram(file), ...argv], environment);
}

function startNode(argv: readonly string[], environment: Record<string, string>, cwd = ROOT): StartedProcess {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, TMPDIR, ...environment };
  let kill: StartedProcess["kill"] = () => {};
  let printed = "";
  const ended = new Promise<Ran>((resolve) => {
    const child = execFile(
      process.execPath,
      [...SHORT_LIVED, ...argv],
      { cwd, env, timeout: TIMEOUT_MS },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    kill = (signal) => void child.kill(signal);
    child.stdout?.on("data", (text: string) => {
      printed += text;
    });
  });
  return { ended, kill, printed: () => printed };
}
