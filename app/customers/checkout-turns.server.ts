import type { Database } from "~/platform/client.server";

/** A customer's present turn at paying, and the page that was made for it; null while none was. */
export type CheckoutTurn = { key: string; page: { sessionId: string; ordered: string } | null };

/** The turn of a user, begun when there is none. All tabs and servers get the same one. */
export async function checkoutTurn(db: Database, userId: string): Promise<CheckoutTurn> {
  await db.$executeRaw`INSERT INTO "CheckoutTurn" ("userId") VALUES (${userId}) ON CONFLICT DO NOTHING`;
  const { key, sessionId, ordered } = await db.checkoutTurn.findUniqueOrThrow({ where: { userId } });
  return { key, page: sessionId !== null && ordered !== null ? { sessionId, ordered } : null };
}

/** The page that a user was sent to in the last day, the time that Stripe keeps one open; null when there is none. */
export async function lastCheckoutPage(db: Database, userId: string): Promise<string | null> {
  const [page] = await db.$queryRaw<{ sessionId: string }[]>`
    SELECT "sessionId" FROM "CheckoutTurn" WHERE "userId" = ${userId} AND "sessionId" IS NOT NULL
      AND "updatedAt" > now() - interval '25 hours'`;
  return page?.sessionId ?? null;
}

/** Ends a turn whose page cannot be paid any more; the one that follows. Of several that end it, one does. */
export async function nextCheckoutTurn(db: Database, userId: string, key: string): Promise<CheckoutTurn> {
  await db.$executeRaw`
    UPDATE "CheckoutTurn"
    SET key = gen_random_uuid(), "sessionId" = NULL, ordered = NULL, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key}`;
  return checkoutTurn(db, userId);
}

/** Keeps the page of a turn. False: the turn is over, or has another page, and this one must not be paid. */
export async function keepCheckoutPage(
  db: Database,
  userId: string,
  key: string,
  { sessionId, ordered }: { sessionId: string; ordered: string },
): Promise<boolean> {
  const kept = await db.$executeRaw`
    UPDATE "CheckoutTurn" SET "sessionId" = ${sessionId}, ordered = ${ordered}, "updatedAt" = now()
    WHERE "userId" = ${userId} AND key = ${key} AND ("sessionId" IS NULL OR "sessionId" = ${sessionId})`;
  return kept === 1;
}
