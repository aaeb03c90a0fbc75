import { STALE_AFTER_SECONDS } from "~/billing/verdicts";
import { join, type Sql, sql } from "~/db/sql.server";
import { NONE, type UsersQuery } from "./users-query";

/** Users of whom something is known by id: found by a `cus_…` or `sub_…`; null when the search is another one. */
export type Found = string[] | null;

/** Conditions on users that have a Standing: `s` is there. */
export function judgedFilters(query: UsersQuery, found: Found): Sql[] {
  const { verdicts, flags, plans, statuses, checked } = query;
  const conditions = userFilters(query, found);
  if (verdicts.length > 0) conditions.push(sql`s."verdict" = ANY(${verdicts}::text[])`);
  if (flags.length > 0) conditions.push(sql`s."flags" && ${flags}::text[]`);
  if (query.withheld) conditions.push(sql`s."withheld" IS NOT NULL`);
  if (statuses.length > 0)
    conditions.push(
      statuses.includes(NONE)
        ? sql`(s."stripeStatus" IS NULL OR s."stripeStatus" = ANY(${statuses}::text[]))`
        : sql`s."stripeStatus" = ANY(${statuses}::text[])`,
    );
  if (plans.length > 0) {
    const named = sql`u."plan" = ANY(${plans}::text[]) OR s."stripePlan" = ANY(${plans}::text[])`;
    conditions.push(
      plans.includes(NONE)
        ? sql`(${named} OR (u."plan" IS NULL AND s."stripePlan" IS NULL))`
        : sql`(${named})`,
    );
  }
  const observed = sql`s."observedAt"`;
  if (checked === "never") conditions.push(sql`${observed} IS NULL`);
  if (checked === "hour") conditions.push(sql`${observed} >= now() - interval '1 hour'`);
  if (checked === "day") conditions.push(sql`${observed} >= now() - interval '1 day'`);
  if (checked === "stale")
    conditions.push(sql`${observed} < now() - make_interval(secs => ${STALE_AFTER_SECONDS}::int)`);
  return conditions;
}

/**
 * Conditions on users without a Standing, who count as not checked: `s` is not there. Null when the query can hold
 * none of them.
 */
export function unjudgedFilters(query: UsersQuery, found: Found): Sql[] | null {
  const { verdicts, flags, plans, statuses, checked } = query;
  const allowed =
    (verdicts.length === 0 || verdicts.includes("not_checked")) &&
    flags.length === 0 &&
    !query.withheld &&
    (statuses.length === 0 || statuses.includes(NONE)) &&
    (checked === null || checked === "never");
  if (!allowed) return null;
  const conditions = userFilters(query, found);
  if (plans.length > 0)
    conditions.push(
      plans.includes(NONE)
        ? sql`(u."plan" IS NULL OR u."plan" = ANY(${plans}::text[]))`
        : sql`u."plan" = ANY(${plans}::text[])`,
    );
  return conditions;
}

/** All of the conditions, and `true` when there is none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`true` : join(conditions, " AND ");
}

function userFilters({ q }: UsersQuery, found: Found): Sql[] {
  if (found) return [sql`u."id" = ANY(${found}::text[])`];
  if (q === "") return [];
  const infix = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  return [sql`(u."email" ILIKE ${infix} OR u."name" ILIKE ${infix} OR u."id" = ${q})`];
}
