import { saveEventCursor } from "~/engine/account/cursors.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { linkBySession, listUsersOfCustomer } from "~/engine/observe/customer-users.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/user-checks.server";
import { type CursorIn, START_DIVIDE } from "~/engine/repair/run-cursor";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import { findPayer } from "~/stripe/checkout-session";
import type { StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { listCustomersToRead, listSessionsToRead } from "./customers-to-read.server";
import { isPassing, pauseOrFail } from "./pause-or-fail.server";

/** Customers whose reads are committed together. */
const BATCH = 25;
/** No single customer keeps an incremental run waiting longer. Milliseconds. */
const ONE_CUSTOMER_MS = 12_000;

/**
 * Reads the customers that events and new users name, and the least recently read ones, each once, in batches. A customer
 * that cannot be read is counted as failed, and tried again by the next run; when a whole batch cannot be read, the run
 * pauses.
 */
export async function runReadPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const cursor = readCursor(run, "read");
  const { afterCustomerId: after, alsoRead: also } = cursor;
  const ids = await listCustomersToRead(deps.db, { after, also, limit: BATCH });
  const last = ids.at(-1);
  if (last === undefined) return endReadPhase(deps, session, cursor);
  const unlinked = await linkPayers(deps, session, ids);
  if (unlinked) return pauseOrFail(deps, unlinked);
  const { requestOptions } = session;
  const options: RequestOptions = {
    ...requestOptions,
    deadlineMs: Math.min(requestOptions.deadlineMs, ONE_CUSTOMER_MS),
  };
  const { failures } = await readCustomers(deps, ids, options);
  const [failure] = failures.values();
  if (failure && failures.size === ids.length && isPassing(failure)) return pauseOrFail(deps, failure);
  for (const [customerId, { reason, requestId }] of failures) {
    deps.log.warn({ customerId, reason, requestId }, "customer could not be read");
    for (const userId of await listUsersOfCustomer(deps.db, customerId))
      await endCheck(deps.db, userId, reason, DEFAULT_GATES);
  }
  await session.commit(deps.db, {
    cursor: { ...cursor, afterCustomerId: last },
    observed: ids.length - failures.size,
    failed: failures.size,
    total: run.total + failures.size,
  });
  return { kind: "continue" };
}

/** Sessions that our application made tell whose customers these are. Returns why, when they could not be asked. */
async function linkPayers(
  deps: Deps,
  session: RunSession,
  customerIds: readonly string[],
): Promise<StripeFailure | null> {
  for (const { sessionId, customerId } of await listSessionsToRead(deps.db, customerIds)) {
    const checkout = await deps.stripe.readCheckoutSession(sessionId, session.requestOptions);
    if (!checkout.ok && isPassing(checkout.failure)) return checkout.failure;
    const userId = checkout.ok && checkout.value.customerId === customerId ? findPayer(checkout.value) : null;
    if (userId !== null) await linkBySession(deps.db, userId, customerId);
  }
  return null;
}

/** Everything that Stripe signalled until this run began is known. */
async function endReadPhase(deps: Deps, session: RunSession, cursor: CursorIn<"read">): Promise<StepResult> {
  const { run } = session;
  const unreadable = cursor.unreadable.length;
  await deps.db.$transaction(async (tx) => {
    if (cursor.eventsReadUntil !== null)
      await saveEventCursor(tx, { since: cursor.eventsReadUntil, at: run.createdAt.getTime() / 1000 });
    await session.commit(tx, { cursor: START_DIVIDE, failed: unreadable, total: run.total + unreadable });
  });
  return { kind: "continue" };
}
