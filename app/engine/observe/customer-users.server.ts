import { z } from "zod";
import { selectOwners, selectUsersWithAddress } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { type CheckoutSession, findPayer } from "~/stripe/checkout-session";

const userRow = z.object({ userId: z.string() });

/** The users that a customer belongs to or whose e-mail address it has, in the order of their ids; empty when there are none. */
export async function listUsersOfCustomer(db: Database, customerId: string): Promise<string[]> {
  const id = sql`${customerId}`;
  const rows = await queryRows(
    db,
    userRow,
    sql`SELECT DISTINCT "userId" FROM (${selectOwners(id)} UNION ALL ${selectUsersWithAddress(id)}) users ORDER BY 1`,
  );
  return rows.map(({ userId }) => userId);
}

/**
 * Links a customer to a user because a checkout session that our application made says so, and enqueues the user. What
 * staff decided stays. Does nothing when there is no such user.
 */
export async function linkBySession(db: Database | Tx, userId: string, customerId: string): Promise<void> {
  await db.$executeRaw`
    WITH linked AS (
      INSERT INTO "Link" ("userId", "customerId", source, actor)
      SELECT id, ${customerId}, 'session', 'checkout' FROM "User" WHERE id = ${userId}
      ON CONFLICT ("userId", "customerId") DO UPDATE SET source = 'session' WHERE "Link".source = 'email'
      RETURNING "userId")
    INSERT INTO "RecheckQueue" ("userId") SELECT "userId" FROM linked
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}

/** Links the customer of a checkout session to the user that it proves to have paid; the session was read, or came in a signed event. */
export async function linkSession(db: Database | Tx, session: CheckoutSession): Promise<void> {
  const userId = findPayer(session);
  if (userId !== null && session.customerId !== null) await linkBySession(db, userId, session.customerId);
}
