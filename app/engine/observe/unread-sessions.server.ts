import { z } from "zod";
import { selectOwners } from "~/engine/account/customer-owners.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import { isAskedAbout, postponeEvents } from "./events.server";
import { linkSession } from "./session-links.server";

type Deps = { db: Database; stripe: Pick<StripeReader, "readCheckoutSession">; log: Log };
type UnreadSession = { sessionId: string; customerId: string };

const sessionRow = z.object({ sessionId: z.string(), customerId: z.string() });

/**
 * Checkout sessions whose events do not say who paid, of these customers or (null) of all, where no strong link says yet
 * whose customer it is.
 */
export async function listUnreadSessions(
  db: Database,
  customerIds: readonly string[] | null,
): Promise<UnreadSession[]> {
  const isWanted = customerIds === null ? sql`true` : sql`e."customerId" = ANY(${[...customerIds]})`;
  return queryRows(
    db,
    sessionRow,
    sql`
    SELECT DISTINCT e."sessionId", e."customerId" FROM parity."StripeEvent" e
    WHERE ${isWanted} AND ${isAskedAbout} AND e."sessionId" IS NOT NULL
      AND NOT EXISTS (${selectOwners(sql`e."customerId"`)})
    ORDER BY 1`,
  );
}

/**
 * Reads these sessions and stores the links that they prove. Optional: who paid is usually known without. Returns why one
 * could not be read now but may be later; one that the key may not read is postponed, and its event stays unsettled.
 */
export async function readUnreadSessions(
  deps: Deps,
  sessions: readonly UnreadSession[],
  options: RequestOptions,
): Promise<StripeFailure | null> {
  let passing: StripeFailure | null = null;
  for (const { sessionId, customerId } of sessions) {
    const read = await deps.stripe.readCheckoutSession(sessionId, options);
    if (read.ok || read.failure.reason === "not_found") {
      if (read.ok && read.value.customerId === customerId) await linkSession(deps.db, read.value);
      await endSession(deps.db, sessionId);
      continue;
    }
    const { reason, requestId } = read.failure;
    deps.log.warn({ sessionId, reason, requestId }, "checkout session could not be read");
    if (isPassing(read.failure)) passing = read.failure;
    else await postponeEvents(deps.db, { customerIds: [customerId], sessionId });
  }
  return passing;
}

/** The session has said what it says. Its events are settled where their customer was read since they were stored. */
async function endSession(db: Database, sessionId: string): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."StripeEvent" e SET "sessionId" = NULL, "settledAt" = coalesce("settledAt", CASE WHEN EXISTS (
      SELECT 1 FROM parity."StripeCustomer" c WHERE c.id = e."customerId" AND c."completeVersionStart" > e."storedVersion")
      THEN now() END)
    WHERE "sessionId" = ${sessionId}`;
}
