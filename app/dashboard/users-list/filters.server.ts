import { type Flag, STALE_AFTER_SECONDS, type Verdict } from "~/billing/verdicts";
import { join, type Sql, sql } from "~/platform/sql.server";
import { OBSERVED } from "./order.server";
import { searched } from "./search.server";
import type { Unevaluated } from "./unevaluated.server";
import { NONE, type UsersQuery } from "./users-query";

/** Users of whom something is known by id: found by a `cus_…` or `sub_…`; null when the search is another one. */
export type Found = string[] | null;

/** What a query asks for, over `u` (User) and `s` (Standing). */
export type Conditions = {
  /** On `u`, of everybody. */
  user: Sql[];
  /** On `s`, but for the verdict. */
  syncStatus: Sql[];
  verdicts: Verdict[];
  /** The chosen statuses as `STATUS` has them; a condition of `standing` as well. */
  statuses: string[];
  /** Ways to fulfil the filter by plan, of which one is enough; none: nothing is asked. */
  ways: Sql[];
  /** The chosen plans by name. */
  plans: string[];
  /** On `u`, beside `user`, of those without a Standing; null when there can be none of them. */
  unevaluated: Sql[] | null;
  /** Who has no Standing, by name; null when every user may be one. */
  strangers: Unevaluated;
};

/** Stripe's status as the index has it, and what that index leaves out: the status that most users have. */
export const STATUS = sql`coalesce(s."stripeStatus", '')`;
export const RARE_STATUS = sql`s."stripeStatus" IS DISTINCT FROM 'active'`;

/** What is looked up before a query is made. */
export type Facts = {
  found: Found;
  unevaluated: Unevaluated;
  /** Seconds since a pass or tick last covered everybody who is known; null when none has. */
  coveredAgo: number | null;
};

export function conditionsOf(query: UsersQuery, { found, unevaluated, coveredAgo }: Facts): Conditions {
  const { q, verdicts, plans } = query;
  const named = plans.filter((plan) => plan !== NONE);
  return {
    user: found ? [sql`u."id" = ANY(${found}::text[])`] : q === "" ? [] : [searched(q)],
    syncStatus: syncStatusConditions(query, coveredAgo ?? Number.POSITIVE_INFINITY),
    verdicts,
    statuses: query.statuses.map((status) => (status === NONE ? "" : status)),
    ways: [
      ...(named.length > 0
        ? [sql`s."stripePlan" = ANY(${named}::text[])`, sql`u."plan" = ANY(${named}::text[])`]
        : []),
      ...(plans.includes(NONE) ? [sql`(s."stripePlan" IS NULL AND u."plan" IS NULL)`] : []),
    ],
    plans: named,
    unevaluated: mayBeUnevaluated(query) ? unevaluatedPlan(plans, named) : null,
    strangers: unevaluated,
  };
}

const HOUR = 3_600;
/** Users of whom something is known. */
const KNOWN = sql`${OBSERVED} > '-infinity'`;

function syncStatusConditions(query: UsersQuery, coveredAgo: number): Sql[] {
  const { flags, statuses, checked } = query;
  const conditions: Sql[] = [];
  if (flags.length > 0) conditions.push(flagged(flags, coveredAgo));
  if (query.blocked) conditions.push(sql`s."blocked" IS NOT NULL`);
  if (statuses.length > 0) {
    const keys = statuses.map((status) => (status === NONE ? "" : status));
    const chosen = sql`${STATUS} = ANY(${keys}::text[])`;
    conditions.push(statuses.includes("active") ? chosen : sql`(${chosen} AND ${RARE_STATUS})`);
  }
  if (checked === "never") conditions.push(sql`${OBSERVED} = '-infinity'`);
  if (checked === "hour") conditions.push(checkedWithin(HOUR, coveredAgo));
  if (checked === "day") conditions.push(checkedWithin(24 * HOUR, coveredAgo));
  if (checked === "stale") conditions.push(isStale(coveredAgo));
  return conditions;
}

/** Passes and ticks cover everybody who is known, and write nothing about users in sync. */
function checkedWithin(seconds: number, coveredAgo: number): Sql {
  return coveredAgo <= seconds ? KNOWN : sql`${OBSERVED} >= now() - make_interval(secs => ${seconds}::int)`;
}

function isStale(coveredAgo: number): Sql {
  if (coveredAgo <= STALE_AFTER_SECONDS) return sql`false`;
  return sql`(${OBSERVED} < now() - make_interval(secs => ${STALE_AFTER_SECONDS}::int) AND ${KNOWN})`;
}

/** `stale` comes and goes by the clock, and stands on no row. */
function flagged(flags: readonly Flag[], coveredAgo: number): Sql {
  const kept = flags.filter((flag) => flag !== "stale");
  // The second half says nothing new: it is how PostgreSQL knows that the index of those with flags will do.
  const onRow = sql`(s."flags" && ${kept}::text[] AND s."flags" <> '{}')`;
  if (kept.length === flags.length) return onRow;
  return kept.length === 0 ? isStale(coveredAgo) : sql`(${onRow} OR ${isStale(coveredAgo)})`;
}

/** Users without a Standing count as not checked, and nothing else is known of them. */
function mayBeUnevaluated({ verdicts, flags, statuses, checked, blocked }: UsersQuery): boolean {
  return (
    (verdicts.length === 0 || verdicts.includes("not_checked")) &&
    flags.length === 0 &&
    !blocked &&
    (statuses.length === 0 || statuses.includes(NONE)) &&
    (checked === null || checked === "never")
  );
}

function unevaluatedPlan(plans: string[], named: string[]): Sql[] {
  if (plans.length === 0) return [];
  const isNamed = sql`u."plan" = ANY(${named}::text[])`;
  return [plans.includes(NONE) ? sql`(u."plan" IS NULL OR ${isNamed})` : isNamed];
}

/** Everything that is asked of a user with a Standing. */
export function evaluatedConditions({ user, syncStatus, verdicts, ways }: Conditions): Sql[] {
  return [
    ...user,
    ...syncStatus,
    ...(verdicts.length > 0 ? [sql`s."verdict" = ANY(${verdicts}::text[])`] : []),
    ...(ways.length > 0 ? [sql`(${join(ways, " OR ")})`] : []),
  ];
}

/** What is asked beside `user`, of a user `u` whose Standing `s` may be missing. */
export const eitherOf = (given: Conditions): Sql =>
  sql`CASE WHEN s."userId" IS NOT NULL THEN ${allOf(evaluatedConditions({ ...given, user: [] }))}
    ELSE ${given.unevaluated ? allOf(given.unevaluated) : sql`false`} END`;

/** All of the conditions, and `true` when there is none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`true` : join(conditions, " AND ");
}
