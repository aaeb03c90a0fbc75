import type { Database, Tx } from "~/db/client.server";
import { sql } from "~/db/sql.server";
import { allOf, conditionsOf, type Found, judgedConditions } from "./filters.server";
import { WITHOUT_STANDING } from "./unjudged.server";
import { isFiltered, type UsersQuery } from "./users-query";

/** All users that a query holds, counted now. */
export async function countUsers(db: Database | Tx, query: UsersQuery, found: Found): Promise<number> {
  if (!isFiltered(query)) return numberOf(await db.$queryRaw`SELECT count(*)::int AS "n" FROM "User"`);
  const given = conditionsOf(query, found, null);
  const others = given.unjudged
    ? sql`(SELECT count(*) FROM "User" u WHERE ${allOf([...given.user, ...given.unjudged, WITHOUT_STANDING])})`
    : sql`0`;
  return numberOf(
    await db.$queryRaw`
      SELECT (count(*) + ${others})::int AS "n" FROM "Standing" s JOIN "User" u ON u."id" = s."userId"
      WHERE ${allOf(judgedConditions(given))}`,
  );
}

function numberOf(rows: unknown): number {
  const [row] = rows as { n: number }[];
  return row?.n ?? 0;
}
