import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";
import { EmbeddedPostgresError } from "./embedded-account.server";

/** What a running PostgreSQL writes into its lock file. */
export type Postmaster = { pid: number; port: number };

const LOCK_FILE = "postmaster.pid";

/** The PostgreSQL that runs on this data directory, by its lock file; undefined when there is none. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(data, LOCK_FILE), "utf8").catch(() => "");
  // https://www.postgresql.org/docs/current/storage-file-layout.html: pid, data directory, start time, port, …
  const [pid, , , port] = text.split("\n");
  return pid ? { pid: Number(pid), port: Number(port) } : undefined;
}

/**
 * After a crash of the machine the process id in the lock may belong to another program. PostgreSQL would take that for
 * another server and refuse to start, so the lock is removed. (PostgreSQL itself removes a lock whose process is gone.) A
 * lock whose process may be a PostgreSQL is never touched, because two servers on one folder destroy it.
 */
export async function removeStaleLock(data: string, { pid }: Postmaster): Promise<void> {
  if (!isProcessAlive(pid)) return;
  if (isPostgres(pid)) {
    throw new EmbeddedPostgresError(
      `Process ${pid} runs the PostgreSQL in ${data}, but refuses the password that is stored beside the data. ` +
        "Stop that process first.",
    );
  }
  if ((await readPostmaster(data))?.pid === pid) await rm(path.join(data, LOCK_FILE), { force: true });
}

/** Whether a process is a PostgreSQL; true when that is unknown. */
export function isPostgres(pid: number): boolean {
  // The program alone: another one may have a path with this word as an argument.
  const [program] = readCommand(pid)?.split("\0") ?? [];
  return program?.includes("postgres") ?? true;
}

/** The command line of a process; undefined when the system does not show it. */
export function readCommand(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    const ps = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return ps.status === 0 ? ps.stdout : undefined;
  }
}
