import type { EpochSeconds } from "~/billing/observation";
import { findSessionsSince, saveSessionsSince } from "~/engine/account/cursors.server";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { storePolledEvents } from "~/engine/observe/events.server";
import { linkSessions } from "~/engine/observe/session-links.server";
import { START_DIVIDE } from "~/engine/repair/run-cursor";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import type { StripeFailure } from "~/stripe/failure.server";
import { OVERLAP_SECONDS } from "./events-phase.server";
import { pauseOrFail } from "./pause-or-fail.server";

type EventsPage = Awaited<ReturnType<Deps["stripe"]["listEvents"]>>;
type AskedAhead = { since: EpochSeconds; page: EventsPage };

/** Kept with the session, and so in this process alone: another one that goes on with the run asks for itself. */
const askedAhead = new WeakMap<RunSession, Promise<AskedAhead | null>>();

/**
 * Asks for the first page of these events when the last subscriptions have just been read: Stripe answers while those are stored
 * and the run is finished (R376).
 */
export function askForSessionsAhead(deps: Deps, session: RunSession): void {
  if (!session.hasTime()) return;
  const ask = async (): Promise<AskedAhead> => {
    const since = await findSince(deps, await loadMetadataKeys(deps.db));
    return { since, page: await listSessionEvents(deps, session, { since, startingAfter: null }) };
  };
  // Without a database there is no answer at all: the phase finds that out by itself.
  askedAhead.set(
    session,
    ask().catch(() => null),
  );
}

/** More was read since: what was asked ahead is older than that. */
export const forgetSessionsAsked = (session: RunSession): boolean => askedAhead.delete(session);

/** What was asked ahead, once, and only where it is an answer to the same question. */
async function takeAsked(session: RunSession, since: EpochSeconds): Promise<EventsPage | null> {
  const asked = await askedAhead.get(session);
  askedAhead.delete(session);
  return asked?.since === since ? asked.page : null;
}

async function findSince({ db }: Deps, metadataKeys: readonly string[]): Promise<EpochSeconds> {
  return Math.max(0, ((await findSessionsSince(db, metadataKeys)) ?? 0) - OVERLAP_SECONDS);
}

const listSessionEvents = (
  { stripe }: Deps,
  { requestOptions }: RunSession,
  page: { since: EpochSeconds; startingAfter: string | null },
): Promise<EventsPage> => stripe.listEvents({ ...page, onlyUnlisted: true }, requestOptions);

/**
 * After everything was read: the checkout sessions, refunds and disputes since they were last followed, as far back as Stripe
 * keeps events. A session may be all that says whose customer it is, and it is in no list of subscriptions; nor are refunds and
 * disputes. Optional: a
 * run that may not or cannot read events evaluates the users all the same, and the next run makes up for it.
 */
export async function runSessionsPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  let cursor = readCursor(session.run, "sessions");
  const metadataKeys = cursor.metadataKeys ?? [...(await loadMetadataKeys(deps.db))];
  const since = await findSince(deps, metadataKeys);
  let asked = cursor.afterEventId === null ? await takeAsked(session, since) : null;
  const seen = new Set<string | null>();
  for (let hasMore = true; hasMore; ) {
    const next = { since, startingAfter: cursor.afterEventId };
    const page = asked ?? (await listSessionEvents(deps, session, next));
    asked = null;
    if (!page.ok && isOfRun(page.failure)) return pauseOrFail(deps, page.failure);
    if (!page.ok) {
      const { reason, requestId } = page.failure;
      deps.log.warn({ runId: session.run.id, reason, requestId }, "checkout sessions could not be followed");
      await session.commit(deps.db, { cursor: START_DIVIDE });
      return { kind: "continue" };
    }
    const { events, unreadable, lastId } = page.value;
    if (unreadable.length > 0)
      deps.log.error({ unreadable, requestId: page.requestId }, "Stripe listed unreadable events");
    // A list that begins again would never end.
    hasMore = page.value.hasMore && !seen.has(lastId);
    seen.add(lastId);
    const readUntil = cursor.readUntil ?? page.stripeTime;
    cursor = { ...cursor, metadataKeys, readUntil, afterEventId: lastId ?? cursor.afterEventId };
    await deps.db.$transaction(async (tx) => {
      await linkSessions(
        tx,
        events.flatMap(({ session: paid }) => paid ?? []),
      );
      // The event does not say who paid, or what went back: its session, or its charge, is read by the next incremental run.
      await storePolledEvents(
        tx,
        events.filter(({ sessionId, chargeId = null }) => (sessionId ?? chargeId) !== null),
      );
      if (!hasMore && readUntil !== null) await saveSessionsSince(tx, readUntil, metadataKeys);
      await session.commit(tx, { cursor: hasMore ? cursor : START_DIVIDE });
    });
    if (hasMore && !session.hasTime()) break;
  }
  return { kind: "continue" };
}

/** Not about events alone: the whole run waits or fails. */
const isOfRun = ({ reason }: StripeFailure) =>
  reason === "unauthorized" || reason === "out_of_time" || reason === "cancelled";
