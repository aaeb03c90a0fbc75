import type { CountCache } from "~/dashboard/count-cache.server";
import { countSecondsSinceCovered } from "~/engine/account/cursors.server";
import type { Database, Tx } from "~/platform/client.server";
import { type Sql, sql } from "~/platform/sql.server";
import type { FacetCounts, FacetName } from "../facets/facet-names";
import { countFacet } from "../facets/facets.server";
import { buildConditions, type Conditions } from "./conditions.server";
import { FILTERS } from "./filters";
import { findUsersBehind, findUsersById } from "./find-users-by-id.server";
import { SCAN_LIMITS, type ScanLimits } from "./scan-limits.server";
import { countAllUsers, countMatchingUsers, countVerdicts, selectMatchingUsers } from "./users-count.server";
import { loadUsersPage } from "./users-page.server";
import {
  buildUsersSearch,
  EMPTY_QUERY,
  hasDeadFilter,
  hidesUsersWithoutSince,
  isFiltered,
  type UsersQuery,
} from "./users-query";
import {
  createUsersWithoutStatusCache,
  LARGE_FROM,
  type UsersWithoutStatus,
} from "./users-without-status.server";

export type UsersList = ReturnType<typeof createUsersList>;

/** For tests, which have few users. */
type UsersListOptions = { scanLimits?: ScanLimits; largeFrom?: number };

/** The lists behind the users table, from the last evaluation of each user. They send no request to Stripe. */
export function createUsersList(
  { db, countCache }: { db: Database; countCache: CountCache },
  { scanLimits = SCAN_LIMITS, largeFrom = LARGE_FROM }: UsersListOptions = {},
) {
  const usersWithoutStatus = createUsersWithoutStatusCache(db, largeFrom);

  async function loadConditions(
    tx: Database | Tx,
    query: UsersQuery,
    usersWithoutStatus: UsersWithoutStatus,
    owners: string[] | null = null,
  ) {
    const matchingIds = owners ?? (await findUsersById(tx, query.q));
    const coveredAgo = await countSecondsSinceCovered(tx);
    const conditions = buildConditions(query, { matchingIds, coveredAgo, usersWithoutStatus });
    if (hasDeadFilter(query)) return requireStatus(conditions, sql`false`);
    return hidesUsersWithoutSince(query) ? requireStatus(conditions, sql`s."since" IS NOT NULL`) : conditions;
  }

  async function countUsers(tx: Database | Tx, query: UsersQuery): Promise<number> {
    if (!isFiltered(query) && !hidesUsersWithoutSince(query)) return countAllUsers(tx);
    return countMatchingUsers(tx, await loadFound(tx, query));
  }

  /** Of the users themselves, or, where none has what was searched for, of those behind it. */
  async function loadFound(tx: Database | Tx, query: UsersQuery): Promise<Conditions> {
    const conditions = await loadConditions(tx, query, null);
    if (query.q === "" || (await countMatchingUsers(tx, conditions)) > 0) return conditions;
    const behind = await findUsersBehind(db, query.q);
    return behind ? loadConditions(tx, query, null, behind) : conditions;
  }

  return {
    async loadPage(query: UsersQuery) {
      const withoutStatus = usersWithoutStatus.getLatest();
      const page = await loadUsersPage(db, query, await loadConditions(db, query, withoutStatus), scanLimits);
      if (!page.ok || page.ids.length > 0 || query.page || query.q === "") return page;
      const owners = await findUsersBehind(db, query.q);
      if (!owners) return page;
      return loadUsersPage(db, query, await loadConditions(db, query, withoutStatus, owners), scanLimits);
    },
    /** All users that match, on every page. */
    count: (query: UsersQuery) => countUsers(db, query),
    countVerdicts: () => countVerdicts(db),
    /** `count` through the cache of slow counts: null when it takes too long. */
    countCached: (query: UsersQuery) =>
      countCache.count(`users ${buildCountKey(query)}`, (tx) => countUsers(tx, query)),
    /** SQL: the ids of all users that match, in no order. */
    selectIds: async (query: UsersQuery) => selectMatchingUsers(await loadFound(db, query)),
    /** Users by the values of a filter, without what is chosen in it. Null when counting takes too long. */
    countFacetCached(query: UsersQuery, facet: FacetName): Promise<FacetCounts | null> {
      const unknown = query.unknown.filter(({ param }) => param !== FILTERS[facet].param);
      const others = { ...query, unknown, [facet]: EMPTY_QUERY[facet] };
      return countCache.count(`facet ${facet} ${buildCountKey(others)}`, async (tx) =>
        countFacet(tx, facet, (values) =>
          loadConditions(tx, { ...others, ...values, sort: EMPTY_QUERY.sort }, null),
        ),
      );
    },
    /** Keeps in the audit who took the list out of Parity, and by which filters. */
    recordExport: (staffId: string, query: UsersQuery) =>
      db.settingChange.create({
        data: {
          key: "export:users",
          after: { filters: buildCountKey({ ...query, q: "" }), searched: query.q !== "" },
          actor: `staff:${staffId}`,
        },
      }),
    /** Plans to filter by. */
    listPlans: () => db.plan.findMany({ select: { id: true, name: true }, orderBy: { seats: "asc" } }),
  };
}

/** A count depends on the filters, and not on the page or the sort. */
const buildCountKey = (query: UsersQuery): string => {
  const { sort, reversed } = hidesUsersWithoutSince(query) ? query : EMPTY_QUERY;
  return buildUsersSearch({ ...query, page: null, sort, reversed }).toString();
};

/** Newest first, users without a date would fill all pages before the first that has one. */
const requireStatus = (given: Conditions, condition: Sql): Conditions => ({
  ...given,
  syncStatus: [...given.syncStatus, condition],
  scanned: [...given.scanned, condition],
  withoutStatus: null,
});
