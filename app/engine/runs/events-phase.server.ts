import { lastEvents, lastPass } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "~/engine/evaluate/drift.server";
import { storePolledEvents } from "~/engine/observe/events.server";
import { enqueueDueUsers } from "~/engine/observe/recheck-queue.server";
import type { RunCursor } from "~/engine/repair/run-cursor";
import { saveProgress } from "~/engine/repair/runs.server";
import { inTransaction } from "~/platform/deadlock.server";
import { databaseNow } from "~/platform/stamps.server";
import type { EventsPage } from "~/stripe/pages.server";
import type { Answer } from "~/stripe/reader.server";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import { isPassCheaper, leastRecentlyRead } from "./customers-to-read.server";
import { pauseOrFail } from "./pause-or-fail.server";
import type { RunSession, StepResult } from "./run-session";

/** Events are not promised in order, and carry whole seconds. */
const OVERLAP_SECONDS = 10 * 60;
/** Stripe's clocks may differ by less. */
const SKEW_SECONDS = 10;
/** So many pages of events are stored before a tick becomes a full pass: what is stored before it, it settles. */
const KNOWN_PAGES = 20;

/**
 * Reads the events since the last tick or pass into the inbox, page by page; those that a webhook brought are known
 * already. Then marks who is to be evaluated: whom the database itself, the clock or others concern. Where events cannot be
 * followed, or a pass over everything costs less, the tick becomes a full pass.
 */
export async function runEventsPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const [from, pass] = await Promise.all([lastEvents(deps.db), lastPass(deps.db)]);
  if (from === null || pass === null)
    return becomeFull(deps, session, "events cannot be followed from where they were left");
  let { cursor } = session.run;
  let pages = 0;
  for (let hasMore = true; hasMore; ) {
    const asked = { since: Math.max(0, from.since - OVERLAP_SECONDS), startingAfter: cursor.afterEventId };
    const page = await deps.stripe.eventsPage(asked, session.how);
    if (!page.ok && page.failure.reason === "forbidden")
      return becomeFull(deps, session, "the key may not read events");
    if (!page.ok) return pauseOrFail(deps, page.failure);
    // What happened before the last pass began, that pass has read.
    const isNews = ({ created }: { created: number }) => created >= pass.stripeTime - SKEW_SECONDS;
    cursor = await commitPage(deps, session, cursor, { page, news: page.value.events.filter(isNews) });
    hasMore = page.value.hasMore;
    pages += 1;
    if (hasMore && pages >= KNOWN_PAGES && (await isPassCheaper(deps.db)))
      return becomeFull(deps, session, "much has changed");
    if (hasMore && performance.now() >= session.until) return { kind: "on" };
  }
  await inTransaction(deps.db, async (tx) => {
    await enqueueDriftedUsers(tx);
    await enqueueDueUsers(tx, { now: await databaseNow(tx) });
  });
  if (await isPassCheaper(deps.db)) return becomeFull(deps, session, "much has changed");
  const { recheckPerRun } = await loadSettings(deps.db);
  cursor = { ...cursor, alsoRead: await leastRecentlyRead(deps.db, recheckPerRun) };
  await saveProgress(deps.db, session.run.id, session.owner, session.leaseSeconds, { cursor, phase: "read" });
  return { kind: "on" };
}

async function commitPage(
  deps: Deps,
  session: RunSession,
  cursor: RunCursor,
  { page, news }: { page: Answer<EventsPage>; news: readonly WebhookEvent[] },
): Promise<RunCursor> {
  const { unreadable, lastId } = page.value;
  if (unreadable.length > 0)
    deps.log.error({ unreadable, requestId: page.requestId }, "Stripe listed events that cannot be read");
  const next: RunCursor = {
    ...cursor,
    afterEventId: lastId ?? cursor.afterEventId,
    firstStarted: cursor.firstStarted ?? page.started,
    firstStripeTime: cursor.firstStripeTime ?? page.stripeTime,
    lastEnded: cursor.lastEnded ?? page.ended,
    unreadable: [...new Set([...cursor.unreadable, ...unreadable])],
  };
  await deps.db.$transaction(async (tx) => {
    await storePolledEvents(tx, news);
    const stripeRequests = session.takeRequestCount();
    await saveProgress(tx, session.run.id, session.owner, session.leaseSeconds, {
      cursor: next,
      stripeRequests,
    });
  });
  return next;
}

async function becomeFull(deps: Deps, session: RunSession, why: string): Promise<StepResult> {
  deps.log.info({ runId: session.run.id, why }, "a tick became a full pass");
  const cursor = {
    ...session.run.cursor,
    afterEventId: null,
    firstStarted: null,
    firstStripeTime: null,
    lastEnded: null,
  };
  await saveProgress(deps.db, session.run.id, session.owner, session.leaseSeconds, {
    cursor,
    phase: "observe",
    scope: "full",
    stripeRequests: session.takeRequestCount(),
  });
  return { kind: "on" };
}
