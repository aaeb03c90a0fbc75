import { saveEvents } from "~/engine/account/cursors.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/checks.server";
import { linkBySession, usersOfCustomer } from "~/engine/observe/customer-users.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { saveProgress } from "~/engine/repair/runs.server";
import { payerOf } from "~/stripe/checkout-session";
import type { StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { nextCustomersToRead, sessionsToRead } from "./customers-to-read.server";
import { isPassing, pauseOrFail } from "./pause-or-fail.server";
import type { RunSession, StepResult } from "./run-session";

/** Customers whose reads are committed together. */
const BATCH = 25;
/** No single customer keeps a tick waiting longer. Milliseconds. */
const ONE_CUSTOMER_MS = 12_000;

/**
 * Reads the customers that events and new users name, and those whose turn it is, each once, some at a time. One that cannot be read is counted as
 * failed, and tried again by the next tick; when none of several can be, the run waits.
 */
export async function runReadPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const { afterCustomerId: after, alsoRead: also } = run.cursor;
  const ids = await nextCustomersToRead(deps.db, { after, also, limit: BATCH });
  const last = ids.at(-1);
  if (last === undefined) return endReadPhase(deps, session);
  const unlinked = await linkPayers(deps, session, ids);
  if (unlinked) return pauseOrFail(deps, unlinked);
  const how: RequestOptions = {
    ...session.how,
    deadlineMs: Math.min(session.how.deadlineMs, ONE_CUSTOMER_MS),
  };
  const { failures } = await readCustomers(deps, ids, how);
  const [failure] = failures.values();
  if (failure && failures.size === ids.length && isPassing(failure)) return pauseOrFail(deps, failure);
  for (const [customerId, { reason, requestId }] of failures) {
    deps.log.warn({ customerId, reason, requestId }, "a customer could not be read");
    for (const userId of await usersOfCustomer(deps.db, customerId))
      await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  }
  const cursor = { ...run.cursor, afterCustomerId: last };
  await saveProgress(deps.db, run.id, session.owner, session.leaseSeconds, {
    cursor,
    observed: ids.length - failures.size,
    failed: failures.size,
    total: run.total + failures.size,
    stripeRequests: session.takeRequestCount(),
  });
  return { kind: "on" };
}

/** Sessions that our application made tell whose customers these are. Returns why, when they could not be asked. */
async function linkPayers(
  deps: Deps,
  session: RunSession,
  customerIds: readonly string[],
): Promise<StripeFailure | null> {
  for (const { sessionId, customerId } of await sessionsToRead(deps.db, customerIds)) {
    const checkout = await deps.stripe.checkoutSession(sessionId, session.how);
    if (!checkout.ok && isPassing(checkout.failure)) return checkout.failure;
    const userId = checkout.ok && checkout.value.customerId === customerId ? payerOf(checkout.value) : null;
    if (userId !== null) await linkBySession(deps.db, userId, customerId);
  }
  return null;
}

/** Everything that was signalled until this tick began is known. */
async function endReadPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const unreadable = run.cursor.unreadable.length;
  await deps.db.$transaction(async (tx) => {
    if (run.cursor.firstStripeTime !== null)
      await saveEvents(tx, { since: run.cursor.firstStripeTime, at: run.createdAt.getTime() / 1000 });
    await saveProgress(tx, run.id, session.owner, session.leaseSeconds, {
      cursor: { ...run.cursor, alsoRead: [] },
      phase: "divide",
      failed: unreadable,
      total: run.total + unreadable,
    });
  });
  return { kind: "on" };
}
