import { z } from "zod";
import type { SubscriptionItem } from "~/billing/observation";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { ReadSubscription } from "~/stripe/parse";
import type { PriceAmounts } from "~/stripe/price";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import { storedAmount } from "./stored-items";

type Deps = { db: Database; stripe: StripeReader };
type Subscriptions = ReadSubscription["subscription"][];

/** A price is asked for once a day; after a failure earlier, and not at each page of a run. Seconds. */
const NEXT_SECONDS = { read: 86_400, refused: 3_600, failed: 600 } as const;
/** An amount is not worth more of a caller's time. Milliseconds. */
const ONE_PRICE_MS = 8_000;

const needsAmount = ({ pricing, priceCurrency }: SubscriptionItem) =>
  pricing?.kind === "unknown" && priceCurrency !== undefined;

/**
 * Fills in the amounts of items whose subscription is in another currency than their price. A list of subscriptions does not say
 * them, so the price is read and its amounts are kept. A price that cannot be read stops nothing: its amount stays unknown.
 */
export async function completeAmounts(
  deps: Deps,
  subscriptions: Subscriptions,
  options: RequestOptions,
): Promise<Subscriptions> {
  const priceIds = new Set<string>();
  for (const { items } of subscriptions)
    for (const item of items) if (needsAmount(item)) priceIds.add(item.priceId);
  if (priceIds.size === 0) return subscriptions;
  const amounts = await findAmounts(deps, [...priceIds], options);
  return subscriptions.map((one) => ({
    ...one,
    items: one.items.map((item) => {
      const amount = needsAmount(item) ? amounts.get(item.priceId)?.[item.currency] : undefined;
      return amount ? { ...item, pricing: undefined, ...amount } : item;
    }),
  }));
}

const amountsRow = z.object({
  id: z.string(),
  amounts: z.record(z.string(), storedAmount).nullable(),
  isDue: z.boolean(),
});

async function findAmounts(
  deps: Deps,
  priceIds: readonly string[],
  options: RequestOptions,
): Promise<Map<string, PriceAmounts | null>> {
  const rows = await queryRows(
    deps.db,
    amountsRow,
    sql`SELECT id, amounts, "nextAt" <= now() AS "isDue" FROM parity."StripePrice" WHERE id = ANY(${[...priceIds]})`,
  );
  const known = new Map<string, PriceAmounts | null>(rows.map(({ id, amounts }) => [id, amounts]));
  const due = new Set(priceIds);
  for (const { id, isDue } of rows) if (!isDue) due.delete(id);
  await Promise.all(
    [...due].map(async (id) => {
      const amounts = await readAmounts(deps, id, options);
      if (amounts) known.set(id, amounts);
    }),
  );
  return known;
}

/** Reads a price and keeps its amounts; null when it could not be read, and what was known before stays. */
async function readAmounts(
  { db, stripe }: Deps,
  id: string,
  options: RequestOptions,
): Promise<PriceAmounts | null> {
  const deadlineMs = Math.min(options.deadlineMs, ONE_PRICE_MS);
  const read = await stripe.readPrice(id, { ...options, deadlineMs });
  if (read.ok) {
    await db.$executeRaw`
      INSERT INTO parity."StripePrice" AS p (id, amounts, "readAt", "nextAt")
      VALUES (${id}, ${JSON.stringify(read.value)}::jsonb, now(), now() + ${NEXT_SECONDS.read}::int * interval '1 second')
      ON CONFLICT (id) DO UPDATE SET amounts = excluded.amounts, "readAt" = excluded."readAt",
        "nextAt" = excluded."nextAt", failure = NULL`;
    return read.value;
  }
  const { reason, retryable } = read.failure;
  if (reason === "cancelled") return null;
  const wait = retryable ? NEXT_SECONDS.failed : NEXT_SECONDS.refused;
  await db.$executeRaw`
    INSERT INTO parity."StripePrice" AS p (id, "nextAt", failure)
    VALUES (${id}, now() + ${wait}::int * interval '1 second', ${reason})
    ON CONFLICT (id) DO UPDATE SET "nextAt" = excluded."nextAt", failure = excluded.failure`;
  return null;
}
