import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { Budget } from "~/stripe/budget";
import { type Ceilings, computePace } from "~/stripe/pacing";

const grantRow = z.object({ granted: z.number(), waitMs: z.number(), slotMs: z.number() });

/**
 * The Stripe request budget that all processes on this database share, by the database's clock. Each acquire is one short
 * statement that locks two rows and adds to the day's count. Nothing is held between statements, so a process that dies
 * loses only what it was granted. `clock`: a clock to use instead of the database's, for tests.
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
    async acquire({ endpoint, priority, many }) {
      const { endpoint: own, all } = paces[priority];
      const query = sql`
        SELECT granted, wait_ms AS "waitMs", slot_ms AS "slotMs" FROM parity.stripe_acquire(${endpoint}, ${many}::int,
          ${own.slot}::float8, ${own.burst}::float8, ${own.ahead}::float8,
          ${all.slot}::float8, ${all.burst}::float8, ${all.ahead}::float8, ${clock()}::timestamptz)`;
      return queryOneOrThrow(db, grantRow, query);
    },
    async slowDown(bucket) {
      await db.$executeRaw`SELECT parity.stripe_slow_down(${bucket}, ${clock()}::timestamptz)`;
    },
  };
}
