import { VERDICTS, type Verdict } from "~/billing/verdicts";
import type { Database } from "~/db/client.server";
import { REACH, type Reach } from "./reach.server";
import { usersOfStripeId } from "./stripe-ids.server";
import { createUnjudged, LARGE_FROM } from "./unjudged.server";
import { countUsers } from "./users-count.server";
import { type UsersPage, usersPage } from "./users-page.server";
import type { UsersQuery } from "./users-query";

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

/** `reach` and `largeFrom` are for tests, which have few users. */
export function createUsersList(
  db: Database,
  { reach = REACH, largeFrom = LARGE_FROM }: { reach?: Reach; largeFrom?: number } = {},
): UsersList {
  const unjudged = createUnjudged(db, largeFrom);
  return {
    page: async (query) => usersPage(db, query, await usersOfStripeId(db, query.q), unjudged.last(), reach),
    count: async (query) => countUsers(db, query, await usersOfStripeId(db, query.q)),
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
