import { findEventCursor, findFullRun, findSessionsSince } from "~/engine/account/cursors.server";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "~/engine/evaluate/enqueue-drifted-users.server";
import { storePolledEvents } from "~/engine/observe/events.server";
import { enqueueDueUsers } from "~/engine/observe/recheck-queue.server";
import { readSignalledCharges } from "~/engine/observe/reversals.server";
import { linkSessions } from "~/engine/observe/session-links.server";
import { listDueInvoices } from "~/engine/observe/unpaid-invoices.server";
import { type CursorIn, START_OBSERVE } from "~/engine/repair/run-cursor";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { readDatabaseTime } from "~/platform/versions.server";
import type { EventsPage } from "~/stripe/pages.server";
import type { Answer } from "~/stripe/reader.server";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import { isFullRunCheaper, listLeastRecentlyRead } from "./customers-to-read.server";
import { pauseOrFail } from "./pause-or-fail.server";
import { enqueueUsersBesideOthers } from "./users-beside-others.server";

/** Events are not promised in order, and carry whole seconds. */
export const OVERLAP_SECONDS = 10 * 60;
/** Stripe's clocks may differ by less. */
const SKEW_SECONDS = 10;
/** Pages of events that are stored before an incremental run becomes a full run, which then settles them. */
const KNOWN_PAGES = 20;
/** Of past-due subscriptions, where an older invoice may be unpaid too: a full run left them. */
const MOST_INVOICE_LISTS = 1;

/**
 * Reads the events since the last run into the inbox, page by page; those that a webhook brought are known already. Then
 * enqueues the users that must be evaluated again because of the database itself, the clock, or other users. Where events
 * cannot be followed, or a full run costs less, the incremental run becomes a full run.
 */
export async function runEventsPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const [from, fullRun] = await Promise.all([findEventCursor(deps.db), findFullRun(deps.db)]);
  if (from === null || fullRun === null)
    return becomeFull(deps, session, "events cannot be followed from where they were left");
  const followed = await findSessionsSince(deps.db, await loadMetadataKeys(deps.db));
  const since = Math.max(0, Math.min(from.since, followed ?? from.since) - OVERLAP_SECONDS);
  let cursor = readCursor(session.run, "events");
  let pages = 0;
  const seen = new Set<string | null>();
  for (let hasMore = true; hasMore; ) {
    const asked = { since, startingAfter: cursor.afterEventId };
    const page = await deps.stripe.listEvents(asked, session.requestOptions);
    if (!page.ok && page.failure.reason === "forbidden")
      return becomeFull(deps, session, "the key may not read events");
    if (!page.ok) return pauseOrFail(deps, page.failure);
    // What happened before the last full run began, that run has read.
    // It reads no charges.
    const isNews = ({ created, chargeId }: WebhookEvent) =>
      created >= fullRun.stripeTime - SKEW_SECONDS || (chargeId ?? null) !== null;
    cursor = await commitPage(deps, session, cursor, { page, isNews });
    // A list that begins again would never end.
    hasMore = page.value.hasMore && !seen.has(page.value.lastId);
    seen.add(page.value.lastId);
    pages += 1;
    if (hasMore && pages >= KNOWN_PAGES && (await isFullRunCheaper(deps.db)))
      return becomeFull(deps, session, "much has changed");
    if (hasMore && !session.hasTime()) return { kind: "continue" };
  }
  // Only shown: what cannot be read now is read by the next run, and no run fails for it.
  await readSignalledCharges(deps, session.requestOptions);
  await listDueInvoices(deps, session.requestOptions, MOST_INVOICE_LISTS);
  const { recheckPerRun, fields } = await loadSettings(deps.db);
  await retryOnDeadlock(deps.db, async (tx) => {
    const { gone } = await enqueueDriftedUsers(tx, fields);
    await enqueueDueUsers(tx, { now: await readDatabaseTime(tx) });
    await enqueueUsersBesideOthers(tx, { gone });
  });
  if (await isFullRunCheaper(deps.db)) return becomeFull(deps, session, "much has changed");
  const { eventsReadUntil, unreadable } = cursor;
  const alsoRead = await listLeastRecentlyRead(deps.db, recheckPerRun);
  await session.commit(deps.db, {
    cursor: { phase: "read", eventsReadUntil, afterCustomerId: null, alsoRead, unreadable },
  });
  return { kind: "continue" };
}

async function commitPage(
  deps: Deps,
  session: RunSession,
  cursor: CursorIn<"events">,
  { page, isNews }: { page: Answer<EventsPage>; isNews: (event: WebhookEvent) => boolean },
): Promise<CursorIn<"events">> {
  const { unreadable, lastId } = page.value;
  if (unreadable.length > 0)
    deps.log.error({ unreadable, requestId: page.requestId }, "Stripe listed unreadable events");
  const next: CursorIn<"events"> = {
    ...cursor,
    afterEventId: lastId ?? cursor.afterEventId,
    eventsReadUntil: cursor.eventsReadUntil ?? page.stripeTime,
    unreadable: [...new Set([...cursor.unreadable, ...unreadable])],
  };
  await deps.db.$transaction(async (tx) => {
    // A full run reads no sessions: what older ones say still counts.
    await linkSessions(
      tx,
      page.value.events.flatMap((event) => (event.session && !isNews(event) ? [event.session] : [])),
    );
    await storePolledEvents(
      tx,
      page.value.events.filter((event) => isNews(event) || event.sessionId !== null),
    );
    await session.commit(tx, { cursor: next });
  });
  return next;
}

async function becomeFull(deps: Deps, session: RunSession, why: string): Promise<StepResult> {
  deps.log.info({ runId: session.run.id, why }, "incremental run became a full run");
  const { unreadable } = readCursor(session.run, "events");
  await session.commit(deps.db, { cursor: { ...START_OBSERVE, unreadable }, scope: "full" });
  return { kind: "continue" };
}
