import { z } from "zod";
import { MONEY_KINDS } from "~/billing/verdicts/catalogue";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { isUnclaimed, PAYING_CUSTOMERS } from "./payers/unclaimed-payers.server";

const stakeRow = z.object({
  kind: z.enum(MONEY_KINDS),
  currency: z.string(),
  perMonth: z.number(),
  users: z.number(),
});

export type StakeRow = z.output<typeof stakeRow>;

/** Money at stake by kind and currency, never summed across currencies; largest first. Smallest units, per month. */
export async function sumMoneyAtStake(db: Database | Tx): Promise<StakeRow[]> {
  return queryRows(
    db,
    stakeRow,
    sql`SELECT "moneyKind" AS kind, "moneyCurrency" AS currency, sum("moneyPerMonth")::float8 AS "perMonth",
      count(*)::int AS users
    FROM parity."SyncStatus" WHERE "moneyKind" IS NOT NULL AND "moneyCurrency" IS NOT NULL AND "moneyPerMonth" IS NOT NULL
    GROUP BY 1, 2 ORDER BY 3 DESC, 2`,
  );
}

/** Money at stake in one currency; amounts in different currencies are never added. */
export type Stake = Omit<StakeRow, "kind">;

export function selectStakes(rows: readonly StakeRow[], kind: StakeRow["kind"]): Stake[] {
  return rows.flatMap((row) =>
    row.kind === kind ? [{ currency: row.currency, perMonth: row.perMonth, users: row.users }] : [],
  );
}

const countRow = z.object({ count: z.number() });

/** Users whose revocation is blocked and waits for an admin. */
export async function countPendingRevocations(db: Database | Tx): Promise<number> {
  const row = await queryOne(
    db,
    countRow,
    // The second condition changes nothing in the result: with it PostgreSQL can use the partial index on flags.
    sql`SELECT count(*)::int AS count FROM parity."SyncStatus" WHERE flags @> ARRAY['not_revoked'] AND flags <> '{}'`,
  );
  return row?.count ?? 0;
}

export async function countUsersWithVerdict(db: Database | Tx, verdict: string): Promise<number> {
  return db.syncStatus.count({ where: { verdict } });
}

/**
 * Paying Stripe customers that no user is linked to: those that the Inbox, `unclaimed` and the user search list. The first step
 * drops all customers that a record names. Few remain of a million, and only these are compared in the second step.
 */
export async function countUnlinkedCustomers(db: Database | Tx): Promise<number> {
  const row = await queryOne(
    db,
    countRow,
    sql`WITH ${PAYING_CUSTOMERS}
    SELECT count(*)::int AS count FROM paying JOIN parity."StripeCustomer" c USING (id)
    WHERE ${isUnclaimed(sql`c.id`)}`,
  );
  return row?.count ?? 0;
}

/** Names of staff members by id; never their addresses. */
export async function loadStaffNames(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.staff.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
