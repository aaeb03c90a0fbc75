import type { Database } from "~/platform/client.server";

/** A customer's present turn at paying, and the page that was made for it; null while none was. */
export type CheckoutAttempt = { key: string; page: { sessionId: string; orderHash: string } | null };

/** The turn of a user, begun when there is none. All tabs and servers get the same one. */
export async function openCheckoutAttempt(db: Database, userId: string): Promise<CheckoutAttempt> {
  await db.$executeRaw`INSERT INTO "CheckoutAttempt" ("userId") VALUES (${userId}) ON CONFLICT DO NOTHING`;
  const { key, sessionId, orderHash } = await db.checkoutAttempt.findUniqueOrThrow({ where: { userId } });
  return { key, page: sessionId !== null && orderHash !== null ? { sessionId, orderHash } : null };
}

/** The page that a user was sent to in the last day, the time that Stripe keeps one open; null when there is none. */
export async function findRecentCheckoutPage(db: Database, userId: string): Promise<string | null> {
  const [page] = await db.$queryRaw<{ sessionId: string }[]>`
    SELECT "sessionId" FROM "CheckoutAttempt" WHERE "userId" = ${userId} AND "sessionId" IS NOT NULL
      AND "updatedAt" > now() - interval '25 hours'`;
  return page?.sessionId ?? null;
}

/** Ends a turn whose page cannot be paid any more; the one that follows. Of several that end it, one does. */
export async function replaceCheckoutAttempt(
  db: Database,
  userId: string,
  key: string,
): Promise<CheckoutAttempt> {
  await db.$executeRaw`
    UPDATE "CheckoutAttempt"
    SET key = gen_random_uuid(), "sessionId" = NULL, "orderHash" = NULL, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key}`;
  return openCheckoutAttempt(db, userId);
}

/** Keeps the page of a turn. False: the turn is over, or has another page, and this one must not be paid. */
export async function saveCheckoutPage(
  db: Database,
  userId: string,
  key: string,
  { sessionId, orderHash }: { sessionId: string; orderHash: string },
): Promise<boolean> {
  const kept = await db.$executeRaw`
    UPDATE "CheckoutAttempt" SET "sessionId" = ${sessionId}, "orderHash" = ${orderHash}, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key} AND ("sessionId" IS NULL OR "sessionId" = ${sessionId})`;
  return kept === 1;
}
