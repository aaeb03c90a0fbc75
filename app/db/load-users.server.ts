import type { Database, Tx } from "./client.server";

/** A user's record and what staff decided about them, as the database returns it; JSON columns are still to be parsed. */
export type UserRow = {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string | null;
  stripeCustomerId: string | null;
  plan: string | null;
  subscriptionStatus: string | null;
  currentPeriodEnd: number | null;
  cancelAtPeriodEnd: boolean;
  billing: unknown;
  workspaces: unknown;
  comps: unknown;
  holdState: string | null;
  acknowledged: string | null;
  lookupFailure: string | null;
  loweringStamp: number | null;
  /** When the application last wrote this row; epoch seconds. */
  writtenAt: number;
  usersWithEmail: number;
  rejected: string[];
};

/** One row for each user that exists, in no particular order. Times are epoch seconds. */
export async function loadUsers(db: Database | Tx, userIds: readonly string[]): Promise<UserRow[]> {
  return db.$queryRaw<UserRow[]>`
    SELECT u.id, u.email, u."emailVerified", u.name, u."stripeCustomerId", u.plan, u."subscriptionStatus",
      floor(extract(epoch FROM u."currentPeriodEnd"))::float8 AS "currentPeriodEnd", u."cancelAtPeriodEnd",
      (SELECT jsonb_build_object('stripeSubscriptionId', b."stripeSubscriptionId", 'stripePriceId', b."stripePriceId",
          'status', b.status, 'plan', b.plan, 'amount', b.amount, 'currency', b.currency, 'interval', b.interval,
          'currentPeriodStart', floor(extract(epoch FROM b."currentPeriodStart")),
          'currentPeriodEnd', floor(extract(epoch FROM b."currentPeriodEnd")),
          'cancelAtPeriodEnd', b."cancelAtPeriodEnd")
        FROM "BillingSubscription" b WHERE b."userId" = u.id) AS billing,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'status', w.status, 'soldiers', w.soldiers)
          ORDER BY w.id), '[]')
        FROM "Workspace" w WHERE w."ownerId" = u.id) AS workspaces,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'planId', c."planId",
          'expiresAt', floor(extract(epoch FROM c."expiresAt")),
          'revokedAt', floor(extract(epoch FROM c."revokedAt")),
          'applied', EXISTS (SELECT 1 FROM "Change" x
            WHERE x."userId" = c."userId" AND x.raises
              AND x."createdAt" BETWEEN c."createdAt" AND coalesce(c."revokedAt", c."expiresAt")
              -- What was taken back since is no longer what the comp gave.
              AND NOT EXISTS (SELECT 1 FROM "Change" y
                WHERE y."userId" = x."userId" AND y.lowers AND y.id > x.id))) ORDER BY c.id), '[]')
        FROM "Comp" c WHERE c."userId" = u.id) AS comps,
      (SELECT h."stripeState" FROM "Hold" h WHERE h."userId" = u.id AND h."releasedAt" IS NULL
        ORDER BY h."createdAt" DESC LIMIT 1) AS "holdState",
      extract(epoch FROM u."updatedAt")::float8 AS "writtenAt",
      a.mismatches AS acknowledged, k.failure AS "lookupFailure", s."loweringStamp"::float8 AS "loweringStamp",
      (SELECT count(*)::int FROM "User" o
        WHERE lower(o.email COLLATE "C") = lower(u.email COLLATE "C")) AS "usersWithEmail",
      ARRAY(SELECT l."customerId" FROM "Link" l WHERE l."userId" = u.id AND l.source = 'rejected') AS rejected
    FROM "User" u
    LEFT JOIN "Standing" s ON s."userId" = u.id
    LEFT JOIN "UserCheck" k ON k."userId" = u.id
    LEFT JOIN "Acknowledgement" a ON a."userId" = u.id
    WHERE u.id = ANY(${[...userIds]})`;
}
