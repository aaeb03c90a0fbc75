// @ts-check
// Makes what is missing or older than its sources, for the npm scripts: `npm ci && npm start` is enough, with or without
// install scripts. Our own programs run in the same process (scripts/run.mjs): with `make && program` a shell stays
// between npm and the program, and does not pass signals on. Plain JavaScript, so that it costs 50 ms.
// node scripts/make.mjs [--force] client pages server programs
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * @typedef {object} Target
 * @property {string} title
 * @property {string} result Newer than every source when it is up to date.
 * @property {string[]} sources Files and folders. Tests and generated files in them do not count.
 * @property {string[]} command The program's file, and its arguments.
 * @property {string} [tool] What has to be installed for it, when that is not the program itself.
 */

/** @type {Record<string, Target>} */
const targets = {
  client: {
    title: "the database client",
    result: "app/generated/prisma/client.ts",
    sources: ["prisma/schema.prisma", "package-lock.json"],
    command: ["node_modules/prisma/build/index.js", "generate"],
  },
  pages: {
    title: "the pages",
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
  },
  server: {
    title: "the server",
    result: "build/parity/server.js",
    sources: [
      "build/server/index.js",
      "app",
      "prisma",
      "scripts/bundle.mjs",
      "tsconfig.json",
      "package-lock.json",
    ],
    command: ["scripts/bundle.mjs", "server"],
    tool: "node_modules/esbuild",
  },
  programs: {
    title: "the programs",
    result: "build/parity/cli.js",
    sources: ["app", "prisma", "scripts/bundle.mjs", "tsconfig.json", "package-lock.json"],
    command: ["scripts/bundle.mjs", "programs"],
    tool: "node_modules/esbuild",
  },
};

const POLL_MS = 200;
const HEARTBEAT_MS = 1_000;
/** A lock without a heartbeat for so long was left behind by a process that was killed. */
const ABANDONED_MS = 10_000;

/**
 * Makes a target, unless it is up to date. Several processes may ask at once: one makes it, the others wait. Where the
 * tools are not installed (an image for production), a result that is there is used as it is.
 * @param {string} root The project's folder.
 * @param {Target} target
 * @param {{ force?: boolean, say?: (message: string) => void }} [options] `force` makes it in any case, and shows the
 *   program's output.
 * @returns {Promise<"up to date" | "made">} Rejects with the program's output when it fails.
 */
export async function make(root, target, { force = false, say = () => {} } = {}) {
  const tool = target.tool ?? target.command[0] ?? "";
  const lock = path.join(root, "node_modules/.cache", `parity-${target.title.replaceAll(" ", "-")}.lock`);
  // While another process is making it, the result may be half written.
  if (!force && !existsSync(lock) && (await isFresh(root, target))) return "up to date";
  if (!existsSync(path.join(root, tool))) {
    if (existsSync(path.join(root, target.result))) return "up to date";
    throw new Error(`Cannot build ${target.title}: ${tool} is not installed. Run: npm ci`);
  }
  return withLock(lock, async () => {
    if (!force && (await isFresh(root, target))) return "up to date";
    say(`Building ${target.title}…`);
    const started = new Date();
    await run(root, target, force);
    // What was edited meanwhile may not be in it.
    utimesSync(path.join(root, target.result), started, started);
    return "made";
  });
}

/**
 * @param {string} root
 * @param {Target} target
 */
async function isFresh(root, { result, sources }) {
  const made = await stat(path.join(root, result)).catch(() => null);
  if (made === null) return false;
  for (const source of sources)
    if ((await findLastChange(path.join(root, source))) > made.mtimeMs) return false;
  return true;
}

/**
 * The time of the last change in a file or folder, in epoch milliseconds; 0 when it is not there.
 * @param {string} file
 * @returns {Promise<number>}
 */
async function findLastChange(file) {
  const found = await stat(file).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(file);
  const counted = names.filter((name) => name !== "generated" && !/\.test\.tsx?$/.test(name));
  const times = await Promise.all(counted.map((name) => findLastChange(path.join(file, name))));
  // The time of a folder tells of files that were removed; where we generate it changes without them.
  return Math.max(names.includes("generated") ? 0 : found.mtimeMs, ...times);
}

/**
 * @param {string} root
 * @param {Target} target
 * @param {boolean} showOutput
 * @returns {Promise<void>}
 */
function run(root, { title, command }, showOutput) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      stdio: showOutput ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`Building ${title} failed.\n${output}`)),
    );
  });
}

/**
 * A folder is created by one process only. Its time is the heartbeat of that process.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 */
async function withLock(folder, work) {
  mkdirSync(path.dirname(folder), { recursive: true });
  while (!createFolder(folder)) {
    const heartbeat = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - heartbeat > ABANDONED_MS) rmSync(folder, { recursive: true, force: true });
    else await wait(POLL_MS);
  }
  const beat = () => {
    const now = new Date();
    if (existsSync(folder)) utimesSync(folder, now, now);
  };
  const timer = setInterval(beat, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function createFolder(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Makes targets of this project. Writes what it does to the error stream, because the program behind it may write an
 * answer to the standard output. Ends the process when one cannot be made.
 * @param {string[]} words Names of targets, and `--force`.
 */
export async function makeOrExit(...words) {
  const root = path.resolve(import.meta.dirname, "..");
  const say = (/** @type {string} */ message) => void process.stderr.write(`${message}\n`);
  try {
    for (const name of words.filter((word) => word !== "--force")) {
      const target = targets[name];
      if (!target) throw new Error(`${name} is none of ${Object.keys(targets).join(", ")}`);
      await make(root, target, { force: words.includes("--force"), say });
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

if (process.argv[1] === import.meta.filename) await makeOrExit(...process.argv.slice(2));
