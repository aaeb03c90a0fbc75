import { z } from "zod";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { type Conditions, joinConditions, listConditions, matchEither } from "./conditions.server";
import { HAS_NO_STATUS } from "./users-without-status.server";

const countRow = z.object({ count: z.number() });

export async function countAllUsers(db: Database | Tx): Promise<number> {
  const row = await queryOne(db, countRow, sql`SELECT count(*)::int AS "count" FROM parity."User"`);
  return row?.count ?? 0;
}

/** Counts the users that match now. */
export async function countMatchingUsers(db: Database | Tx, given: Conditions): Promise<number> {
  const row = await queryOne(db, countRow, selectCount(given));
  return row?.count ?? 0;
}

function selectCount(given: Conditions): Sql {
  const { user, planAlternatives, plans, syncStatus, verdicts, withoutStatus } = given;
  // Nothing is asked, or nothing of the users' own records: indexes find the sync statuses.
  if (withoutStatus === null || user.length + planAlternatives.length === 0)
    return selectCountOfStatuses(given);
  const asksOnlyPlans =
    user.length + syncStatus.length + verdicts.length === 0 && planAlternatives.length === 2;
  return asksOnlyPlans ? selectCountOfPlans(plans) : selectCountOfUsers(given);
}

/**
 * SQL: the users with a recorded plan, and those with only a subscription of it: two indexes, where a join hashes all users. Few have
 * only the one, so whether they exist is asked of each.
 */
const selectCountOfPlans = (plans: readonly string[]): Sql => sql`
  WITH recorded AS MATERIALIZED (SELECT u."id" FROM parity."User" u WHERE u."plan" = ANY(${[...plans]}::text[])),
  bought AS MATERIALIZED (SELECT s."userId" FROM parity."SyncStatus" s WHERE s."stripePlan" = ANY(${[...plans]}::text[])
    AND NOT EXISTS (SELECT 1 FROM recorded WHERE recorded."id" = s."userId"))
  SELECT ((SELECT count(*) FROM recorded)
    + (SELECT count(*) FROM bought WHERE (SELECT true FROM parity."User" u WHERE u."id" = bought."userId")))::int AS "count"`;

/** SQL: over the users, each with its sync status where it has one. One join, where two would read everything twice. */
const selectCountOfUsers = (given: Conditions): Sql => sql`
  SELECT count(*)::int AS "count" FROM parity."User" u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id"
  WHERE ${joinConditions(given.user)} AND ${matchEither(given)}`;

/** SQL: over the sync statuses, which indexes find, and the users without one, which two indexes side by side find. */
function selectCountOfStatuses(given: Conditions): Sql {
  const others = given.withoutStatus
    ? sql`(SELECT count(*) FROM parity."User" u WHERE ${joinConditions([...given.user, ...given.withoutStatus, HAS_NO_STATUS])})`
    : sql`0`;
  return sql`SELECT (count(*) + ${others})::int AS "count" FROM parity."SyncStatus" s JOIN parity."User" u ON u."id" = s."userId"
    WHERE ${joinConditions(listConditions(given))}`;
}

/** The ids of the users that match, in no order. */
export const selectMatchingUsers = (given: Conditions): Sql => {
  const others = given.withoutStatus
    ? sql`UNION ALL SELECT u."id" FROM parity."User" u WHERE ${joinConditions([...given.user, ...given.withoutStatus, HAS_NO_STATUS])}`
    : sql``;
  return sql`SELECT u."id" AS id FROM parity."SyncStatus" s JOIN parity."User" u ON u."id" = s."userId"
    WHERE ${joinConditions(listConditions(given))} ${others}`;
};

/** How many users have a verdict. */
export type VerdictCount = { verdict: Verdict; users: number };

const verdictRow = z.object({ verdict: z.string(), users: z.number() });

/**
 * Counts users by verdict now; users that were never evaluated count as not checked, verdicts without users are left out. Statuses
 * are counted, and what the keys of both tables do not have in common is corrected: users without a status, and statuses that
 * outlive their user by a moment. So no row is joined, and the keys are in indexes.
 */
export async function countVerdicts(db: Database | Tx): Promise<VerdictCount[]> {
  const rows = await queryRows(
    db,
    verdictRow,
    sql`WITH apart AS MATERIALIZED (
      SELECT u."id", s."userId" FROM parity."User" u FULL JOIN parity."SyncStatus" s ON s."userId" = u."id"
      WHERE u."id" IS NULL OR s."userId" IS NULL
    ) SELECT "verdict", sum("users")::int AS "users" FROM (
      SELECT s."verdict", count(*) AS "users" FROM parity."SyncStatus" s GROUP BY 1
      UNION ALL SELECT s."verdict", -count(*) FROM apart a JOIN parity."SyncStatus" s USING ("userId") GROUP BY 1
      UNION ALL SELECT 'not_checked', count(*) FROM apart a WHERE a."id" IS NOT NULL
    ) counted GROUP BY 1 HAVING sum("users") > 0`,
  );
  const users = new Map(rows.map((row) => [row.verdict, row.users]));
  return VERDICTS.flatMap((verdict) => {
    const count = users.get(verdict);
    return count === undefined ? [] : [{ verdict, users: count }];
  });
}
