import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./embedded-account.server";

const execute = promisify(execFile);

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
  if (await isPostgres(pid)) {
    throw new EmbeddedPostgresError(
      `Process ${pid} runs the PostgreSQL in ${data}, but does not let us in with the password kept beside it. ` +
        "Stop that process first.",
    );
  }
  if ((await readPostmaster(data))?.pid === pid) await rm(lockFile(data), { force: true });
}

/** Whether a process is a PostgreSQL; yes when that cannot be found out. */
export async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === "win32") return true;
  try {
    const { stdout } = await execute("ps", ["-o", "command=", "-p", String(pid)]);
    return stdout.includes("postgres");
  } catch {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined); // slim images have no ps
    return command === undefined || command.includes("postgres");
  }
}
