import { z } from "zod";
import { selectOwners, selectUsersWithAddress } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { type CheckoutSession, findSessionLink } from "~/stripe/checkout-session";

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
 * Stores what a checkout session says about whose customer it is, and enqueues the user: proof as a link, a bare reference
 * as a possible match. What staff decided stays. Does nothing when there is no such user.
 */
export async function linkSession(
  db: Database | Tx,
  session: Pick<CheckoutSession, "customerId" | "subscriptionId" | "clientReferenceId" | "metadataUserId">,
): Promise<void> {
  const link = findSessionLink(session);
  if (link === null) return;
  const { userId, customerId, subscriptionId, source } = link;
  await db.$executeRaw`
    WITH linked AS (
      INSERT INTO "Link" ("userId", "customerId", "subscriptionId", source, actor)
      SELECT id, ${customerId}, ${subscriptionId ?? ""}, ${source}, 'checkout' FROM "User" WHERE id = ${userId}
      ON CONFLICT ("userId", "customerId", "subscriptionId") DO UPDATE SET source = excluded.source
        WHERE excluded.source = 'session' AND "Link".source IN ('email', 'reference')
      RETURNING "userId")
    INSERT INTO "RecheckQueue" ("userId") SELECT "userId" FROM linked
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`;
}
