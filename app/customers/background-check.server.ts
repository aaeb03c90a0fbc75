import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { linkSession } from "~/engine/observe/session-links.server";
import { scheduleNextCheck } from "~/engine/observe/user-checks.server";
import { type SyncOutcome, syncUser } from "~/engine/sync/sync-user.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import type { RequestOptions } from "~/stripe/reader.server";
import { findRecentCheckoutPage } from "./checkout-attempts.server";

/** After this no further request is begun. Milliseconds. */
const DEADLINE_MS = 60_000;
/** How long the payment page, which is optional, is waited for before the customers are read. Milliseconds. */
const SESSION_MS = 3_000;
/** Stripe attaches a subscription a second or two after the payment. Seconds. */
const ATTACHED_AFTER = 2;
const VISITOR: Actor = { kind: "workspace", id: null };

/**
 * The check behind a workspace request. The user may return from a payment page, so the link that the page proves is stored
 * first. When the page is paid but its subscription does not exist yet, or the page was answered late, the next check
 * follows in seconds. Null: there is no such user.
 */
export async function runBackgroundCheck(deps: Deps, userId: string): Promise<SyncOutcome | null> {
  const refreshing = refreshCheckoutSession(deps, userId);
  const inTime = await withTimeout(refreshing, SESSION_MS);
  const input = { userId, actor: VISITOR, apply: true, deadlineMs: DEADLINE_MS };
  const outcome = await syncUser(deps, input);
  const page = await refreshing;
  const wasLate = inTime === TIMED_OUT && page !== "none";
  if ((page === "attaching" || wasLate) && outcome?.ok)
    await scheduleNextCheck(deps.db, userId, ATTACHED_AFTER);
  return outcome;
}

/** Reads the last payment page. `attaching`: it was paid, and its subscription does not exist yet. */
async function refreshCheckoutSession(
  { db, stripe }: Deps,
  userId: string,
): Promise<"none" | "read" | "attaching"> {
  const sessionId = await findRecentCheckoutPage(db, userId);
  if (sessionId === null) return "none";
  const how: RequestOptions = { priority: "background", deadlineMs: SESSION_MS };
  const read = await stripe.readCheckoutSession(sessionId, how);
  // Not fatal: reading the customers gives the same information a little later.
  if (!read.ok) return "none";
  const { subscriptionId, status } = read.value;
  await linkSession(db, { ...read.value, madeFor: userId });
  return status === "complete" && subscriptionId === null ? "attaching" : "read";
}
