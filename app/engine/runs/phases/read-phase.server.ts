import { findSessionsSince, saveEventCursor, saveSessionsSince } from "~/engine/account/cursors.server";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { listUsersOfCustomer } from "~/engine/observe/customer-users.server";
import { countPostponedCustomers, postponeEvents } from "~/engine/observe/events.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { listUnreadSessions, readUnreadSessions } from "~/engine/observe/unread-sessions.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/user-checks.server";
import { type CursorIn, START_DIVIDE } from "~/engine/repair/run-cursor";
import { type RunSession, readCursor, type StepResult } from "~/engine/runs/run-session.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import { PERMISSIONS } from "~/stripe/permissions/catalogue";
import type { RequestOptions } from "~/stripe/reader.server";
import { listCustomersToRead } from "./customers-to-read.server";
import { pauseOrFail } from "./pause-or-fail.server";

/** Customers whose reads are committed together. */
const BATCH = 25;
/** No single customer keeps an incremental run waiting longer. Milliseconds. */
const ONE_CUSTOMER_MS = 12_000;

/**
 * Reads the customers that events and new users name, and the least recently read ones, each once, in batches. A customer
 * that cannot be read is counted as failed; when Stripe refuses it for good, it is not asked again each time. The run pauses
 * or fails only when Stripe answers about no customer at all.
 */
export async function runReadPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const cursor = readCursor(run, "read");
  const { afterCustomerId: after, alsoRead: also } = cursor;
  const ids = await listCustomersToRead(deps.db, { after, also, limit: BATCH });
  const last = ids.at(-1);
  if (last === undefined) return endReadPhase(deps, session, cursor);
  const { requestOptions } = session;
  const options: RequestOptions = {
    ...requestOptions,
    deadlineMs: Math.min(requestOptions.deadlineMs, ONE_CUSTOMER_MS),
  };
  const { failures } = await readCustomers(deps, ids, options);
  if (session.isStopped()) return { kind: "continue" };
  const general = await findGeneralFailure(deps, failures, ids.length);
  if (general) return pauseOrFail(deps, general);
  // Optional, and after the customers: it may be forbidden.
  const notRead = await readUnreadSessions(deps, await listUnreadSessions(deps.db, ids), options);
  if (session.isStopped()) return { kind: "continue" };
  // One that cannot be read keeps its event unsettled, and nothing else waits for it.
  if (notRead?.reason === "unauthorized") return pauseOrFail(deps, notRead);
  for (const [customerId, failure] of failures) await failCustomer(deps, customerId, failure);
  await session.commit(deps.db, {
    cursor: { ...cursor, afterCustomerId: last },
    observed: ids.length - failures.size,
    failed: failures.size,
    total: run.total + failures.size,
  });
  return { kind: "continue" };
}

/** Why no customer can be read at all; null when the failures are about their customers only. */
async function findGeneralFailure(
  deps: Deps,
  failures: ReadonlyMap<string, StripeFailure>,
  asked: number,
): Promise<StripeFailure | null> {
  const all = [...failures.values()];
  const ofKey = all.find(({ reason }) => reason === "unauthorized" || reason === "out_of_time");
  const [first] = all;
  if (ofKey || !first) return ofKey ?? null;
  const mayBeGeneral = first.reason === "forbidden" || (all.length === asked && isPassing(first));
  if (!mayBeGeneral) return null;
  for (const permission of PERMISSIONS.filter(({ isNecessary, key }) => isNecessary && key === "secret"))
    if ((await deps.stripe.probe(permission)).state !== "granted") return first;
  return null;
}

/** The users of the customer have had a check that failed. */
async function failCustomer(deps: Deps, customerId: string, failure: StripeFailure): Promise<void> {
  const { reason, requestId } = failure;
  deps.log.warn({ customerId, reason, requestId }, "customer could not be read");
  if (!isPassing(failure)) await postponeEvents(deps.db, { customerIds: [customerId] });
  for (const userId of await listUsersOfCustomer(deps.db, customerId))
    await endCheck(deps.db, userId, reason, DEFAULT_GATES);
}

/** Everything that Stripe signalled until this run began is known. */
async function endReadPhase(deps: Deps, session: RunSession, cursor: CursorIn<"read">): Promise<StepResult> {
  const { run } = session;
  // What Stripe has refused before was not asked for again: it is not read all the same.
  const postponed = (await countPostponedCustomers(deps.db)) - run.failed;
  const unreadable = cursor.unreadable.length + Math.max(0, postponed);
  await deps.db.$transaction(async (tx) => {
    if (cursor.eventsReadUntil !== null) {
      await saveEventCursor(tx, { since: cursor.eventsReadUntil, at: run.createdAt.getTime() / 1000 });
      const metadataKeys = await loadMetadataKeys(tx);
      // Where sessions were never followed, the next full run begins to.
      if ((await findSessionsSince(tx, metadataKeys)) !== null)
        await saveSessionsSince(tx, cursor.eventsReadUntil, metadataKeys);
    }
    await session.commit(tx, { cursor: START_DIVIDE, failed: unreadable, total: run.total + unreadable });
  });
  return { kind: "continue" };
}
