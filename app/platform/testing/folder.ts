import { readFileSync, realpathSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import path from "node:path";
import { commandOf, isAlive } from "~/demo/postgres/embedded-postmaster.server";

const prefix = "parity-test-";
/** A file system in memory: a database is copied there in 15 ms instead of 150. */
const inMemory = "/dev/shm";
/** A run of all tests takes up less than half of this. Bytes. */
const enough = 4 * 2 ** 30;

/**
 * A temporary folder of this process, for tests. PostgreSQL's account may pass through it to its data. Folders that runs
 * left behind when they were killed are cleared away at the same time, with the PostgreSQL that still runs in them.
 */
export async function makeTestFolder(): Promise<string> {
  const root = await rootOfFolders();
  await sweep(root);
  const folder = await mkdtemp(path.join(root, `${prefix}${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

/** In memory where there is plenty of it, unless TMPDIR says where. */
async function rootOfFolders(): Promise<string> {
  const { bavail, bsize } = await statfs(inMemory).catch(() => ({ bavail: 0, bsize: 0 }));
  const isRoomy = Math.min(bavail * bsize, freemem()) >= enough;
  return realpathSync(isRoomy && process.env.TMPDIR === undefined ? inMemory : tmpdir());
}

/** Removes the folder, and ends at once whatever PostgreSQL still runs in it. */
export async function removeTestFolder(folder: string): Promise<void> {
  for (const dir of await postgresFoldersIn(folder)) killPostgresIn(dir);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Ends the PostgreSQL in a folder at once and without waiting, for a process that is about to exit. */
export function killPostgresIn(dir: string): void {
  const pid = Number.parseInt(lockOf(dir), 10);
  // Only if it was started on this very folder: the number may belong to another program by now.
  if (pid > 0 && isAlive(pid) && commandOf(pid)?.includes(path.join(dir, "data")))
    process.kill(pid, "SIGQUIT");
}

function lockOf(dir: string): string {
  try {
    return readFileSync(path.join(dir, "data", "postmaster.pid"), "utf8");
  } catch {
    return "";
  }
}

async function postgresFoldersIn(folder: string, depth = 3): Promise<string[]> {
  if (lockOf(folder)) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
  return (await Promise.all(folders.map((inside) => postgresFoldersIn(inside, depth - 1)))).flat();
}

async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (!owner || isAlive(owner)) continue;
    const folder = path.join(root, name);
    const found = await stat(folder).catch(() => undefined);
    if (found && found.uid === process.getuid?.()) await removeTestFolder(folder);
  }
}
