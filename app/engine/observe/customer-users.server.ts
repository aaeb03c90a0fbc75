import { z } from "zod";
import { selectOwners, selectUsersWithAddress } from "~/engine/account/customer-owners.server";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

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
