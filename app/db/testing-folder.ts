import { readFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isAlive, isPostgres } from "./embedded-postmaster.server";

const prefix = "parity-test-";

/**
 * A temporary folder of this process, for tests. PostgreSQL's account may pass through it to its data. Folders that runs
 * left behind when they were killed are cleared away at the same time, with the PostgreSQL that still runs in them.
 */
export async function makeTestFolder(): Promise<string> {
  await sweep();
  const folder = await mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

export async function removeTestFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Ends the PostgreSQL in a folder at once and without waiting, for a process that is about to exit. */
export function killPostgresIn(dir: string): void {
  const pid = Number.parseInt(lockOf(dir), 10);
  if (pid > 0 && isAlive(pid)) process.kill(pid, "SIGQUIT");
}

function lockOf(dir: string): string {
  try {
    return readFileSync(path.join(dir, "data", "postmaster.pid"), "utf8");
  } catch {
    return "";
  }
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (!owner || isAlive(owner)) continue;
    const folder = path.join(tmpdir(), name);
    const found = await stat(folder).catch(() => undefined);
    if (!found || found.uid !== process.getuid?.()) continue;
    for (const inside of await readdir(folder)) {
      const pid = Number.parseInt(lockOf(path.join(folder, inside)), 10);
      if (pid > 0 && isAlive(pid) && (await isPostgres(pid))) process.kill(pid, "SIGQUIT");
    }
    await removeTestFolder(folder);
  }
}
