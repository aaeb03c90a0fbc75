import { z } from "zod";
import { selectUsersNamed } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";

const userRow = z.object({ userId: z.string() });

/**
 * Ids of the users that a whole `cus_…` or `sub_…` belongs to: by the record, by a link, or by Stripe's metadata. Null when
 * the search is no such id or it belongs to no user: then it is an ordinary text.
 */
export async function findUsersByStripeId(db: Database | Tx, q: string): Promise<string[] | null> {
  if (!/^(cus|sub)_[A-Za-z0-9_]+$/.test(q)) return null;
  const rows = await queryRows(db, userRow, selectUsersNamed(q));
  return rows.length === 0 ? null : rows.map(({ userId }) => userId);
}
