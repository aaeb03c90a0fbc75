import { VERDICTS, type Verdict } from "~/billing/verdicts";
import { coveredSecondsAgo } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { sql } from "~/platform/sql.server";
import { allOf, conditionsOf, evaluatedConditions, type Found } from "./filters.server";
import { WITHOUT_STANDING } from "./unevaluated.server";
import { isFiltered, type UsersQuery } from "./users-query";

/** All users that a query holds, counted now. */
export async function countUsers(db: Database | Tx, query: UsersQuery, found: Found): Promise<number> {
  if (!isFiltered(query)) return numberOf(await db.$queryRaw`SELECT count(*)::int AS "n" FROM "User"`);
  const coveredAgo = await coveredSecondsAgo(db);
  const given = conditionsOf(query, { found, unevaluated: null, coveredAgo });
  const others = given.unevaluated
    ? sql`(SELECT count(*) FROM "User" u WHERE ${allOf([...given.user, ...given.unevaluated, WITHOUT_STANDING])})`
    : sql`0`;
  return numberOf(
    await db.$queryRaw`
      SELECT (count(*) + ${others})::int AS "n" FROM "SyncStatus" s JOIN "User" u ON u."id" = s."userId"
      WHERE ${allOf(evaluatedConditions(given))}`,
  );
}

/** How many users have each verdict; verdicts that nobody has are left out. */
export type VerdictCount = { verdict: Verdict; users: number };

/** Users by verdict, counted now; those who were never evaluated are not checked. */
export async function countVerdicts(db: Database | Tx): Promise<VerdictCount[]> {
  const rows = await db.$queryRaw<{ verdict: string; users: number }[]>`
    SELECT coalesce(s."verdict", 'not_checked') AS "verdict", count(*)::int AS "users"
    FROM "User" u LEFT JOIN "SyncStatus" s ON s."userId" = u."id" GROUP BY 1`;
  const users = new Map(rows.map((row) => [row.verdict, row.users]));
  return VERDICTS.flatMap((verdict) => {
    const count = users.get(verdict);
    return count === undefined ? [] : [{ verdict, users: count }];
  });
}

function numberOf(rows: unknown): number {
  const [row] = rows as { n: number }[];
  return row?.n ?? 0;
}
