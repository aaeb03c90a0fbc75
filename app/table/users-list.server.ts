import { VERDICTS, type Verdict } from "~/billing/verdicts";
import type { Database } from "~/db/client.server";
import { sql } from "~/db/sql.server";
import { allOf, judgedFilters, unjudgedFilters } from "./filters.server";
import { usersOfStripeId } from "./stripe-ids.server";
import { type UsersPage, usersPage } from "./users-page.server";
import { isFiltered, type UsersQuery } from "./users-query";

/** How many users have each verdict; verdicts that nobody has are left out. */
export type VerdictCount = { verdict: Verdict; users: number };

/** The lists behind the users table, from what was last judged. Drawing them never asks Stripe. */
export type UsersList = {
  page: (query: UsersQuery) => Promise<UsersPage>;
  /** All users that a query holds, whatever the page. */
  count: (query: UsersQuery) => Promise<number>;
  verdicts: () => Promise<VerdictCount[]>;
  /** Plans to filter by. */
  plans: () => Promise<{ id: string; name: string }[]>;
};

export function createUsersList(db: Database): UsersList {
  return {
    page: async (query) => usersPage(db, query, await usersOfStripeId(db, query.q)),
    count: async (query) => {
      if (!isFiltered(query)) return numberOf(await db.$queryRaw`SELECT count(*)::int AS "n" FROM "User"`);
      const found = await usersOfStripeId(db, query.q);
      const unjudged = unjudgedFilters(query, found);
      const others = unjudged
        ? sql`(SELECT count(*) FROM "User" u
            WHERE NOT EXISTS (SELECT 1 FROM "Standing" s WHERE s."userId" = u."id") AND ${allOf(unjudged)})`
        : sql`0`;
      return numberOf(
        await db.$queryRaw`
          SELECT (count(*) + ${others})::int AS "n" FROM "Standing" s JOIN "User" u ON u."id" = s."userId"
          WHERE ${allOf(judgedFilters(query, found))}`,
      );
    },
    verdicts: async () => {
      const rows = await db.$queryRaw<{ verdict: string; users: number }[]>`
        SELECT coalesce(s."verdict", 'not_checked') AS "verdict", count(*)::int AS "users"
        FROM "User" u LEFT JOIN "Standing" s ON s."userId" = u."id" GROUP BY 1`;
      const users = new Map(rows.map((row) => [row.verdict, row.users]));
      return VERDICTS.flatMap((verdict) => {
        const count = users.get(verdict);
        return count === undefined ? [] : [{ verdict, users: count }];
      });
    },
    plans: () => db.plan.findMany({ select: { id: true, name: true }, orderBy: { soldiers: "asc" } }),
  };
}

function numberOf(rows: unknown): number {
  const [row] = rows as { n: number }[];
  return row?.n ?? 0;
}
