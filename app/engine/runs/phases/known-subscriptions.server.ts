import { z } from "zod";
import type { Version } from "~/billing/observation";
import { trimId } from "~/engine/account/customer-owners.server";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const countsRow = z.object({ total: z.number(), resolved: z.number() });

/**
 * Counts the subscriptions that were known before a full run began (observed or recorded), and those of them that Stripe
 * has listed since. Subscriptions on test clocks do not count, because Stripe never lists them.
 */
export async function countKnownSubscriptions(
  db: Database,
  runStarted: Version,
): Promise<{ total: number; resolved: number }> {
  return queryOneOrThrow(
    db,
    countsRow,
    sql`
    WITH known AS (
      SELECT id, "versionEnd" >= ${runStarted}::bigint AS resolved FROM parity."StripeSubscription"
        WHERE NOT gone AND "testClockId" IS NULL
      UNION ALL
      SELECT b.id, false FROM (SELECT ${trimId(sql`"stripeSubscriptionId"`)} AS id FROM parity."BillingSubscription") b
        WHERE b.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parity."StripeSubscription" s WHERE s.id = b.id)
    )
    SELECT count(*)::int AS total, count(*) FILTER (WHERE resolved)::int AS resolved FROM known`,
  );
}
