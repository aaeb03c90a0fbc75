import { forgetEvaluatedContext, saveFullRun } from "~/engine/account/cursors.server";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUsers } from "~/engine/evaluate/users.server";
import { markUnlistedGone } from "~/engine/observe/complete-reads.server";
import { settleEventsBefore } from "~/engine/observe/events.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { readUnpaidInvoices } from "~/engine/observe/unpaid-invoices.server";
import { listUnreadSessions, readUnreadSessions } from "~/engine/observe/unread-sessions.server";
import { forgetFailures } from "~/engine/observe/user-checks.server";
import { type CursorIn, START_SESSIONS } from "~/engine/repair/run-cursor";
import type { RunSession, StepResult } from "~/engine/runs/run-session.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { isPassing } from "~/stripe/failure.server";
import { chooseCuts } from "~/stripe/ranges";
import { listUnlistedCustomers } from "./customers-to-read.server";
import { countKnownSubscriptions } from "./known-subscriptions.server";
import { pauseOrFail } from "./pause-or-fail.server";
import { forgetSessionsAsked } from "./sessions-phase.server";

/** Per cent of the subscriptions known before that must still exist, or it is another account. One may be missing. */
const MUST_RESOLVE_PERCENT = 90;
const CUSTOMERS_AT_ONCE = 50;
/** After this time, by Stripe's clock, no more subscriptions of a second appear in lists. */
const SETTLED_AFTER_SECONDS = 60;

/** All pages are read. When it is the account that we know, the full run counts as complete, and checkout sessions are followed. */
export async function finishFullRun(
  deps: Deps,
  session: RunSession,
  cursor: CursorIn<"observe">,
): Promise<StepResult> {
  const started = cursor.firstStarted ?? 0;
  const ended = cursor.lastEnded ?? started;
  const known = await countKnownSubscriptions(deps.db, started);
  const tooFew = known.resolved * 100 < known.total * MUST_RESOLVE_PERCENT;
  if (tooFew && known.total - known.resolved > 1) {
    const message = `only ${known.resolved} of ${known.total} known subscriptions exist in this Stripe account`;
    return { kind: "finished", failure: `wrong_account: ${message}. Nothing is written.` };
  }
  const refused: string[] = [];
  // The cursor keeps them, so a run that is killed here reads its last page again and comes back to this point.
  const contested = new Set(cursor.contested);
  const unlisted = deps.stripe.livemode ? [] : await listUnlistedCustomers(deps.db);
  const toRead = [...new Set([...contested, ...unlisted])];
  if (toRead.length > 0) forgetSessionsAsked(session);
  for (let at = 0; at < toRead.length; at += CUSTOMERS_AT_ONCE) {
    const customerIds = toRead.slice(at, at + CUSTOMERS_AT_ONCE);
    const { failures } = await readCustomers(deps, customerIds, session.requestOptions);
    for (const [customerId, failure] of failures) {
      const isNeeded = contested.has(customerId) && isPassing(failure);
      if (isNeeded || failure.reason === "unauthorized") return pauseOrFail(deps, failure);
      // The others are repaired all the same.
      deps.log.warn({ customerId, reason: failure.reason }, "customer could not be read");
      if (contested.has(customerId)) refused.push(customerId);
    }
  }
  const sessions = await listUnreadSessions(deps.db, null);
  const notRead = await readUnreadSessions(deps, sessions, session.requestOptions);
  if (notRead?.reason === "unauthorized") return pauseOrFail(deps, notRead);
  await readUnpaidInvoices(deps, session.requestOptions);
  await retryOnDeadlock(deps.db, async (tx) => {
    await markUnlistedGone(tx, { started, ended }, { enqueue: cursor.enqueuesAll });
    await settleEventsBefore(tx, started);
    await forgetFailures(tx, session.run.id);
    // If the run ends before it has evaluated all users by what it found, the next incremental run does: what concerns it is
    // in the recheck queue, or else it evaluates all.
    if (!cursor.enqueuesAll) await forgetEvaluatedContext(tx);
    await saveFullRun(tx, {
      runId: session.run.id,
      started,
      ended,
      stripeTime: cursor.firstStripeTime ?? 0,
      beganAt: session.run.createdAt.getTime() / 1000,
      finishedAt: await readDatabaseTime(tx),
      metadataKeys: cursor.metadataKeys ?? [...(await loadMetadataKeys(tx))],
      cuts: chooseCuts(cursor.ranges, (cursor.firstStripeTime ?? 0) - SETTLED_AFTER_SECONDS),
    });
    const failed = cursor.unreadable.length + refused.length;
    const total = (await countUsers(tx)) + failed;
    await session.commit(tx, { cursor: START_SESSIONS, total, failed });
  });
  return { kind: "continue" };
}
