import type { Database, Tx } from "~/platform/client.server";

export type StakeRow = { kind: "locked_out" | "leaking"; currency: string; perMonth: number; users: number };

/** Money at stake by kind and currency, never summed across currencies; largest first. Smallest units, per month. */
export async function moneyAtStake(db: Database | Tx): Promise<StakeRow[]> {
  return db.$queryRaw<StakeRow[]>`
    SELECT "moneyKind" AS kind, "moneyCurrency" AS currency, sum("moneyPerMonth")::float8 AS "perMonth",
      count(*)::int AS users
    FROM "SyncStatus" WHERE "moneyKind" IS NOT NULL AND "moneyCurrency" IS NOT NULL AND "moneyPerMonth" IS NOT NULL
    GROUP BY 1, 2 ORDER BY 3 DESC, 2`;
}

/** Users whose revocation is blocked: they wait for an admin. */
export async function countWaitingRevocations(db: Database | Tx): Promise<number> {
  const rows = await db.$queryRaw<{ users: number }[]>`
    SELECT count(*)::int AS users FROM "SyncStatus" 
    -- The second half is how PostgreSQL knows that the index of those with flags will do.
    WHERE flags @> ARRAY['not_revoked'] AND flags <> '{}'`;
  return rows[0]?.users ?? 0;
}

export async function countUsersWithVerdict(db: Database | Tx, verdict: string): Promise<number> {
  return db.syncStatus.count({ where: { verdict } });
}

/**
 * Paying Stripe customers that no user claims, by link or by e-mail address. First whom no record names, which leaves few
 * of a million: the rest is asked about those alone.
 */
export async function countUnclaimed(db: Database | Tx): Promise<number> {
  const rows = await db.$queryRaw<{ customers: number }[]>`
    WITH paying AS MATERIALIZED (
      SELECT DISTINCT s."customerId" AS id FROM "StripeSubscription" s
      WHERE NOT s.gone AND s.status IN ('active', 'trialing')
        AND NOT EXISTS (SELECT 1 FROM "User" u WHERE u."stripeCustomerId" = s."customerId"))
    SELECT count(*)::int AS customers FROM paying JOIN "StripeCustomer" c USING (id)
    WHERE c.state = 'present'
      AND NOT EXISTS (SELECT 1 FROM "User" u WHERE u.id = c."metadataUserId")
      AND NOT EXISTS (SELECT 1 FROM "StripeSubscription" x JOIN "User" u ON u.id = x."metadataUserId"
        WHERE x."customerId" = c.id AND NOT x.gone)
      AND NOT EXISTS (SELECT 1 FROM "Link" l WHERE l."customerId" = c.id AND l.source <> 'rejected')
      AND NOT EXISTS (SELECT 1 FROM "User" u WHERE lower(u.email COLLATE "C") = c."emailFolded")`;
  return rows[0]?.customers ?? 0;
}

/** Names of staff by id; never their addresses. */
export async function staffNames(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.staff.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
