import { readdirSync, readFileSync } from "node:fs";
import { readPostmaster } from "../../../app/demo/postgres/embedded-postmaster.server";
import type { Database } from "../../../app/platform/client.server";

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const MICROS_PER_TICK = 10_000;

/** Microseconds of processor time; `postgres` is null where /proc does not report it. */
export type ProcessorTime = { node: number; postgres: number | null };

/**
 * Measures the processor time that some work takes: of this process, and of all processes of the PostgreSQL on this
 * machine, also of those that end meanwhile.
 */
export async function measureProcessorTime<T>(
  db: Database,
  work: () => Promise<T>,
): Promise<{ value: T; seconds: number; used: ProcessorTime }> {
  const postmaster = await findPostmaster(db);
  const before = { node: process.cpuUsage(), postgres: measureTree(postmaster), at: performance.now() };
  const value = await work();
  const seconds = (performance.now() - before.at) / 1000;
  const { user, system } = process.cpuUsage(before.node);
  const after = measureTree(postmaster);
  const postgres = after === null || before.postgres === null ? null : after - before.postgres;
  return { value, seconds, used: { node: user + system, postgres } };
}

/** `12.3 µs` for each of `count`; `unknown` where the system does not report it. */
export const formatMicrosEach = (micros: number | null, count: number): string =>
  micros === null ? "unknown" : `${(micros / count).toFixed(1)} µs`;

async function findPostmaster(db: Database): Promise<number | null> {
  const rows = await db.$queryRaw<{ dir: string }[]>`SELECT current_setting('data_directory') AS dir`;
  return (await readPostmaster(rows[0]?.dir ?? ""))?.pid ?? null;
}

/** Processor time of a process and its children, also of those that have ended. */
function measureTree(root: number | null): number | null {
  if (root === null) return null;
  const own = readStat(root);
  if (own === null) return null;
  let ticks = own.used + own.usedByEnded;
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (stat?.parent === root) ticks += stat.used;
  }
  return ticks * MICROS_PER_TICK;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; null when there is no such process, or no /proc. */
function readStat(pid: number): { parent: number; used: number; usedByEnded: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may contain anything; the fields after it start with the state.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const field = (number: number) => Number(fields[number - 3]);
    return { parent: field(4), used: field(14) + field(15), usedByEnded: field(16) + field(17) };
  } catch {
    return null;
  }
}
