import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { linkBySession, listUsersOfCustomer } from "~/engine/observe/customer-users.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { findPayer } from "~/stripe/checkout-session";
import type { RequestOptions } from "~/stripe/reader.server";
import { syncUser } from "./sync-user.server";

const DEADLINE_MS = 20_000;
const WEBHOOK: Actor = { kind: "webhook", id: null };

/**
 * Does what a webhook asked for: reads the customer once and repairs the users that it belongs to. Throws when Stripe
 * could not be asked, so that the job is tried again; an event is settled only by a read that started after it was stored.
 * `deadlineMs`: milliseconds for all requests to Stripe together.
 */
export async function syncCustomer(
  deps: Deps,
  { customerId, sessionId }: { customerId: string; sessionId: string | null },
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
  if (sessionId !== null) await linkPayer(deps, sessionId, options);
  const justRead = await readCustomers(deps, [customerId], options);
  const [failure] = justRead.failures.values();
  if (failure) throw new Error(`Stripe could not be asked about ${customerId}: ${failure.reason}`);
  for (const userId of await listUsersOfCustomer(deps.db, customerId)) {
    const sync = { userId, actor: WEBHOOK, apply: true, deadlineMs: computeTimeLeft(), justRead };
    const outcome = await syncUser(deps, sync);
    if (outcome && !outcome.ok) throw new Error(`${userId} was not synced: ${outcome.reason}`);
  }
}

/** A checkout session that our application made proves whose customer it is. */
async function linkPayer(deps: Deps, sessionId: string, options: RequestOptions): Promise<void> {
  const session = await deps.stripe.readCheckoutSession(sessionId, options);
  if (!session.ok) {
    if (session.failure.reason === "not_found") return;
    throw new Error(`Stripe could not be asked about a session: ${session.failure.reason}`);
  }
  const userId = findPayer(session.value);
  const { customerId } = session.value;
  if (userId !== null && customerId !== null) await linkBySession(deps.db, userId, customerId);
}
