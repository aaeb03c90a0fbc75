import { z } from "zod";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { type Conditions, joinConditions, listConditions } from "../users-list/conditions.server";
import { EMPTY_QUERY, type UsersQuery } from "../users-list/users-query";
import { HAS_NO_STATUS } from "../users-list/users-without-status.server";
import type { FacetCounts, FacetName } from "./facet-names";

/** The value of a user with a sync status, and of one without. */
const VALUES: Record<FacetName, { from: Sql; withoutStatus: string | null }> = {
  verdicts: { from: sql`s."verdict"`, withoutStatus: "not_checked" },
  flags: { from: sql`unnest(s."flags")`, withoutStatus: null },
  statuses: { from: sql`coalesce(s."stripeStatus", 'none')`, withoutStatus: "none" },
};

const facetRow = z.object({ value: z.string(), users: z.number() });

/** Counts the values of one filter. `build` gives the conditions of the list with that filter as given. */
export async function countFacet(
  tx: Tx,
  facet: FacetName,
  build: (values: Partial<UsersQuery>) => Promise<Conditions>,
): Promise<FacetCounts> {
  const given = await build({ [facet]: EMPTY_QUERY[facet] });
  const { from, withoutStatus } = VALUES[facet];
  const others =
    given.withoutStatus && withoutStatus !== null
      ? sql`UNION ALL SELECT ${withoutStatus}::text FROM parity."User" u
          WHERE ${joinConditions([...given.user, ...given.withoutStatus, HAS_NO_STATUS])}`
      : sql``;
  const needsUser = given.user.length + given.planAlternatives.length > 0;
  const user = needsUser ? sql`JOIN parity."User" u ON u."id" = s."userId"` : sql``;
  const rows = await queryRows(
    tx,
    facetRow,
    sql`SELECT value, count(*)::int AS users FROM (
      SELECT ${from} AS value FROM parity."SyncStatus" s ${user} WHERE ${joinConditions(listConditions(given))} ${others}
    ) found GROUP BY value`,
  );
  return Object.fromEntries(rows.map(({ value, users }) => [value, users]));
}
