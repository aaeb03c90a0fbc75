import { z } from "zod";
import { FIELDS } from "~/billing/fields";
import { findEvaluatedShare } from "~/engine/account/cursors.server";
import type { EvaluationContext } from "~/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "~/engine/evaluate/enqueue-drifted-users.server";
import { enqueueDueUsers } from "~/engine/observe/recheck-queue.server";
import type { Database, Tx } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { raw, type Sql, sql } from "~/platform/sql.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { allClaims } from "./users-beside-others.server";

/** Each scheduled full run evaluates one of so many shares of the settled users all the same, in turn: whatever was missed. */
export const SHARES = 8;
/** From this part of the users in the recheck queue on, all are evaluated: to leave some out would spare little. */
const MUCH = 0.25;

const countsRow = z.object({ queued: z.number(), users: z.number() });

/**
 * Prepares to leave settled users out: puts into the recheck queue the users who have another record than was evaluated, whose
 * time has come, and whose customer another user claims now. Returns the share of the settled users that is evaluated all the
 * same; null when all users are to be evaluated, because much has changed.
 */
export async function chooseShareOfSettled(
  db: Database,
  { rules }: EvaluationContext,
): Promise<number | null> {
  const { queued, users } = await retryOnDeadlock(db, async (tx) => {
    await enqueueDriftedUsers(tx, rules.fields ?? FIELDS);
    await enqueueDueUsers(tx, { now: await readDatabaseTime(tx) });
    await enqueueEntangledUsers(tx);
    return queryOneOrThrow(
      tx,
      countsRow,
      sql`SELECT (SELECT count(*) FROM parity."RecheckQueue")::int AS queued, (SELECT count(*) FROM parity."User")::int AS users`,
    );
  });
  if (queued > users * MUCH) return null;
  const last = await findEvaluatedShare(db);
  return last === null ? 0 : (last + 1) % SHARES;
}

/**
 * SQL condition: the status of the user `id` is settled, nothing has put the user into the recheck queue since, and the user is
 * not of the share that is evaluated all the same. What another version of Parity wrote is believed only where it says the
 * same by itself.
 */
export const isLeftOut = (
  id: Sql,
  share: number,
): Sql => sql`(mod(hashtext(${id})::bigint + 2147483648, ${raw(String(SHARES))}) <> ${raw(String(share))}
  AND EXISTS (SELECT 1 FROM parity."SyncStatus" s WHERE s."userId" = ${id} AND s.settled AND s.severity = 0
    AND s.blocked IS NULL AND s.flags = ARRAY[]::text[] AND s."revocationVersion" IS NULL)
  AND NOT EXISTS (SELECT 1 FROM parity."RecheckQueue" q WHERE q."userId" = ${id}))`;

/**
 * Enqueues the users who were alone with their customers, as the status says, where now another user has a link to one of them,
 * of whatever kind, where the user's address leads to a customer to which no link of the user's does, or where the user has a
 * reference or a rejection, be it of the user's own customer. Looked for in what is stored, because the other user may have been
 * evaluated since without this one.
 */
export async function enqueueEntangledUsers(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    WITH ${allClaims}, contested AS (SELECT "customerId" FROM every_claim GROUP BY 1
        HAVING min("userId" COLLATE "C") <> max("userId" COLLATE "C") OR bool_and("isAddress"))
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT DISTINCT concerned."userId" FROM (
        SELECT every_claim."userId" FROM every_claim JOIN contested USING ("customerId")
        UNION ALL SELECT "userId" FROM parity."Link" WHERE source IN ('reference', 'rejected')) concerned
      JOIN parity."SyncStatus" status ON status."userId" = concerned."userId" AND status.settled
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}
