import { z } from "zod";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { type Conditions, joinConditions, listConditions } from "./conditions.server";
import { HAS_NO_STATUS } from "./users-without-status.server";

const countRow = z.object({ count: z.number() });

export async function countAllUsers(db: Database | Tx): Promise<number> {
  const row = await queryOne(db, countRow, sql`SELECT count(*)::int AS "count" FROM parity."User"`);
  return row?.count ?? 0;
}

/** Counts the users that match now. */
export async function countMatchingUsers(db: Database | Tx, given: Conditions): Promise<number> {
  const others = given.withoutStatus
    ? sql`(SELECT count(*) FROM parity."User" u WHERE ${joinConditions([...given.user, ...given.withoutStatus, HAS_NO_STATUS])})`
    : sql`0`;
  const row = await queryOne(
    db,
    countRow,
    sql`SELECT (count(*) + ${others})::int AS "count" FROM parity."SyncStatus" s JOIN parity."User" u ON u."id" = s."userId"
      WHERE ${joinConditions(listConditions(given))}`,
  );
  return row?.count ?? 0;
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

/** Counts users by verdict now; users that were never evaluated count as not checked, verdicts without users are left out. */
export async function countVerdicts(db: Database | Tx): Promise<VerdictCount[]> {
  const rows = await queryRows(
    db,
    verdictRow,
    sql`SELECT coalesce(s."verdict", 'not_checked') AS "verdict", count(*)::int AS "users"
    FROM parity."User" u LEFT JOIN parity."SyncStatus" s ON s."userId" = u."id" GROUP BY 1`,
  );
  const users = new Map(rows.map((row) => [row.verdict, row.users]));
  return VERDICTS.flatMap((verdict) => {
    const count = users.get(verdict);
    return count === undefined ? [] : [{ verdict, users: count }];
  });
}
