import { z } from "zod";
import { selectUsersNamed } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** The next users in the order of their ids; empty at the end. */
export async function userIdsAfter(db: Database, after: string | null, limit: number): Promise<string[]> {
  const rows = await db.user.findMany({
    where: after === null ? {} : { id: { gt: after } },
    select: { id: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(({ id }) => id);
}

/** Names of the workspaces of these users, with their owners. */
export async function workspaceNames(
  db: Database,
  userIds: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return db.workspace.findMany({
    where: { ownerId: { in: [...userIds] } },
    select: { id: true, name: true },
  });
}

const userRow = z.object({ userId: z.string() });

/**
 * Ids of the users that a query names exactly: by id, e-mail address (ASCII-folded), `cus_…` or `sub_…`. At most two, so
 * that the caller sees whether it is only one.
 */
export async function findUserIds(db: Database, query: string): Promise<string[]> {
  const rows = await queryRows(
    db,
    userRow,
    sql`SELECT id AS "userId" FROM parity."User" WHERE id = ${query} OR lower(email COLLATE "C") = lower(${query} COLLATE "C")
      UNION (${selectUsersNamed(query)}) LIMIT 2`,
  );
  return rows.map(({ userId }) => userId);
}

export async function countUsers(db: Database | Tx): Promise<number> {
  return db.user.count();
}
