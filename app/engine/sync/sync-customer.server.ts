import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { listUsersOfCustomer } from "~/engine/observe/customer-users.server";
import { postponeEvents } from "~/engine/observe/events.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { listUnreadSessions, readUnreadSessions } from "~/engine/observe/unread-sessions.server";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/user-checks.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { syncUser } from "./sync-user.server";

/** After this no further request is begun. Milliseconds. */
const DEADLINE_MS = 60_000;
const WEBHOOK: Actor = { kind: "webhook", id: null };

/**
 * Does what a webhook asked for: reads the customer once and repairs the users that it belongs to. Reading the checkout
 * session is optional and comes after the customer. Throws when Stripe may answer later, so that the job is tried again; an
 * event is settled only by a read that started after it was stored. What Stripe refuses for good is postponed, not tried
 * again. `deadlineMs`: milliseconds in which requests to Stripe are begun.
 */
export async function syncCustomer(
  deps: Deps,
  { customerId }: { customerId: string },
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  const computeTimeLeft = () => Math.max(0, until - performance.now());
  const options: RequestOptions = {
    priority: "background",
    get deadlineMs() {
      return computeTimeLeft();
    },
  };
  const justRead = await readCustomers(deps, [customerId], options);
  const [failure] = justRead.failures.values();
  if (failure) return failCustomer(deps, customerId, failure);
  const sessions = await listUnreadSessions(deps.db, [customerId]);
  const sessionFailure = await readUnreadSessions(deps, sessions, options);
  const left: string[] = [];
  // One user that fails, because of another customer, keeps no other one waiting.
  for (const userId of await listUsersOfCustomer(deps.db, customerId)) {
    const sync = { userId, actor: WEBHOOK, apply: true, deadlineMs: computeTimeLeft(), justRead };
    const outcome = await syncUser(deps, sync);
    const failed = outcome?.ok ? outcome.unread : outcome;
    if (failed?.isPassing) left.push(`${userId} was not synced: ${failed.reason}`);
  }
  if (left.length > 0) throw new Error(left.join("; "));
  if (sessionFailure) throw new Error(`Stripe could not be asked about a session: ${sessionFailure.reason}`);
}

/** The users whose customer could not be read have had a check that failed; runs count and name the customer. */
async function failCustomer(deps: Deps, customerId: string, failure: StripeFailure): Promise<void> {
  const { reason, requestId } = failure;
  if (isPassing(failure)) throw new Error(`Stripe could not be asked about ${customerId}: ${reason}`);
  deps.log.error({ customerId, reason, requestId }, "Stripe refuses to answer about a customer");
  await postponeEvents(deps.db, { customerIds: [customerId] });
  for (const userId of await listUsersOfCustomer(deps.db, customerId))
    await endCheck(deps.db, userId, reason, DEFAULT_GATES);
}
