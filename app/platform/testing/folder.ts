import { readFileSync, realpathSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import path from "node:path";
import { readCommand } from "~/demo/postgres/embedded-postmaster.server";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";

const prefix = "parity-test-";
/** A file system in memory: a database is copied there in 15 ms instead of 150. */
const inMemory = "/dev/shm";
/** Bytes. A run of all tests uses less than half of this. */
const enough = 4 * 2 ** 30;

/**
 * A temporary folder of this process for tests, which PostgreSQL's account may enter. It also removes the folders of
 * killed runs, with the PostgreSQL that still runs in them.
 */
export async function makeTestFolder(): Promise<string> {
  const root = await findRootFolder();
  await sweep(root);
  const folder = await mkdtemp(path.join(root, `${prefix}${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

/** In memory if there is enough of it, unless TMPDIR is set. */
async function findRootFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(inMemory).catch(() => ({ bavail: 0, bsize: 0 }));
  const isRoomy = Math.min(bavail * bsize, freemem()) >= enough;
  return realpathSync(isRoomy && process.env.TMPDIR === undefined ? inMemory : tmpdir());
}

/** Removes the folder, and kills the PostgreSQL that still runs in it. */
export async function removeTestFolder(folder: string): Promise<void> {
  for (const dir of await listPostgresFolders(folder)) killPostgres(dir);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Kills the PostgreSQL of a folder without waiting, for a process that is about to exit. */
export function killPostgres(dir: string): void {
  const pid = Number.parseInt(readLock(dir), 10);
  // Only if it was started on this very folder: the number may belong to another program by now.
  if (pid > 0 && isProcessAlive(pid) && readCommand(pid)?.includes(path.join(dir, "data")))
    process.kill(pid, "SIGQUIT");
}

function readLock(dir: string): string {
  try {
    return readFileSync(path.join(dir, "data", "postmaster.pid"), "utf8");
  } catch {
    return "";
  }
}

async function listPostgresFolders(folder: string, depth = 3): Promise<string[]> {
  if (readLock(folder)) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
  return (await Promise.all(folders.map((inside) => listPostgresFolders(inside, depth - 1)))).flat();
}

async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (!owner || isProcessAlive(owner)) continue;
    const folder = path.join(root, name);
    const found = await stat(folder).catch(() => undefined);
    if (found && found.uid === process.getuid?.()) await removeTestFolder(folder);
  }
}
