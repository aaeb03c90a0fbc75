import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { linkBySession } from "~/engine/observe/customer-users.server";
import { scheduleNextCheck } from "~/engine/observe/user-checks.server";
import { type SyncOutcome, syncUser } from "~/engine/sync/sync-user.server";
import { findPayer } from "~/stripe/checkout-session";
import type { RequestOptions } from "~/stripe/reader.server";
import { findRecentCheckoutPage } from "./checkout-attempts.server";

const DEADLINE_MS = 20_000;
/** Stripe attaches a subscription a second or two after the payment. Seconds. */
const ATTACHED_AFTER = 2;
const VISITOR: Actor = { kind: "workspace", id: null };

/**
 * The check behind a workspace request. The user may return from a payment page, so the link that the page proves is stored
 * first. When the page is paid but its subscription does not exist yet, the next check follows in seconds.
 * Null: there is no such user.
 */
export async function runBackgroundCheck(deps: Deps, userId: string): Promise<SyncOutcome | null> {
  const isAttaching = await refreshCheckoutSession(deps, userId);
  const input = { userId, actor: VISITOR, apply: true, deadlineMs: DEADLINE_MS };
  const outcome = await syncUser(deps, input);
  if (isAttaching && outcome?.ok) await scheduleNextCheck(deps.db, userId, ATTACHED_AFTER);
  return outcome;
}

/** Reads the last payment page. True: it was paid, and its subscription does not exist yet. */
async function refreshCheckoutSession({ db, stripe }: Deps, userId: string): Promise<boolean> {
  const sessionId = await findRecentCheckoutPage(db, userId);
  if (sessionId === null) return false;
  const how: RequestOptions = { priority: "background", deadlineMs: DEADLINE_MS };
  const read = await stripe.readCheckoutSession(sessionId, how);
  // Not fatal: reading the customers gives the same information a little later.
  if (!read.ok) return false;
  const { customerId, subscriptionId, status } = read.value;
  if (customerId !== null && findPayer(read.value) === userId) await linkBySession(db, userId, customerId);
  return status === "complete" && subscriptionId === null;
}
