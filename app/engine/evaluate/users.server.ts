import { z } from "zod";
import { selectUsersNamed } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const idRow = z.object({ id: z.string() });

/** The next users in the order of their ids; empty at the end. */
export async function userIdsAfter(db: Database, after: string | null, limit: number): Promise<string[]> {
  const rest = after === null ? sql`` : sql`WHERE id > ${after}`;
  const rows = await queryRows(
    db,
    idRow,
    sql`SELECT id FROM parity."User" ${rest} ORDER BY id LIMIT ${limit}`,
  );
  return rows.map(({ id }) => id);
}

const nameRow = z.object({ id: z.string(), name: z.string() });

/** Names of the workspaces of these users, with their owners. */
export const workspaceNames = (
  db: Database,
  userIds: readonly string[],
): Promise<{ id: string; name: string }[]> =>
  queryRows(db, nameRow, sql`SELECT id, name FROM parity.workspaces_by_owner(${[...userIds]})`);

const userRow = z.object({ userId: z.string() });

/**
 * Ids of the users that a query names exactly: by id, e-mail address (ASCII-folded), `cus_…` or `sub_…`. At most two, so
 * that the caller sees whether it is only one.
 */
export async function findUserIds(db: Database, query: string): Promise<string[]> {
  const rows = await queryRows(
    db,
    userRow,
    sql`SELECT id AS "userId" FROM parity.users_by_id(ARRAY[${query}])
      UNION SELECT id FROM parity."User" WHERE lower(email COLLATE "C") = lower(${query} COLLATE "C")
      UNION (${selectUsersNamed(query)}) LIMIT 2`,
  );
  return rows.map(({ userId }) => userId);
}

const countRow = z.object({ count: z.number() });

export async function countUsers(db: Database | Tx): Promise<number> {
  const { count } = await queryOneOrThrow(
    db,
    countRow,
    sql`SELECT count(*)::int AS count FROM parity."User"`,
  );
  return count;
}
