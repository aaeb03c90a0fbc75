import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** Seconds from payment to access, by the layer that gave it (`Change.actorKind`). */
export type LayerSeconds = z.infer<typeof layerSeconds>;
const layerSeconds = z.object({
  layer: z.string(),
  grants: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
});

/** Percentiles over the grants that follow a payment, of the last 30 days (UTC, with today); the busiest layer first. */
export async function summarizePaymentToAccess(db: Database | Tx): Promise<LayerSeconds[]> {
  return queryRows(
    db,
    layerSeconds,
    sql`
    SELECT "actorKind" AS layer, count(*)::int AS grants,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS p50,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)::float8 AS p95,
      percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds)::float8 AS p99
    FROM (
      SELECT "actorKind", greatest(0, extract(epoch FROM "createdAt" - "paidAt")) AS seconds FROM parity."Change"
      WHERE grants AND "paidAt" IS NOT NULL AND "createdAt" >= date_trunc('day', now(), 'UTC') - interval '29 days'
    ) granted
    GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
}
