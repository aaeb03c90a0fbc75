import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";

/** One thing that is made from the sources: by which program, and from what. */
export type Making = {
  name: string;
  /** Is newer than every source when it is up to date. */
  result: string;
  /** Files and folders; tests and generated files in them do not count. */
  sources: readonly string[];
  /** The program's file in node_modules, and its arguments. */
  command: readonly [program: string, ...args: string[]];
};

export const databaseClient: Making = {
  name: "the database client",
  result: "app/generated/prisma/client.ts",
  sources: ["prisma/schema.prisma", "package-lock.json"],
  command: ["node_modules/prisma/build/index.js", "generate"],
};

export const pages: Making = {
  name: "the pages",
  result: "build/server/index.js",
  sources: [
    "app",
    "public",
    "prisma/schema.prisma",
    "vite.config.ts",
    "tailwind.config.ts",
    "tsconfig.json",
    "package-lock.json",
  ],
  command: ["node_modules/@remix-run/dev/dist/cli.js", "vite:build"],
};

export type Made = { ok: true; built: boolean } | { ok: false; name: string; output: string };

const pollMs = 200;

/**
 * Makes what is missing, or older than its sources. Several processes may ask at once: one makes it, the others wait.
 * Where the tools to build with are not installed (an image for production), what is there is taken as it is.
 * @param root the project's folder
 * @param say called once, before anything that takes time
 */
export async function ensureMade(
  root: string,
  making: Making,
  say: (message: string) => void,
): Promise<Made> {
  if (await isFresh(root, making)) return { ok: true, built: false };
  const [program, ...args] = making.command;
  if (!existsSync(join(root, program)))
    return existsSync(join(root, making.result))
      ? { ok: true, built: false }
      : { ok: false, name: making.name, output: `${program} is not installed: run npm ci` };
  say(`Building ${making.name}…`);
  const unlock = await lock(
    join(root, "node_modules/.cache", `parity-${making.name.replaceAll(" ", "-")}.lock`),
  );
  try {
    if (await isFresh(root, making)) return { ok: true, built: false };
    const { code, output } = await run(root, program, args);
    return code === 0 ? { ok: true, built: true } : { ok: false, name: making.name, output };
  } finally {
    unlock();
  }
}

async function isFresh(root: string, { result, sources }: Making): Promise<boolean> {
  const made = await stat(join(root, result)).catch(() => null);
  if (!made) return false;
  for (const source of sources) if ((await newest(join(root, source))) > made.mtimeMs) return false;
  return true;
}

/** The time of the last change in a file or a folder, in epoch milliseconds; 0 when it is not there. */
async function newest(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  // The folder's own time counts too, since it tells of files that are gone; not so the top one's, where we generate.
  let latest = path.endsWith(`${sep}app`) ? 0 : found.mtimeMs;
  for (const name of await readdir(path)) {
    if (name === "generated" || /\.test\.tsx?$/.test(name)) continue;
    latest = Math.max(latest, await newest(join(path, name)));
  }
  return latest;
}

function run(cwd: string, program: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Waits for the lock; one whose holder is no more is taken over. Returns how to give it back. */
async function lock(file: string): Promise<() => void> {
  mkdirSync(join(file, ".."), { recursive: true });
  for (;;) {
    try {
      const handle = openSync(file, "wx");
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function isAbandoned(file: string): boolean {
  try {
    const holder = Number(readFileSync(file, "utf8"));
    // Between being made and being written it is empty for a moment.
    if (holder === 0) return Date.now() - statSync(file).mtimeMs > 10_000;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
