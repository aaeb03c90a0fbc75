import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const endpointReads = z.object({ endpoint: z.string(), today: z.number(), last30Days: z.number() });

/** Requests to one endpoint, e.g. `GET /v1/subscriptions`: today (UTC), and in the last 30 days including today. */
export type EndpointReads = z.output<typeof endpointReads>;

/** Requests of all processes to Stripe, busiest endpoint first; endpoints without requests are left out. */
export async function listStripeReads(db: Database): Promise<EndpointReads[]> {
  return queryRows(
    db,
    endpointReads,
    sql`SELECT endpoint, sum(requests)::int AS "last30Days",
      coalesce(sum(requests) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0)::int AS today
    FROM parity."StripeRequestCount" WHERE day > (now() AT TIME ZONE 'UTC')::date - 30
    GROUP BY endpoint ORDER BY 2 DESC, 1`,
  );
}

const slowdownRow = z.object({ bucket: z.string(), slowdown: z.number() });

/** How many times slower than its limit each rate bucket runs now because of 429s; 1 is full speed. `all`: every endpoint. */
export async function listStripeSlowdowns(db: Database): Promise<z.output<typeof slowdownRow>[]> {
  return queryRows(
    db,
    slowdownRow,
    sql`SELECT bucket, parity.stripe_slowdown(slowdown, "slowedAt", clock_timestamp()) AS slowdown
    FROM parity."StripeRateBucket" ORDER BY bucket`,
  );
}
