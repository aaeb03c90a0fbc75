import { z } from "zod";
import { DEFAULT_POLICY, type Policy } from "~/billing/policy";
import { findStatusWord, isLetIn, RUNNING_STATUSES } from "~/billing/vocabulary/vocabulary";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** At most max(`minimum`, `percent` of the users with access) automatic revocations in 24 hours. */
export type RevocationLimit = {
  percent: number;
  minimum: number;
  /** By what the application decides who has access, in its words; by workspaces and Stripe's own words unless given. */
  policy?: Policy;
};

/**
 * How many automatic revocations are still allowed in these 24 hours; counted no further than `wanted`. In a transaction
 * that revokes: one at a time over all servers, or two would each count before the other has revoked.
 */
export async function countRevocationsLeft(tx: Tx, limit: RevocationLimit, wanted: number): Promise<number> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('parity.revocation_limit'))::text`;
  return countRoom(tx, limit, wanted);
}

/** Whether the limit allows one more automatic revocation now. Only a look ahead: a repair counts again under its lock. */
export async function revocationLimitHasRoom(db: Database, limit: RevocationLimit): Promise<boolean> {
  return (await countRoom(db, limit, 1)) > 0;
}

const countRow = z.object({ count: z.number() });

async function countRoom(
  db: Database | Tx,
  { percent, minimum, policy = DEFAULT_POLICY }: RevocationLimit,
  wanted: number,
): Promise<number> {
  const counted = await queryOne(
    db,
    countRow,
    sql`SELECT count(*)::int AS count FROM parity."Change"
      WHERE revokes AND "actorKind" <> 'staff' AND "createdAt" > now() - interval '24 hours'`,
  );
  const revoked = counted?.count ?? 0;
  // Counted only as far as it matters: a million users may have access, and every batch that revokes asks.
  const enough = revoked + wanted;
  if (enough <= minimum || percent <= 0) return minimum - revoked;
  const withAccess = await countWithAccess(db, policy, Math.ceil((enough * 100) / percent));
  return Math.max(minimum, Math.floor((withAccess * percent) / 100)) - revoked;
}

/** Users with access now or 24 hours ago (or the limit would shrink with each revocation); counted up to `most`. */
async function countWithAccess(db: Database | Tx, policy: Policy, most: number): Promise<number> {
  const counted = await queryOne(
    db,
    countRow,
    sql`
    WITH paying AS MATERIALIZED (
      SELECT DISTINCT "ownerId" AS id FROM parity."Workspace" WHERE status = 'active' AND seats > 0 LIMIT ${most}::bigint),
    others AS MATERIALIZED (
      SELECT id FROM (
        SELECT u.id FROM parity."User" u WHERE ${giveAccess(policy)}
          AND NOT EXISTS (SELECT 1 FROM parity."Workspace" w WHERE w."ownerId" = u.id)
        UNION ALL SELECT "userId" FROM parity."Change"
          WHERE revokes AND "actorKind" <> 'staff' AND "createdAt" > now() - interval '24 hours'
        LIMIT ${most}::bigint) other
      WHERE (SELECT count(*) FROM paying) < ${most}::bigint)
    SELECT count(*)::int AS count FROM (
      SELECT id FROM paying UNION SELECT id FROM others LIMIT ${most}::bigint) with_access`,
  );
  return counted?.count ?? 0;
}

/** SQL: the fields of a user without workspaces say that there is access. */
function giveAccess({ vocabulary, noPlanWord }: Policy): Sql {
  const { accessBy, dateGraceSeconds, statusesByHand } = vocabulary;
  if (accessBy === "plan") return sql`u.plan IS DISTINCT FROM ${noPlanWord}::text AND u.plan IS NOT NULL`;
  if (accessBy === "date")
    return sql`u."currentPeriodEnd" + make_interval(secs => ${dateGraceSeconds}::float8) > now()`;
  const words = RUNNING_STATUSES.flatMap((status) =>
    [false, true].map((scheduled) => findStatusWord(status, scheduled, vocabulary)),
  ).filter((word) => word !== undefined && isLetIn(word, vocabulary) !== false);
  return sql`u."subscriptionStatus" = ANY(${[...words, ...statusesByHand]}::text[])`;
}
