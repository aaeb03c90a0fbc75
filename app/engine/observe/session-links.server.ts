import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Database, Tx } from "~/platform/client.server";
import { sql } from "~/platform/sql.server";
import { toRecordset } from "~/platform/write-rows.server";
import { findSessionLink, type NamedInSession, type SessionLink } from "~/stripe/checkout-session";

/** Stores what one checkout session says about whose customer it is, as `linkSessions` does. */
export const linkSession = (db: Database | Tx, session: NamedInSession): Promise<void> =>
  linkSessions(db, [session]);

/**
 * Stores what checkout sessions say about whose customers they are, and enqueues the users: proof as a link, a bare
 * reference as a possible match. What staff decided stays. A link waits for a user that the application has not made yet.
 */
export async function linkSessions(db: Database | Tx, sessions: readonly NamedInSession[]): Promise<void> {
  if (sessions.length === 0) return;
  const keys = await loadMetadataKeys(db);
  const links = new Map<string, SessionLink & { subscriptionId: string }>();
  for (const session of sessions) {
    const link = findSessionLink(session, keys);
    if (link === null) continue;
    const subscriptionId = link.subscriptionId ?? "";
    const place = JSON.stringify([link.userId, link.customerId, subscriptionId]);
    // One statement cannot write a row twice, and proof outweighs a reference.
    if (links.get(place)?.source !== "session") links.set(place, { ...link, subscriptionId });
  }
  if (links.size === 0) return;
  await db.$executeRaw(sql`
    WITH linked AS (
      INSERT INTO parity."Link" ("userId", "customerId", "subscriptionId", source, actor)
      SELECT r."userId", r."customerId", r."subscriptionId", r.source, 'checkout'
      FROM ${toRecordset([...links.values()], { userId: "text", customerId: "text", subscriptionId: "text", source: "text" })}
      ORDER BY 1, 2, 3
      ON CONFLICT ("userId", "customerId", "subscriptionId") DO UPDATE SET source = excluded.source
        WHERE excluded.source = 'session' AND parity."Link".source IN ('email', 'reference')
      RETURNING "userId")
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT DISTINCT u.id FROM linked JOIN parity."User" u ON u.id = linked."userId" ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation`);
}
