import { z } from "zod";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { join, quoteName, type Sql, sql } from "~/platform/sql.server";
import {
  type Conditions,
  joinConditions,
  listConditions,
  matchEither,
} from "../users-list/conditions.server";
import { CHECKED, NONE } from "../users-list/filters";
import { EMPTY_QUERY, type UsersQuery } from "../users-list/users-query";
import { HAS_NO_STATUS } from "../users-list/users-without-status.server";
import type { FacetCounts, FacetName } from "./facet-names";

/** Builds the conditions of the list with these filters in the place of those of the address. */
type Build = (values: Partial<UsersQuery>) => Promise<Conditions>;

/** The values that a user has in a filter. */
type FacetValues = {
  /** Over `s` and `u`; null where the user has none, and a value that two of them have counts once. */
  columns: Sql[];
  /** Over `u`: the value of a user without a sync status; null where such a user has none. */
  withoutStatus: Sql | null;
  /** What a user has who has no other value. */
  none?: string;
};

const COLUMNS: Record<
  FacetName,
  (findMatch: (values: Partial<UsersQuery>) => Promise<Sql>) => Promise<FacetValues>
> = {
  verdicts: async () => ({ columns: [sql`s."verdict"`], withoutStatus: sql`'not_checked'::text` }),
  // Whether a user is stale depends on the clock, and is in no row.
  flags: async (findMatch) => ({
    columns: [
      sql`unnest(CASE WHEN ${await findMatch({ flags: ["stale"] })} THEN s."flags" || 'stale'::text ELSE s."flags" END)`,
    ],
    withoutStatus: null,
  }),
  plans: async () => ({
    columns: [sql`s."stripePlan"`, sql`u."plan"`],
    withoutStatus: sql`u."plan"`,
    none: NONE,
  }),
  statuses: async () => ({ columns: [sql`s."stripeStatus"`], withoutStatus: sql`NULL::text`, none: NONE }),
  checked: async (findMatch) => ({
    columns: await Promise.all(
      CHECKED.map(
        async (checked) => sql`CASE WHEN ${await findMatch({ checked })} THEN ${checked}::text END`,
      ),
    ),
    withoutStatus: sql`'never'::text`,
  }),
};

const joinAs = (columns: readonly Sql[], names: readonly Sql[]): Sql =>
  join(columns.map((column, n) => sql`${column} AS ${names[n] ?? sql``}`));

const facetRow = z.object({ found: z.array(z.string()), users: z.number() });

/** Counts the values of one filter, in one pass over the users that match the other filters. */
export async function countFacet(tx: Tx, facet: FacetName, build: Build): Promise<FacetCounts> {
  const given = await build({ [facet]: EMPTY_QUERY[facet] });
  const findMatch = async (values: Partial<UsersQuery>) =>
    joinConditions((await build({ ...EMPTY_QUERY, ...values })).syncStatus);
  const { columns, withoutStatus, none } = await COLUMNS[facet](findMatch);
  const names = columns.map((_, n) => quoteName(`value${n}`));
  const values = joinAs(columns, names);
  const needsUser = facet === "plans" || given.user.length + given.planAlternatives.length > 0;
  const others = given.withoutStatus === null ? null : withoutStatus;
  const missing = others === null ? [] : [others, ...columns.slice(1).map(() => sql`NULL::text`)];
  const counted =
    needsUser && others !== null
      ? // One join over all users, where two would read everything twice.
        sql`SELECT ${joinAs(
          columns.map(
            (column, n) =>
              sql`CASE WHEN s."userId" IS NULL THEN ${missing[n] ?? sql`NULL::text`} ELSE ${column} END`,
          ),
          names,
        )} FROM parity."User" u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id"
          WHERE ${joinConditions(given.user)} AND ${matchEither(given)}`
      : sql`SELECT ${values} FROM parity."SyncStatus" s ${needsUser ? sql`JOIN parity."User" u ON u."id" = s."userId"` : sql``}
          WHERE ${joinConditions(listConditions(given))}
          ${
            others === null
              ? sql``
              : sql`UNION ALL SELECT ${join(missing)} FROM parity."User" u
            WHERE ${joinConditions([...given.user, ...(given.withoutStatus ?? []), HAS_NO_STATUS])}`
          }`;
  const rows = await queryRows(
    tx,
    facetRow,
    sql`SELECT array_remove(ARRAY[${join(names)}]::text[], NULL) AS found, count(*)::int AS users FROM (${counted}) counted
      GROUP BY ${join(names)}`,
  );
  const counts: FacetCounts = {};
  for (const { found, users } of rows) {
    const values = found.length === 0 && none !== undefined ? [none] : new Set(found);
    for (const value of values) counts[value] = (counts[value] ?? 0) + users;
  }
  return counts;
}
