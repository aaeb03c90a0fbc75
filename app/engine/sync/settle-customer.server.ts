import type { Deps } from "~/engine/evaluate/deps.server";
import { linkBySession, usersOfCustomer } from "~/engine/observe/customer-users.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import type { ChangeActor } from "~/engine/repair/repairs.server";
import { payerOf } from "~/stripe/checkout-session";
import type { RequestOptions } from "~/stripe/reader.server";
import { syncUser } from "./sync-user.server";

const DEADLINE_MS = 20_000;
const WEBHOOK: ChangeActor = { kind: "webhook", id: null };

/**
 * Settles what Stripe signalled about a customer: reads it again and repairs whoever it belongs to. Throws when Stripe
 * could not be asked, so that the job is tried again; an event is done only by a read that started after it was stored.
 * `deadlineMs`: milliseconds for all requests to Stripe together.
 */
export async function settleCustomer(
  deps: Deps,
  { customerId, sessionId }: { customerId: string; sessionId: string | null },
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  const left = () => Math.max(0, until - performance.now());
  const how: RequestOptions = {
    priority: "background",
    get deadlineMs() {
      return left();
    },
  };
  if (sessionId !== null) await linkPayer(deps, sessionId, how);
  const { failures } = await readCustomers(deps, [customerId], how);
  const [failure] = failures.values();
  if (failure) throw new Error(`Stripe could not be asked about ${customerId}: ${failure.reason}`);
  for (const userId of await usersOfCustomer(deps.db, customerId)) {
    const sync = { userId, actor: WEBHOOK, apply: true, confirmed: null, deadlineMs: left() };
    const outcome = await syncUser(deps, sync);
    if (outcome && !outcome.ok) throw new Error(`${userId} was not synced: ${outcome.reason}`);
  }
}

/** A session that our application made proves whose customer it is. */
async function linkPayer(deps: Deps, sessionId: string, how: RequestOptions): Promise<void> {
  const session = await deps.stripe.checkoutSession(sessionId, how);
  if (!session.ok) {
    if (session.failure.reason === "not_found") return;
    throw new Error(`Stripe could not be asked about a session: ${session.failure.reason}`);
  }
  const userId = payerOf(session.value);
  const { customerId } = session.value;
  if (userId !== null && customerId !== null) await linkBySession(deps.db, userId, customerId);
}
