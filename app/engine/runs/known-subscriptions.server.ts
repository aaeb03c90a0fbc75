import type { Version } from "~/billing/observation";
import type { Database } from "~/platform/client.server";

/**
 * Of the subscriptions that were known before a pass began (observed or recorded), how many did Stripe list since?
 * Those on test clocks are never listed and do not count.
 */
export async function countKnownSubscriptions(
  db: Database,
  passStarted: Version,
): Promise<{ total: number; resolved: number }> {
  const [row] = await db.$queryRaw<{ total: number; resolved: number }[]>`
    WITH known AS (
      SELECT id, "versionEnd" >= ${passStarted}::bigint AS resolved FROM "StripeSubscription"
        WHERE NOT gone AND "testClockId" IS NULL
      UNION ALL
      SELECT b."stripeSubscriptionId", false FROM "BillingSubscription" b
        WHERE NOT EXISTS (SELECT 1 FROM "StripeSubscription" s WHERE s.id = b."stripeSubscriptionId")
    )
    SELECT count(*)::int AS total, count(*) FILTER (WHERE resolved)::int AS resolved FROM known`;
  return row ?? { total: 0, resolved: 0 };
}
