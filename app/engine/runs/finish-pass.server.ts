import { forgetEvaluatedContext, savePass } from "~/engine/account/cursors.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { forgetFailures } from "~/engine/observe/checks.server";
import { forgetUnlisted } from "~/engine/observe/complete-reads.server";
import { settleEventsBefore } from "~/engine/observe/events.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import type { RunCursor } from "~/engine/repair/run-cursor";
import { saveProgress } from "~/engine/repair/runs.server";
import { inTransaction } from "~/platform/deadlock.server";
import { databaseNow } from "~/platform/stamps.server";
import { cutsOf } from "~/stripe/ranges";
import { countKnownSubscriptions } from "./known-subscriptions.server";
import { pauseOrFail } from "./pause-or-fail.server";
import type { RunSession, StepResult } from "./run-session";

/** Of the subscriptions known before, so many per cent must still be there, or it is another account. One may be missing. */
const MUST_RESOLVE_PERCENT = 90;
const CUSTOMERS_AT_ONCE = 50;
/** Behind Stripe's clock: by then a second has all the subscriptions that it will ever have. */
const SETTLED_AFTER_SECONDS = 60;

/** All pages are there: is this the account that we know? Then the pass counts, and the users are evaluated. */
export async function finishPass(deps: Deps, session: RunSession, cursor: RunCursor): Promise<StepResult> {
  const started = cursor.firstStarted ?? 0;
  const ended = cursor.lastEnded ?? started;
  const known = await countKnownSubscriptions(deps.db, started);
  const tooFew = known.resolved * 100 < known.total * MUST_RESOLVE_PERCENT;
  if (tooFew && known.total - known.resolved > 1) {
    const message = `only ${known.resolved} of ${known.total} known subscriptions exist in this Stripe account`;
    return { kind: "over", failed: `wrong_account: ${message}. Nothing is written.` };
  }
  // Their disagreement is kept in the cursor: a pass that was killed here asks again for its last page, and comes back.
  for (let at = 0; at < cursor.contested.length; at += CUSTOMERS_AT_ONCE) {
    const some = cursor.contested.slice(at, at + CUSTOMERS_AT_ONCE);
    const [failure] = (await readCustomers(deps, some, session.how)).failures.values();
    if (failure) return pauseOrFail(deps, failure);
  }
  const stripeRequests = session.takeRequestCount();
  await inTransaction(deps.db, async (tx) => {
    await forgetUnlisted(tx, { started, ended });
    await settleEventsBefore(tx, started);
    await forgetFailures(tx, session.run.id);
    // Should the run end before it has evaluated everybody by what it found, the next tick does.
    await forgetEvaluatedContext(tx);
    await savePass(tx, {
      runId: session.run.id,
      started,
      ended,
      stripeTime: cursor.firstStripeTime ?? 0,
      beganAt: session.run.createdAt.getTime() / 1000,
      finishedAt: await databaseNow(tx),
      cuts: cutsOf(cursor.ranges, (cursor.firstStripeTime ?? 0) - SETTLED_AFTER_SECONDS),
    });
    // What could not be read is counted as failed: nobody knows whose it is.
    const failed = cursor.unreadable.length;
    const total = (await tx.user.count()) + failed;
    const kept = { ...cursor, ranges: [] };
    const progress = { cursor: kept, phase: "divide" as const, total, failed, stripeRequests };
    await saveProgress(tx, session.run.id, session.owner, session.leaseSeconds, progress);
  });
  return { kind: "on" };
}
