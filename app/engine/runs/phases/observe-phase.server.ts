import { keepSeenPrices, loadCatalogue } from "~/engine/account/catalogue.server";
import { findFullRun, findLastCuts } from "~/engine/account/cursors.server";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type Observed, storeCustomers, storeSubscriptions } from "~/engine/observe/observations.server";
import { completeAmounts } from "~/engine/observe/price-amounts.server";
import { toUnreadable, withAllItems } from "~/engine/observe/read-customers.server";
import { type Arrived, type ArrivedPage, createPageReader } from "~/engine/observe/read-pages.server";
import type { CursorIn } from "~/engine/repair/run-cursor";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import { cutRanges } from "~/stripe/ranges";
import { finishFullRun } from "./finish-full-run.server";
import { pauseOrFail } from "./pause-or-fail.server";
import { askForSessionsAhead } from "./sessions-phase.server";

type Subscriptions = Observed<ReadSubscription["subscription"]>[];

/**
 * Reads GET /v1/subscriptions, `status=all`, in ranges. Pages are committed together with the progress of the
 * ranges, so that a run that is killed at any moment goes on after its last committed pages. Works until the pages or the
 * budget are used up.
 */
export async function runObservePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  let cursor = readCursor(session.run, "observe");
  const ranges = cursor.ranges.length > 0 ? cursor.ranges : cutRanges(await findLastCuts(deps.db));
  // Until the first full run has finished all users are evaluated at its end; after it, those that a change may affect are enqueued.
  const enqueue = (await findFullRun(deps.db)) !== null;
  const pricesKept = new Set<string>();
  const reader = createPageReader({
    stripe: deps.stripe,
    ranges: structuredClone(ranges),
    requestOptions: session.requestOptions,
    hasTime: session.hasTime,
  });
  try {
    for (;;) {
      const arrived = await reader.next();
      if (arrived === null) break;
      if (arrived.ranges.every(({ done }) => done)) askForSessionsAhead(deps, session);
      logUnreadable(deps, arrived.pages);
      const subscriptions = await completeItems(deps, arrived.pages, session);
      if (!subscriptions.ok) return pauseOrFail(deps, subscriptions.failure);
      const commit = {
        deps,
        session,
        arrived,
        subscriptions: subscriptions.value,
        cursor,
        enqueue,
        pricesKept,
      };
      cursor = await commitPages(commit);
    }
  } finally {
    reader.stop();
  }
  const failure = reader.failure();
  if (failure) return pauseOrFail(deps, failure);
  const isComplete = cursor.ranges.length > 0 && cursor.ranges.every(({ done }) => done);
  return isComplete ? finishFullRun(deps, session, cursor) : { kind: "continue" };
}

function logUnreadable(deps: Deps, pages: readonly ArrivedPage[]): void {
  for (const { page } of pages) {
    const { unreadable } = page.value;
    if (unreadable.length > 0)
      deps.log.error({ unreadable, requestId: page.requestId }, "Stripe listed unreadable objects");
  }
}

async function completeItems(
  deps: Deps,
  pages: readonly ArrivedPage[],
  session: RunSession,
): Promise<{ ok: true; value: Subscriptions } | { ok: false; failure: StripeFailure }> {
  const value: Subscriptions = [];
  for (const { page } of pages) {
    const version = { started: page.started, ended: page.ended, requestId: page.requestId };
    for (const one of page.value.subscriptions) {
      const full = await withAllItems(deps.stripe, one, session.requestOptions);
      // All attempts failed while pages still came: one subscription must not keep all others waiting.
      const isItsOwn = !full.ok && ["stripe_error", "bad_answer"].includes(full.failure.reason);
      if (!full.ok && !isItsOwn) return full;
      value.push({ value: full.ok ? full.subscription : toUnreadable(one), ...version });
    }
  }
  const complete = await completeAmounts(
    deps,
    value.map((one) => one.value),
    session.requestOptions,
  );
  return { ok: true, value: value.map((one, index) => ({ ...one, value: complete[index] ?? one.value })) };
}

type Commit = {
  deps: Deps;
  session: RunSession;
  arrived: Arrived;
  subscriptions: Subscriptions;
  cursor: CursorIn<"observe">;
  enqueue: boolean;
  /** Prices whose plan was saved already in this step. */
  pricesKept: Set<string>;
};

/** Stores the pages together with the cursor behind them; returns that cursor. */
async function commitPages(commit: Commit): Promise<CursorIn<"observe">> {
  const { deps, session, arrived, subscriptions, cursor, enqueue, pricesKept } = commit;
  const customers = arrived.pages.flatMap(({ page }) => {
    const version = { started: page.started, ended: page.ended, requestId: page.requestId };
    return page.value.subscriptions.flatMap(({ customer }) =>
      customer ? [{ value: customer, ...version }] : [],
    );
  });
  const items = subscriptions.flatMap(({ value }) => value.items);
  const newItems = items.filter(({ priceId, lookupKey }) => !pricesKept.has(`${priceId} ${lookupKey}`));
  const next = await retryOnDeadlock(deps.db, async (tx) => {
    const metadataKeys = await loadMetadataKeys(tx);
    const contested = await storeCustomers(tx, customers, { enqueue, metadataKeys });
    contested.push(...(await storeSubscriptions(tx, subscriptions, { enqueue, metadataKeys })));
    if (newItems.length > 0) await keepSeenPrices(tx, await loadCatalogue(tx), newItems);
    // Those of its beginning: what it read by others names other users.
    const firstKeys = cursor.metadataKeys ?? [...metadataKeys];
    const enqueuesAll = cursor.enqueuesAll && enqueue;
    const advanced = { ...advanceCursor(cursor, arrived, contested), metadataKeys: firstKeys, enqueuesAll };
    const observed = arrived.pages.reduce((sum, { own }) => sum + own, 0);
    await session.commit(tx, { cursor: advanced, observed });
    return advanced;
  });
  for (const { priceId, lookupKey } of newItems) pricesKept.add(`${priceId} ${lookupKey}`);
  return next;
}

function advanceCursor(
  cursor: CursorIn<"observe">,
  { pages, ranges }: Arrived,
  contested: readonly string[],
): CursorIn<"observe"> {
  const earliest = (known: number | null, times: (number | null)[]) =>
    [known, ...times].reduce((least, time) =>
      least === null || (time !== null && time < least) ? time : least,
    );
  return {
    ...cursor,
    ranges,
    firstStarted: earliest(
      cursor.firstStarted,
      pages.map(({ page }) => page.started),
    ),
    firstStripeTime: earliest(
      cursor.firstStripeTime,
      pages.map(({ page }) => page.stripeTime),
    ),
    lastEnded: Math.max(cursor.lastEnded ?? 0, ...pages.map(({ page }) => page.ended)),
    unreadable: [...new Set([...cursor.unreadable, ...pages.flatMap(({ page }) => page.value.unreadable)])],
    contested: [...new Set([...cursor.contested, ...contested])],
  };
}
