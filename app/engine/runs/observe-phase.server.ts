import { keepSeenPrices, loadCatalogue } from "~/engine/account/catalogue.server";
import { lastCuts, lastPass } from "~/engine/account/cursors.server";
import { inTransaction } from "~/platform/deadlock.server";
import { type Observed, storeCustomers, storeSubscriptions } from "~/engine/observe/observations.server";
import type { RunCursor } from "~/engine/repair/run-cursor";
import { saveProgress } from "~/engine/repair/runs.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import { cutAt } from "~/stripe/ranges";
import { finishPass } from "./finish-pass.server";
import type { HeldRun, PieceResult } from "./held-run";
import type { Parts } from "~/engine/evaluate/parts.server";
import { withAllItems } from "~/engine/observe/read-customers.server";
import { type Arrived, type ArrivedPage, createPageReader } from "~/engine/observe/read-pages.server";
import { stopped } from "./stopped.server";

type Subscriptions = Observed<ReadSubscription["subscription"]>[];

/**
 * Reads GET /v1/subscriptions, `status=all`, in ranges. What has arrived is committed together with how far it brought
 * the ranges, so that a run killed at any moment goes on behind its last committed pages. Works until the pages or the
 * budget are used up.
 */
export async function observePieces(parts: Parts, held: HeldRun): Promise<PieceResult> {
  let { cursor } = held.run;
  const ranges = cursor.ranges.length > 0 ? cursor.ranges : cutAt(await lastCuts(parts.db));
  // Before the first pass has finished everybody is judged at its end; after it, whom a change concerns is marked.
  const mark = (await lastPass(parts.db)) !== null;
  const pricesKept = new Set<string>();
  const reader = createPageReader({
    stripe: parts.stripe,
    ranges: structuredClone(ranges),
    how: held.how,
    hasTime: () => performance.now() < held.until,
  });
  try {
    for (;;) {
      const arrived = await reader.next();
      if (arrived === null) break;
      noteUnreadable(parts, arrived.pages);
      const subscriptions = await withItems(parts, arrived.pages, held);
      if (!subscriptions.ok) return stopped(parts, subscriptions.failure);
      const commit = { parts, held, arrived, subscriptions: subscriptions.value, cursor, mark, pricesKept };
      cursor = await commitPages(commit);
    }
  } finally {
    reader.stop();
  }
  const failure = reader.failure();
  if (failure) return stopped(parts, failure);
  const isThrough = cursor.ranges.length > 0 && cursor.ranges.every(({ done }) => done);
  return isThrough ? finishPass(parts, held, cursor) : { kind: "on" };
}

function noteUnreadable(parts: Parts, pages: readonly ArrivedPage[]): void {
  for (const { page } of pages) {
    const { unreadable } = page.value;
    if (unreadable.length > 0)
      parts.log.error({ unreadable, requestId: page.requestId }, "Stripe listed objects that cannot be read");
  }
}

async function withItems(
  parts: Parts,
  pages: readonly ArrivedPage[],
  held: HeldRun,
): Promise<{ ok: true; value: Subscriptions } | { ok: false; failure: StripeFailure }> {
  const value: Subscriptions = [];
  for (const { page } of pages) {
    const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
    for (const one of page.value.subscriptions) {
      const full = await withAllItems(parts.stripe, one, held.how);
      if (!full.ok) return full;
      value.push({ value: full.subscription, ...stamp });
    }
  }
  return { ok: true, value };
}

type Commit = {
  parts: Parts;
  held: HeldRun;
  arrived: Arrived;
  subscriptions: Subscriptions;
  cursor: RunCursor;
  mark: boolean;
  /** Prices whose claim was kept already in this piece of work. */
  pricesKept: Set<string>;
};

/** Stores the pages together with the cursor that stands behind them; returns that cursor. */
async function commitPages(commit: Commit): Promise<RunCursor> {
  const { parts, held, arrived, subscriptions, cursor, mark, pricesKept } = commit;
  const customers = arrived.pages.flatMap(({ page }) => {
    const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
    return page.value.subscriptions.flatMap(({ customer }) =>
      customer ? [{ value: customer, ...stamp }] : [],
    );
  });
  const items = subscriptions.flatMap(({ value }) => value.items);
  const newItems = items.filter(({ priceId, lookupKey }) => !pricesKept.has(`${priceId} ${lookupKey}`));
  const next = await inTransaction(parts.db, async (tx) => {
    const contested = await storeCustomers(tx, customers, { mark });
    contested.push(...(await storeSubscriptions(tx, subscriptions, { mark })));
    if (newItems.length > 0) await keepSeenPrices(tx, await loadCatalogue(tx), newItems);
    const advanced = advancedCursor(cursor, arrived, contested);
    await saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, {
      cursor: advanced,
      observed: arrived.pages.reduce((sum, { own }) => sum + own, 0),
      stripeRequests: held.takeRequestCount(),
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
