import { join, type Sql, sql } from "~/platform/sql.server";
import {
  type Facts,
  type FilterCondition,
  type IndexedValues,
  SERVER_FILTERS,
  type ServerFilters,
} from "./filter-conditions.server";
import { FILTERS, type Filter, listNames } from "./filters";
import type { UsersWithoutStatus } from "./users-without-status.server";

/** What a query asks for, over `u` (User) and `s` (SyncStatus). */
export type Conditions = IndexedValues & {
  /** On `u`, of all users. */
  user: Sql[];
  /** On `s`, without the verdict. */
  syncStatus: Sql[];
  /** The same, for each entry of an index that is scanned. */
  scanned: Sql[];
  /** On `u`, besides `user`, of users without a sync status; null when none of them can match. */
  withoutStatus: Sql[] | null;
  /** The users without a sync status by id; null when every user may be one. */
  usersWithoutStatus: UsersWithoutStatus;
};

/** Puts together what the filters that are set ask. */
export function createConditionsBuilder<Values>(
  filters: { [Name in keyof Values]: Filter<Values[Name]> },
  serverFilters: ServerFilters<Values>,
) {
  return (values: Values, facts: Facts): Conditions => {
    const asked: FilterCondition[] = listNames(serverFilters).flatMap((name) => {
      const isSet = filters[name].codec.build(values[name]).length > 0;
      return isSet ? [serverFilters[name].buildCondition(values[name], facts)] : [];
    });
    return {
      user: asked.flatMap(({ user }) => user ?? []),
      syncStatus: asked.flatMap(({ syncStatus }) => syncStatus ?? []),
      scanned: asked.flatMap(({ syncStatus, scanned }) => scanned ?? syncStatus ?? []),
      verdicts: asked.flatMap(({ verdicts }) => verdicts ?? []),
      statuses: asked.flatMap(({ statuses }) => statuses ?? []),
      plans: asked.flatMap(({ plans }) => plans ?? []),
      planAlternatives: asked.flatMap(({ planAlternatives }) => planAlternatives ?? []),
      withoutStatus: asked.some(({ withoutStatus }) => withoutStatus === null)
        ? null
        : asked.flatMap(({ withoutStatus }) => withoutStatus ?? []),
      usersWithoutStatus: facts.usersWithoutStatus,
    };
  };
}

export const buildConditions = createConditionsBuilder(FILTERS, SERVER_FILTERS);

/** All conditions on a user that has a sync status. */
export function listConditions({ user, syncStatus, verdicts, planAlternatives }: Conditions): Sql[] {
  return [
    ...user,
    ...syncStatus,
    ...(verdicts.length > 0 ? [sql`s."verdict" = ANY(${verdicts}::text[])`] : []),
    ...(planAlternatives.length > 0 ? [sql`(${join(planAlternatives, " OR ")})`] : []),
  ];
}

/** What is asked, besides `user`, of a user `u` whose sync status `s` may be missing. */
export const matchEither = (given: Conditions): Sql =>
  sql`CASE WHEN s."userId" IS NOT NULL THEN ${joinConditions(listConditions({ ...given, user: [] }))}
    ELSE ${given.withoutStatus ? joinConditions(given.withoutStatus) : sql`false`} END`;

/** All conditions must hold; `true` when there is none. */
export function joinConditions(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`true` : join(conditions, " AND ");
}
