import type { CountCache } from "~/dashboard/count-cache.server";
import { countSecondsSinceCovered } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { buildConditions } from "./conditions.server";
import { findUsersByStripeId } from "./find-users-by-stripe-id.server";
import { SCAN_LIMITS, type ScanLimits } from "./scan-limits.server";
import { countAllUsers, countMatchingUsers, countVerdicts } from "./users-count.server";
import { loadUsersPage } from "./users-page.server";
import { buildUsersSearch, EMPTY_QUERY, isFiltered, type UsersQuery } from "./users-query";
import { createUsersWithoutStatusCache, LARGE_FROM } from "./users-without-status.server";

export type UsersList = ReturnType<typeof createUsersList>;

/** For tests, which have few users. */
type UsersListOptions = { scanLimits?: ScanLimits; largeFrom?: number };

/** The lists behind the users table, from the last evaluation of each user. They send no request to Stripe. */
export function createUsersList(
  { db, countCache }: { db: Database; countCache: CountCache },
  { scanLimits = SCAN_LIMITS, largeFrom = LARGE_FROM }: UsersListOptions = {},
) {
  const usersWithoutStatus = createUsersWithoutStatusCache(db, largeFrom);

  async function countUsers(tx: Database | Tx, query: UsersQuery): Promise<number> {
    if (!isFiltered(query)) return countAllUsers(tx);
    const matchingIds = await findUsersByStripeId(tx, query.q);
    const coveredAgo = await countSecondsSinceCovered(tx);
    return countMatchingUsers(
      tx,
      buildConditions(query, { matchingIds, usersWithoutStatus: null, coveredAgo }),
    );
  }

  return {
    async loadPage(query: UsersQuery) {
      const [matchingIds, coveredAgo] = await Promise.all([
        findUsersByStripeId(db, query.q),
        countSecondsSinceCovered(db),
      ]);
      const facts = { matchingIds, coveredAgo, usersWithoutStatus: usersWithoutStatus.getLatest() };
      return loadUsersPage(db, query, buildConditions(query, facts), scanLimits);
    },
    /** All users that match, on every page. */
    count: (query: UsersQuery) => countUsers(db, query),
    countVerdicts: () => countVerdicts(db),
    /** `count` through the cache of slow counts: null when it takes too long. */
    countCached: (query: UsersQuery) =>
      countCache.count(`users ${buildCountKey(query)}`, (tx) => countUsers(tx, query)),
    countVerdictsCached: () => countCache.count("verdicts", countVerdicts),
    /** Plans to filter by. */
    listPlans: () => db.plan.findMany({ select: { id: true, name: true }, orderBy: { seats: "asc" } }),
  };
}

/** A count depends on the filters, and not on the page or the sort. */
const buildCountKey = (query: UsersQuery): string =>
  buildUsersSearch({ ...query, page: null, sort: EMPTY_QUERY.sort, reversed: false }).toString();
