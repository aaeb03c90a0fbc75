import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** The current checkout attempt of a customer, and its payment page; null while there is none. */
export type CheckoutAttempt = { key: string; page: { sessionId: string; orderHash: string } | null };

/** The current attempt of a user; a new one when there is none. All tabs and servers get the same attempt. */
export async function openCheckoutAttempt(db: Database, userId: string): Promise<CheckoutAttempt> {
  await db.$executeRaw`INSERT INTO parity."CheckoutAttempt" ("userId") VALUES (${userId}) ON CONFLICT DO NOTHING`;
  const { key, sessionId, orderHash } = await db.checkoutAttempt.findUniqueOrThrow({ where: { userId } });
  return { key, page: sessionId !== null && orderHash !== null ? { sessionId, orderHash } : null };
}

/** The payment page of the last day, because Stripe keeps a page open for a day; null when there is none. */
export async function findRecentCheckoutPage(db: Database, userId: string): Promise<string | null> {
  const page = await queryOne(
    db,
    pageRow,
    sql`
    SELECT "sessionId" FROM parity."CheckoutAttempt" WHERE "userId" = ${userId} AND "sessionId" IS NOT NULL
      AND "updatedAt" > now() - interval '25 hours'`,
  );
  return page?.sessionId ?? null;
}

const pageRow = z.object({ sessionId: z.string() });

/** Replaces an attempt whose page cannot be paid any more. When several callers do so, all get the same new attempt. */
export async function replaceCheckoutAttempt(
  db: Database,
  userId: string,
  key: string,
): Promise<CheckoutAttempt> {
  await db.$executeRaw`
    UPDATE parity."CheckoutAttempt"
    SET key = gen_random_uuid(), "sessionId" = NULL, "orderHash" = NULL, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key}`;
  return openCheckoutAttempt(db, userId);
}

/** Saves the page of an attempt. False: the attempt was replaced or has another page, so this page must not be paid. */
export async function saveCheckoutPage(
  db: Database,
  userId: string,
  key: string,
  { sessionId, orderHash }: { sessionId: string; orderHash: string },
): Promise<boolean> {
  const kept = await db.$executeRaw`
    UPDATE parity."CheckoutAttempt" SET "sessionId" = ${sessionId}, "orderHash" = ${orderHash}, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key} AND ("sessionId" IS NULL OR "sessionId" = ${sessionId})`;
  return kept === 1;
}
