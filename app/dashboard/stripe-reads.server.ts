import type { Database } from "~/platform/client.server";

/** Requests to one endpoint, e.g. `GET /v1/subscriptions`: today (UTC), and in the last 30 days, today counted. */
export type EndpointReads = { endpoint: string; today: number; last30Days: number };

/** What all processes asked of Stripe, the busiest endpoint first; endpoints that were not asked are left out. */
export async function stripeReads(db: Database): Promise<EndpointReads[]> {
  return db.$queryRaw<EndpointReads[]>`
    SELECT endpoint, sum(requests)::int AS "last30Days",
      coalesce(sum(requests) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0)::int AS today
    FROM "StripeRequestCount" WHERE day > (now() AT TIME ZONE 'UTC')::date - 30
    GROUP BY endpoint ORDER BY 2 DESC, 1`;
}

/** How much slower than its ceiling each endpoint is asked now, because of 429s; 1 when it is not. `all`: every one. */
export async function stripeSlowdowns(db: Database): Promise<{ bucket: string; slowdown: number }[]> {
  return db.$queryRaw<{ bucket: string; slowdown: number }[]>`
    SELECT bucket, stripe_slowdown(slowdown, "slowedAt", clock_timestamp()) AS slowdown
    FROM "StripeRateBucket" ORDER BY bucket`;
}
