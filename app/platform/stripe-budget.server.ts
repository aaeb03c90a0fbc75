import type { Budget } from "~/stripe/budget";
import { type Ceilings, computePace } from "~/stripe/pacing";
import type { Database } from "./client.server";
import { firstRow } from "./stamps.server";

/**
 * The budget that all processes on this database share, by the database's clock. Each ask is one short statement that
 * locks two rows and counts by day what it granted. A process that dies loses what it was granted, and nothing else:
 * nothing is held between statements. `clock`: another clock than the database's, for tests.
 */
export function createStripeBudget(
  db: Database,
  ceilings: Ceilings,
  clock: () => Date | null = () => null,
): Budget {
  const paces = {
    interactive: computePace(ceilings, "interactive"),
    background: computePace(ceilings, "background"),
  };
  return {
    async ask({ endpoint, priority, many }) {
      const { endpoint: own, all } = paces[priority];
      const rows = await db.$queryRaw<{ granted: number; waitMs: number; slotMs: number }[]>`
        SELECT granted, wait_ms AS "waitMs", slot_ms AS "slotMs" FROM stripe_acquire(${endpoint}, ${many}::int,
          ${own.slot}::float8, ${own.burst}::float8, ${own.ahead}::float8,
          ${all.slot}::float8, ${all.burst}::float8, ${all.ahead}::float8, ${clock()}::timestamptz)`;
      return firstRow(rows);
    },
    async slowDown(bucket) {
      await db.$executeRaw`SELECT stripe_slow_down(${bucket}, ${clock()}::timestamptz)`;
    },
  };
}
