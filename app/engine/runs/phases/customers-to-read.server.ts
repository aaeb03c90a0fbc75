import { z } from "zod";
import { isPossibleId, trimId } from "~/engine/account/customer-owners.server";
import { isAskedAbout } from "~/engine/observe/events.server";
import type { Database } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** Customers that an incremental run must read: with an unsettled event that is not postponed, or named by a queued user and never observed. */
const customersToRead: Sql = sql`
  SELECT e."customerId" AS id FROM parity."StripeEvent" e WHERE ${isAskedAbout} AND e."customerId" IS NOT NULL
  UNION SELECT named.id FROM (
    SELECT u.id AS "userId", ${trimId(sql`u."stripeCustomerId"`)} AS id FROM parity."RecheckQueue" t JOIN parity."User" u ON u.id = t."userId"
    WHERE ${isPossibleId(trimId(sql`u."stripeCustomerId"`))}
    UNION ALL SELECT l."userId", l."customerId" FROM parity."RecheckQueue" t JOIN parity."Link" l ON l."userId" = t."userId"
      WHERE l.source <> 'rejected') named
  WHERE named.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parity."StripeCustomer" c WHERE c.id = named.id)
    -- Stripe refused for good to answer about it: not asked each time.
    AND NOT EXISTS (SELECT 1 FROM parity."UserCheck" k WHERE k."userId" = named."userId"
      AND k.failure IN ('bad_request', 'forbidden') AND k."nextCheckAt" > now())`;

const idRow = z.object({ id: z.string() });
const cheaperRow = z.object({ cheaper: z.boolean() });

/** The next of them and of `also` in the order of their ids, after `after`. */
export async function listCustomersToRead(
  db: Database,
  { after, also, limit }: { after: string | null; also: readonly string[]; limit: number },
): Promise<string[]> {
  const rows = await queryRows(
    db,
    idRow,
    sql`
    SELECT id FROM (${customersToRead} UNION SELECT unnest(${[...also]}::text[])) wanted
    WHERE (${after}::text IS NULL OR id > ${after})
    ORDER BY id LIMIT ${limit}::int`,
  );
  return rows.map(({ id }) => id);
}

/**
 * The `limit` customers whose own complete read is oldest, those never read first, so that run after run all are read.
 * Only customers with subscriptions, because one request reads them. Without customers whose last look-up failed and is
 * not due again, because they would come first each time.
 */
export async function listLeastRecentlyRead(db: Database, limit: number): Promise<string[]> {
  if (limit === 0) return [];
  const rows = await queryRows(
    db,
    idRow,
    sql`
    SELECT id FROM parity."StripeCustomer" c
    WHERE state = 'present'
      AND EXISTS (SELECT 1 FROM parity."StripeSubscription" s WHERE s."customerId" = c.id AND NOT s.gone)
      AND NOT EXISTS (SELECT 1 FROM parity."UserCheck" k
        WHERE k."userId" = c."metadataUserId" AND k.failure IS NOT NULL AND k."nextCheckAt" > now())
      AND NOT EXISTS (SELECT 1 FROM parity."User" u JOIN parity."UserCheck" k ON k."userId" = u.id
        WHERE u."stripeCustomerId" = c.id AND k.failure IS NOT NULL AND k."nextCheckAt" > now())
    ORDER BY "completeAt" NULLS FIRST, id LIMIT ${limit}::int`,
  );
  return rows.map(({ id }) => id);
}

/** Would reading these customers cost more requests than a full run? Subscriptions come a hundred a page. */
export async function isFullRunCheaper(db: Database): Promise<boolean> {
  const row = await queryOne(
    db,
    cheaperRow,
    sql`
    WITH wanted AS (SELECT count(*) AS customers FROM (${customersToRead}) each)
    SELECT customers > 16 AND customers > 16
      + (SELECT count(*) FROM parity."StripeSubscription" WHERE NOT gone) / 100 AS cheaper FROM wanted`,
  );
  return row?.cheaper ?? false;
}

/** So many customers that were never seen are read by a full run in test mode. */
const MOST_UNSEEN = 20;

/**
 * Customers that Stripe leaves out of its lists because they are on a test clock: those that are known to be, and some that
 * records name and no list showed, because they may be. There are none in live mode.
 */
export async function listUnlistedCustomers(db: Database): Promise<string[]> {
  const rows = await queryRows(
    db,
    idRow,
    sql`
    SELECT id FROM parity."StripeCustomer" WHERE "testClockId" IS NOT NULL AND state = 'present'
    UNION SELECT "customerId" FROM parity."StripeSubscription" WHERE "testClockId" IS NOT NULL AND NOT gone
    UNION (SELECT ${trimId(sql`u."stripeCustomerId"`)} FROM parity."User" u
      WHERE ${isPossibleId(trimId(sql`u."stripeCustomerId"`))}
        AND NOT EXISTS (SELECT 1 FROM parity."StripeCustomer" c WHERE c.id = ${trimId(sql`u."stripeCustomerId"`)})
      ORDER BY 1 LIMIT ${MOST_UNSEEN}::int)
    ORDER BY 1`,
  );
  return rows.map(({ id }) => id);
}
