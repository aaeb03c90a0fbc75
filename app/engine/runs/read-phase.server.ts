import { DEFAULT_GATES, endCheck } from "~/engine/observe/checks.server";
import { saveEvents } from "~/engine/account/cursors.server";
import { linkBySession, usersOfCustomer } from "~/engine/observe/customer-users.server";
import { nextCustomersToRead, sessionsToRead } from "./customers-to-read.server";
import { saveProgress } from "~/engine/repair/runs.server";
import { payerOf } from "~/stripe/checkout-session";
import type { StripeFailure } from "~/stripe/failure.server";
import type { How } from "~/stripe/reader.server";
import type { HeldRun, PieceResult } from "./held-run";
import type { Parts } from "~/engine/evaluate/parts.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { isPassing, stopped } from "./stopped.server";

/** Customers whose reads are committed together. */
const BATCH = 25;
/** No single customer keeps a tick waiting longer. Milliseconds. */
const ONE_CUSTOMER_MS = 12_000;

/**
 * Reads the customers that events and new users name, and those whose turn it is, each once, some at a time. One that cannot be read is counted as
 * failed, and tried again by the next tick; when none of several can be, the run waits.
 */
export async function readPiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const { afterCustomerId: after, alsoRead: also } = run.cursor;
  const ids = await nextCustomersToRead(parts.db, { after, also, limit: BATCH });
  const last = ids.at(-1);
  if (last === undefined) return endOfReading(parts, held);
  const unlinked = await linkPayers(parts, held, ids);
  if (unlinked) return stopped(parts, unlinked);
  const how: How = { ...held.how, deadlineMs: Math.min(held.how.deadlineMs, ONE_CUSTOMER_MS) };
  const { failures } = await readCustomers(parts, ids, how);
  const [failure] = failures.values();
  if (failure && failures.size === ids.length && isPassing(failure)) return stopped(parts, failure);
  for (const [customerId, { reason, requestId }] of failures) {
    parts.log.warn({ customerId, reason, requestId }, "a customer could not be read");
    for (const userId of await usersOfCustomer(parts.db, customerId))
      await endCheck(parts.db, userId, reason, DEFAULT_GATES);
  }
  const cursor = { ...run.cursor, afterCustomerId: last };
  await saveProgress(parts.db, run.id, held.owner, held.leaseSeconds, {
    cursor,
    observed: ids.length - failures.size,
    failed: failures.size,
    total: run.total + failures.size,
    stripeRequests: held.takeRequestCount(),
  });
  return { kind: "on" };
}

/** Sessions that our application made tell whose customers these are. Returns why, when they could not be asked. */
async function linkPayers(
  parts: Parts,
  held: HeldRun,
  customerIds: readonly string[],
): Promise<StripeFailure | null> {
  for (const { sessionId, customerId } of await sessionsToRead(parts.db, customerIds)) {
    const session = await parts.stripe.checkoutSession(sessionId, held.how);
    if (!session.ok && isPassing(session.failure)) return session.failure;
    const userId = session.ok && session.value.customerId === customerId ? payerOf(session.value) : null;
    if (userId !== null) await linkBySession(parts.db, userId, customerId);
  }
  return null;
}

/** Everything that was signalled until this tick began is known. */
async function endOfReading(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const unreadable = run.cursor.unreadable.length;
  await parts.db.$transaction(async (tx) => {
    if (run.cursor.firstStripeTime !== null)
      await saveEvents(tx, { since: run.cursor.firstStripeTime, at: run.createdAt.getTime() / 1000 });
    await saveProgress(tx, run.id, held.owner, held.leaseSeconds, {
      cursor: { ...run.cursor, alsoRead: [] },
      phase: "divide",
      failed: unreadable,
      total: run.total + unreadable,
    });
  });
  return { kind: "on" };
}
