import type { SubscriptionItem } from "~/billing/observation";
import { keepSeenPrices, loadCatalogue } from "~/db/catalogue.server";
import { forgetFailures } from "~/db/checks.server";
import { savePass } from "~/db/cursors.server";
import { settleEventsBefore } from "~/db/events.server";
import {
  countKnownSubscriptions,
  forgetUnlisted,
  type Observed,
  storeCustomers,
  storeSubscriptions,
} from "~/db/observations.server";
import { type RunCursor, saveProgress } from "~/db/runs.server";
import { databaseNow } from "~/db/stamps.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { ReadSubscription } from "~/stripe/parse";
import type { Answer, Read, SubscriptionsPage } from "~/stripe/reader.server";
import type { HeldRun, PieceResult } from "./held-run";
import type { Parts } from "./parts.server";
import { readCustomers, withAllItems } from "./read-customers.server";

type Subscriptions = Observed<ReadSubscription["subscription"]>[];

/**
 * Reads the pages of GET /v1/subscriptions, `status=all`, newest first. Each page is committed with the cursor that
 * stands behind it, so that a run killed at any moment goes on after its last committed page. The next page is asked
 * for while the last is stored. Works until the pages or the budget are used up.
 */
export async function observePieces(parts: Parts, held: HeldRun): Promise<PieceResult> {
  let { cursor } = held.run;
  let asked: Promise<Read<SubscriptionsPage>> | null = null;
  const ask = (after: string | null) =>
    parts.stripe.subscriptionsPage(after === null ? {} : { startingAfter: after }, held.how);
  for (;;) {
    const page: Read<SubscriptionsPage> = await (asked ?? ask(cursor.startingAfter));
    asked = null;
    if (!page.ok) return stopped(parts, page.failure);
    const hasTime = performance.now() < held.until;
    if (page.value.hasMore && hasTime) {
      asked = ask(page.value.lastId);
      // When this page's work fails nobody waits for the next one any more; its trouble is then no news.
      asked.catch(() => {});
    }
    const subscriptions = await withItems(parts, page, held);
    if (!subscriptions.ok) return stopped(parts, subscriptions.failure);
    const unreadable = page.value.unreadable;
    if (unreadable.length > 0)
      parts.log.error({ unreadable, requestId: page.requestId }, "Stripe listed objects that cannot be read");
    cursor = await commitPage({ parts, held, page, subscriptions: subscriptions.value, cursor });
    if (!page.value.hasMore) return finishPass(parts, held, cursor);
    if (!hasTime) return { kind: "on" };
  }
}

/** Stripe may say not to try again at once; a later step still may. */
const PASSING = new Set<StripeFailure["reason"]>(["rate_limited", "timeout", "unreachable", "stripe_error"]);

/** Stripe gave no page: the key, or a fault. A passing fault leaves the run where it is, for the next step. */
function stopped(parts: Parts, failure: StripeFailure): PieceResult {
  parts.log.warn({ reason: failure.reason, requestId: failure.requestId }, "a page could not be read");
  const reason = `${failure.reason}: ${failure.message}`;
  const passes = failure.retryable || PASSING.has(failure.reason);
  return passes ? { kind: "pause", reason } : { kind: "over", failed: reason };
}

async function withItems(
  parts: Parts,
  page: Answer<SubscriptionsPage>,
  held: HeldRun,
): Promise<{ ok: true; value: Subscriptions } | { ok: false; failure: StripeFailure }> {
  const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
  const value: Subscriptions = [];
  for (const one of page.value.subscriptions) {
    const full = await withAllItems(parts.stripe, one, held.how);
    if (!full.ok) return full;
    value.push({ value: full.subscription, ...stamp });
  }
  return { ok: true, value };
}

type Page = {
  parts: Parts;
  held: HeldRun;
  page: Answer<SubscriptionsPage>;
  subscriptions: Subscriptions;
  cursor: RunCursor;
};

/** Stores the page together with the cursor that stands behind it; returns that cursor. */
async function commitPage({ parts, held, page, subscriptions, cursor }: Page): Promise<RunCursor> {
  const stamp = { started: page.started, ended: page.ended, requestId: page.requestId };
  const customers = page.value.subscriptions.flatMap(({ customer }) =>
    customer ? [{ value: customer, ...stamp }] : [],
  );
  const items: SubscriptionItem[] = subscriptions.flatMap(({ value }) => value.items);
  return parts.db.$transaction(async (tx) => {
    const contested = await storeCustomers(tx, customers);
    contested.push(...(await storeSubscriptions(tx, subscriptions)));
    await keepSeenPrices(tx, await loadCatalogue(tx), items);
    const next: RunCursor = {
      ...cursor,
      startingAfter: page.value.lastId ?? cursor.startingAfter,
      firstStarted: cursor.firstStarted ?? page.started,
      firstStripeTime: cursor.firstStripeTime ?? page.stripeTime,
      lastEnded: page.ended,
      unreadable: [...cursor.unreadable, ...page.value.unreadable],
      contested: [...new Set([...cursor.contested, ...contested])],
    };
    const progress = {
      cursor: next,
      observed: subscriptions.length,
      stripeRequests: held.takeRequestCount(),
    };
    await saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, progress);
    return next;
  });
}

/** Of the subscriptions known before, so many per cent must still be there, or it is another account. One may be missing. */
const MUST_RESOLVE_PERCENT = 90;
const CUSTOMERS_AT_ONCE = 50;

/** All pages are there: is this the account that we know? Then the pass counts, and the users are judged. */
async function finishPass(parts: Parts, held: HeldRun, cursor: RunCursor): Promise<PieceResult> {
  const started = cursor.firstStarted ?? 0;
  const ended = cursor.lastEnded ?? started;
  const known = await countKnownSubscriptions(parts.db, started);
  const tooFew = known.resolved * 100 < known.total * MUST_RESOLVE_PERCENT;
  if (tooFew && known.total - known.resolved > 1) {
    const message = `only ${known.resolved} of ${known.total} known subscriptions exist in this Stripe account`;
    return { kind: "over", failed: `wrong_account: ${message}. Nothing is written.` };
  }
  // Their disagreement is kept in the cursor: a pass that was killed here asks again for its last page, and comes back.
  for (let at = 0; at < cursor.contested.length; at += CUSTOMERS_AT_ONCE) {
    const some = cursor.contested.slice(at, at + CUSTOMERS_AT_ONCE);
    const [failure] = (await readCustomers(parts, some, held.how)).failures.values();
    if (failure) return stopped(parts, failure);
  }
  await parts.db.$transaction(async (tx) => {
    await forgetUnlisted(tx, { started, ended });
    await settleEventsBefore(tx, started);
    await forgetFailures(tx, held.run.id);
    await savePass(tx, {
      runId: held.run.id,
      started,
      ended,
      stripeTime: cursor.firstStripeTime ?? 0,
      beganAt: held.run.createdAt.getTime() / 1000,
      finishedAt: await databaseNow(tx),
    });
    // What could not be read is counted as failed: nobody knows whose it is.
    const failed = cursor.unreadable.length;
    const total = (await tx.user.count()) + failed;
    const stripeRequests = held.takeRequestCount();
    const progress = { phase: "judge" as const, total, failed, stripeRequests };
    await saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, progress);
  });
  return { kind: "on" };
}
