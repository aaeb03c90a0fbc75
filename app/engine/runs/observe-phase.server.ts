import { keepSeenPrices, loadCatalogue } from "~/engine/account/catalogue.server";
import { lastCuts, lastPass } from "~/engine/account/cursors.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type Observed, storeCustomers, storeSubscriptions } from "~/engine/observe/observations.server";
import { withAllItems } from "~/engine/observe/read-customers.server";
import { type Arrived, type ArrivedPage, createPageReader } from "~/engine/observe/read-pages.server";
import type { RunCursor } from "~/engine/repair/run-cursor";
import { saveProgress } from "~/engine/repair/runs.server";
import { inTransaction } from "~/platform/deadlock.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import { cutAt } from "~/stripe/ranges";
import { finishPass } from "./finish-pass.server";
import { pauseOrFail } from "./pause-or-fail.server";
import type { RunSession, StepResult } from "./run-session";

type Subscriptions = Observed<ReadSubscription["subscription"]>[];

/**
 * Reads GET /v1/subscriptions, `status=all`, in ranges. What has arrived is committed together with how far it brought
 * the ranges, so that a run killed at any moment goes on behind its last committed pages. Works until the pages or the
 * budget are used up.
 */
export async function runObservePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  let { cursor } = session.run;
  const ranges = cursor.ranges.length > 0 ? cursor.ranges : cutAt(await lastCuts(deps.db));
  // Before the first pass has finished everybody is evaluated at its end; after it, whom a change concerns is marked.
  const enqueue = (await lastPass(deps.db)) !== null;
  const pricesKept = new Set<string>();
  const reader = createPageReader({
    stripe: deps.stripe,
    ranges: structuredClone(ranges),
    how: session.how,
    hasTime: () => performance.now() < session.until,
  });
  try {
    for (;;) {
      const arrived = await reader.next();
      if (arrived === null) break;
      noteUnreadable(deps, arrived.pages);
      const subscriptions = await withItems(deps, arrived.pages, session);
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
  const isThrough = cursor.ranges.length > 0 && cursor.ranges.every(({ done }) => done);
  return isThrough ? finishPass(deps, session, cursor) : { kind: "on" };
}

function noteUnreadable(deps: Deps, pages: readonly ArrivedPage[]): void {
  for (const { page } of pages) {
    const { unreadable } = page.value;
    if (unreadable.length > 0)
      deps.log.error({ unreadable, requestId: page.requestId }, "Stripe listed objects that cannot be read");
  }
}

async function withItems(
  deps: Deps,
  pages: readonly ArrivedPage[],
  session: RunSession,
): Promise<{ ok: true; value: Subscriptions } | { ok: false; failure: StripeFailure }> {
  const value: Subscriptions = [];
  for (const { page } of pages) {
    const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
    for (const one of page.value.subscriptions) {
      const full = await withAllItems(deps.stripe, one, session.how);
      if (!full.ok) return full;
      value.push({ value: full.subscription, ...stamp });
    }
  }
  return { ok: true, value };
}

type Commit = {
  deps: Deps;
  session: RunSession;
  arrived: Arrived;
  subscriptions: Subscriptions;
  cursor: RunCursor;
  enqueue: boolean;
  /** Prices whose claim was kept already in this piece of work. */
  pricesKept: Set<string>;
};

/** Stores the pages together with the cursor that stands behind them; returns that cursor. */
async function commitPages(commit: Commit): Promise<RunCursor> {
  const { deps, session, arrived, subscriptions, cursor, enqueue, pricesKept } = commit;
  const customers = arrived.pages.flatMap(({ page }) => {
    const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
    return page.value.subscriptions.flatMap(({ customer }) =>
      customer ? [{ value: customer, ...stamp }] : [],
    );
  });
  const items = subscriptions.flatMap(({ value }) => value.items);
  const newItems = items.filter(({ priceId, lookupKey }) => !pricesKept.has(`${priceId} ${lookupKey}`));
  const next = await inTransaction(deps.db, async (tx) => {
    const contested = await storeCustomers(tx, customers, { enqueue });
    contested.push(...(await storeSubscriptions(tx, subscriptions, { enqueue })));
    if (newItems.length > 0) await keepSeenPrices(tx, await loadCatalogue(tx), newItems);
    const advanced = advancedCursor(cursor, arrived, contested);
    await saveProgress(tx, session.run.id, session.owner, session.leaseSeconds, {
      cursor: advanced,
      observed: arrived.pages.reduce((sum, { own }) => sum + own, 0),
      stripeRequests: session.takeRequestCount(),
    });
    return advanced;
  });
  for (const { priceId, lookupKey } of newItems) pricesKept.add(`${priceId} ${lookupKey}`);
  return next;
}

function advancedCursor(
  cursor: RunCursor,
  { pages, ranges }: Arrived,
  contested: readonly string[],
): RunCursor {
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
