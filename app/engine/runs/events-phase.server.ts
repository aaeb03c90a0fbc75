import { lastEvents, lastPass } from "~/engine/account/cursors.server";
import { isPassCheaper, leastRecentlyRead } from "./customers-to-read.server";
import { inTransaction } from "~/platform/deadlock.server";
import { markDrifted } from "~/engine/evaluate/drift.server";
import { storePolledEvents } from "~/engine/observe/events.server";
import { markDue } from "~/engine/observe/marks.server";
import type { RunCursor } from "~/engine/repair/run-cursor";
import { saveProgress } from "~/engine/repair/runs.server";
import { loadSettings } from "~/engine/account/settings.server";
import { databaseNow } from "~/platform/stamps.server";
import type { EventsPage } from "~/stripe/pages.server";
import type { Answer } from "~/stripe/reader.server";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import type { HeldRun, PieceResult } from "./held-run";
import type { Parts } from "~/engine/evaluate/parts.server";
import { stopped } from "./stopped.server";

/** Events are not promised in order, and carry whole seconds. */
const OVERLAP_SECONDS = 10 * 60;
/** Stripe's clocks may differ by less. */
const SKEW_SECONDS = 10;
/** So many pages of events are stored before a tick becomes a full pass: what is stored before it, it settles. */
const KNOWN_PAGES = 20;

/**
 * Reads the events since the last tick or pass into the inbox, page by page; those that a webhook brought are known
 * already. Then marks who is to be judged: whom the database itself, the clock or others concern. Where events cannot be
 * followed, or a pass over everything costs less, the tick becomes a full pass.
 */
export async function eventsPiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const [from, pass] = await Promise.all([lastEvents(parts.db), lastPass(parts.db)]);
  if (from === null || pass === null)
    return becomeFull(parts, held, "events cannot be followed from where they were left");
  let { cursor } = held.run;
  let pages = 0;
  for (let hasMore = true; hasMore; ) {
    const asked = { since: Math.max(0, from.since - OVERLAP_SECONDS), startingAfter: cursor.afterEventId };
    const page = await parts.stripe.eventsPage(asked, held.how);
    if (!page.ok && page.failure.reason === "forbidden")
      return becomeFull(parts, held, "the key may not read events");
    if (!page.ok) return stopped(parts, page.failure);
    // What happened before the last pass began, that pass has read.
    const isNews = ({ created }: { created: number }) => created >= pass.stripeTime - SKEW_SECONDS;
    cursor = await commitPage(parts, held, cursor, { page, news: page.value.events.filter(isNews) });
    hasMore = page.value.hasMore;
    pages += 1;
    if (hasMore && pages >= KNOWN_PAGES && (await isPassCheaper(parts.db)))
      return becomeFull(parts, held, "much has changed");
    if (hasMore && performance.now() >= held.until) return { kind: "on" };
  }
  await inTransaction(parts.db, async (tx) => {
    await markDrifted(tx);
    await markDue(tx, { now: await databaseNow(tx) });
  });
  if (await isPassCheaper(parts.db)) return becomeFull(parts, held, "much has changed");
  const { tickRereads } = await loadSettings(parts.db);
  cursor = { ...cursor, alsoRead: await leastRecentlyRead(parts.db, tickRereads) };
  await saveProgress(parts.db, held.run.id, held.owner, held.leaseSeconds, { cursor, phase: "read" });
  return { kind: "on" };
}

async function commitPage(
  parts: Parts,
  held: HeldRun,
  cursor: RunCursor,
  { page, news }: { page: Answer<EventsPage>; news: readonly WebhookEvent[] },
): Promise<RunCursor> {
  const { unreadable, lastId } = page.value;
  if (unreadable.length > 0)
    parts.log.error({ unreadable, requestId: page.requestId }, "Stripe listed events that cannot be read");
  const next: RunCursor = {
    ...cursor,
    afterEventId: lastId ?? cursor.afterEventId,
    firstStarted: cursor.firstStarted ?? page.started,
    firstStripeTime: cursor.firstStripeTime ?? page.stripeTime,
    lastEnded: cursor.lastEnded ?? page.ended,
    unreadable: [...new Set([...cursor.unreadable, ...unreadable])],
  };
  await parts.db.$transaction(async (tx) => {
    await storePolledEvents(tx, news);
    const stripeRequests = held.takeRequestCount();
    await saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, { cursor: next, stripeRequests });
  });
  return next;
}

async function becomeFull(parts: Parts, held: HeldRun, why: string): Promise<PieceResult> {
  parts.log.info({ runId: held.run.id, why }, "a tick became a full pass");
  const cursor = {
    ...held.run.cursor,
    afterEventId: null,
    firstStarted: null,
    firstStripeTime: null,
    lastEnded: null,
  };
  await saveProgress(parts.db, held.run.id, held.owner, held.leaseSeconds, {
    cursor,
    phase: "observe",
    reach: "full",
    stripeRequests: held.takeRequestCount(),
  });
  return { kind: "on" };
}
