import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { EmbeddedPostgresError } from "./embedded-account.server";

/** What a running PostgreSQL says about itself in its lock file. */
export type Postmaster = { pid: number; port: number };

const lockFile = (data: string) => path.join(data, "postmaster.pid");

/** The PostgreSQL that says it runs on this data directory; undefined when none does. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(lockFile(data), "utf8").catch(() => "");
  // https://www.postgresql.org/docs/current/storage-file-layout.html: pid, data directory, start time, port, …
  const [pid, , , port] = text.split("\n");
  return pid ? { pid: Number(pid), port: Number(port) } : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * After a crash of the machine the lock's process id may belong to another program, which PostgreSQL would take for
 * itself and refuse to start: then the lock is removed. (A lock whose process is gone PostgreSQL removes itself.) A lock
 * whose process may be a PostgreSQL is never touched: two servers on one folder destroy it.
 */
export async function removeStaleLock(data: string, { pid }: Postmaster): Promise<void> {
  if (!isAlive(pid)) return;
  if (isPostgres(pid)) {
    throw new EmbeddedPostgresError(
      `Process ${pid} runs the PostgreSQL in ${data}, but does not let us in with the password kept beside it. ` +
        "Stop that process first.",
    );
  }
  if ((await readPostmaster(data))?.pid === pid) await rm(lockFile(data), { force: true });
}

/** Whether a process is a PostgreSQL; yes when that cannot be found out. */
export function isPostgres(pid: number): boolean {
  return commandOf(pid)?.includes("postgres") ?? true;
}

/** How a process was started; undefined when the system does not say. */
export function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    const ps = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return ps.status === 0 ? ps.stdout : undefined;
  }
}
