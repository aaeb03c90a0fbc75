import { readdirSync, readFileSync } from "node:fs";
import { readPostmaster } from "../../../app/demo/postgres/embedded-postmaster.server";
import type { Database } from "../../../app/platform/client.server";

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const MICROS_PER_TICK = 10_000;

/** Microseconds of processor time; `postgres` is null where /proc does not tell. */
export type ProcessorTime = { node: number; postgres: number | null };

/**
 * Measures what both sides of some work cost the processor: this process, and the PostgreSQL on this machine with all its
 * processes, those that ended meanwhile included.
 */
export async function measureProcessorTime<T>(
  db: Database,
  work: () => Promise<T>,
): Promise<{ value: T; seconds: number; used: ProcessorTime }> {
  const postmaster = await postmasterOf(db);
  const before = { node: process.cpuUsage(), postgres: timeOfTree(postmaster), at: performance.now() };
  const value = await work();
  const seconds = (performance.now() - before.at) / 1000;
  const { user, system } = process.cpuUsage(before.node);
  const after = timeOfTree(postmaster);
  const postgres = after === null || before.postgres === null ? null : after - before.postgres;
  return { value, seconds, used: { node: user + system, postgres } };
}

/** `12.3 µs`, of each of so many; `unknown` where the system does not tell. */
export const microsEach = (micros: number | null, count: number): string =>
  micros === null ? "unknown" : `${(micros / count).toFixed(1)} µs`;

async function postmasterOf(db: Database): Promise<number | null> {
  const rows = await db.$queryRaw<{ dir: string }[]>`SELECT current_setting('data_directory') AS dir`;
  return (await readPostmaster(rows[0]?.dir ?? ""))?.pid ?? null;
}

/** Processor time of a process, of its children, and of those children of its that are no more. */
function timeOfTree(root: number | null): number | null {
  if (root === null) return null;
  const own = statOf(root);
  if (own === null) return null;
  let ticks = own.used + own.usedByEnded;
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat?.parent === root) ticks += stat.used;
  }
  return ticks * MICROS_PER_TICK;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; null when there is no such process, or no /proc. */
function statOf(pid: number): { parent: number; used: number; usedByEnded: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; what follows it are numbers, of which the state comes first.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const field = (number: number) => Number(fields[number - 3]);
    return { parent: field(4), used: field(14) + field(15), usedByEnded: field(16) + field(17) };
  } catch {
    return null;
  }
}
