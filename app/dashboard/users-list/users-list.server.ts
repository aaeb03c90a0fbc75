import { type Counting, createCounting } from "~/dashboard/counting.server";
import { coveredSecondsAgo } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { REACH, type Reach } from "./reach.server";
import { usersOfStripeId } from "./stripe-ids.server";
import { createUnevaluated, LARGE_FROM } from "./unevaluated.server";
import { countUsers, countVerdicts, type VerdictCount } from "./users-count.server";
import { type UsersPage, usersPage } from "./users-page.server";
import { buildUsersSearch, EMPTY_QUERY, type UsersQuery } from "./users-query";

/** The lists behind the users table, from what was last evaluated. Drawing them never asks Stripe. */
export type UsersList = {
  page: (query: UsersQuery) => Promise<UsersPage>;
  /** All users that a query holds, whatever the page. */
  count: (query: UsersQuery) => Promise<number>;
  verdicts: () => Promise<VerdictCount[]>;
  /** The same for a page that shows them beside its rows: see `Counting`. Null when it takes too long. */
  countBeside: (query: UsersQuery) => Promise<number | null>;
  verdictsBeside: () => Promise<VerdictCount[] | null>;
  /** Plans to filter by. */
  plans: () => Promise<{ id: string; name: string }[]>;
};

/** `reach` and `largeFrom` are for tests, which have few users. */
type Options = { counting?: Counting; reach?: Reach; largeFrom?: number };

export function createUsersList(
  db: Database,
  { counting = createCounting(db), reach = REACH, largeFrom = LARGE_FROM }: Options = {},
): UsersList {
  const unevaluated = createUnevaluated(db, largeFrom);
  const count = async (tx: Database | Tx, query: UsersQuery) =>
    countUsers(tx, query, await usersOfStripeId(tx, query.q));
  return {
    page: async (query) => {
      const [found, coveredAgo] = await Promise.all([usersOfStripeId(db, query.q), coveredSecondsAgo(db)]);
      return usersPage(db, query, { found, unevaluated: unevaluated.last(), coveredAgo }, reach);
    },
    count: (query) => count(db, query),
    verdicts: () => countVerdicts(db),
    countBeside: (query) => counting.count(`users ${keyOf(query)}`, (tx) => count(tx, query)),
    verdictsBeside: () => counting.count("verdicts", countVerdicts),
    plans: () => db.plan.findMany({ select: { id: true, name: true }, orderBy: { seats: "asc" } }),
  };
}

/** What a count depends on: not the page, nor the order. */
const keyOf = (query: UsersQuery): string =>
  buildUsersSearch({ ...query, page: null, sort: EMPTY_QUERY.sort, reversed: false }).toString();
