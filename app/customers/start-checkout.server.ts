import { isOpen } from "~/billing/observation";
import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { workspaceRecord } from "~/engine/evaluate/records.server";
import { checkSoon } from "~/engine/observe/checks.server";
import { linkBySession } from "~/engine/observe/customer-users.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { Database } from "~/platform/client.server";
import { hashText } from "~/platform/text-hash.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import type { CheckoutClient, CheckoutOrder, PaymentPage } from "~/stripe/checkout.server";
import { findPayer } from "~/stripe/checkout-session";
import {
  type CheckoutAttempt,
  openCheckoutAttempt,
  replaceCheckoutAttempt,
  saveCheckoutPage,
} from "./checkout-attempts.server";
import type { CheckoutRefusal, StartCheckout } from "./customer-views";
import { listPlansForSale } from "./plans-for-sale.server";
import { consumeRateLimit } from "./rate-limits.server";

export type CheckoutResult = { ok: true; url: string } | { ok: false; reason: CheckoutRefusal };
const reject = (reason: CheckoutRefusal): CheckoutResult => ({ ok: false, reason });

/** Whoever presses waits so long for Stripe to say whether they pay already. Milliseconds. */
const CHECK_MS = 6_000;
const LIMIT = { most: 20, windowSeconds: 15 * 60 };
const BUYER: Actor = { kind: "checkout", id: null };

/**
 * Leads a customer to the payment page of a plan. Nobody is to pay twice: Stripe is asked first what they have, and when
 * it cannot be asked nothing is sold; and there is one page that can be paid at a time, however many tabs are open.
 */
export async function startCheckout(
  deps: Deps,
  client: CheckoutClient,
  order: StartCheckout,
): Promise<CheckoutResult> {
  const { db } = deps;
  const { userId, workspaceId } = order;
  const workspace = await workspaceRecord(db, workspaceId);
  if (workspace?.ownerId !== userId) return reject("no_such_workspace");
  if ((await consumeRateLimit(db, `buy:${userId}`, LIMIT)) > 0) return reject("too_many");

  const attempt = await openCheckoutAttempt(db, userId);
  const checked = await withTimeout(checkStripe(deps, client, userId, attempt), CHECK_MS);
  if (checked === TIMED_OUT || !checked.ok) return reject("not_checked");
  const { page } = checked;
  const buyer = await evaluateBuyer(db, userId);
  if (!buyer) return reject("no_such_workspace");
  const blocker = findCheckoutBlocker(buyer);
  if (blocker) return reject(blocker);
  // Paid on that page a moment ago, and the subscription is not attached yet.
  if (page?.session.status === "complete" && page.session.subscriptionId === null) return reject("just_paid");

  const wanted = await buildOrder(deps, client, buyer, order);
  if (!wanted.ok) return wanted;
  const orderHash = hashText(JSON.stringify(wanted.order));
  if (page?.session.status === "open" && page.url !== null) {
    if (attempt.page?.orderHash === orderHash) return redirectTo(db, userId, page.url);
    const closed = await client.closePage(page.session.id);
    // Only an open page can be closed: this one was paid just now.
    if (!closed.ok) return reject(closed.failure.reason === "bad_request" ? "just_paid" : "not_checked");
  }
  const { key } = attempt.page === null ? attempt : await replaceCheckoutAttempt(db, userId, attempt.key);
  const made = await client.createSession(wanted.order, `${key}-${orderHash}`);
  if (!made.ok || made.page.url === null)
    return failCheckout(deps, made.ok ? "no_address" : made.failure.reason);
  const { id: sessionId } = made.page.session;
  if (await saveCheckoutPage(db, userId, key, { sessionId, orderHash }))
    return redirectTo(db, userId, made.page.url);
  // Another tab orderHash something else at the same moment: one of the two pages has to go.
  await client.closePage(sessionId);
  return failCheckout(deps, "another_tab");
}

/** Whoever comes back from there may have paid: the look that was just had is not to put the next one off. */
async function redirectTo(db: Database, userId: string, url: string): Promise<CheckoutResult> {
  await checkSoon(db, userId, 0);
  return { ok: true, url };
}

function failCheckout({ log }: Deps, reason: string): CheckoutResult {
  log.warn({ reason }, "Stripe made no session for a customer");
  return reject("stripe_failed");
}

/** Reads the page of this turn, and then what the user has in Stripe; what a paid page proves is stored first. */
async function checkStripe(
  deps: Deps,
  client: CheckoutClient,
  userId: string,
  attempt: CheckoutAttempt,
): Promise<{ ok: true; page: PaymentPage | null } | { ok: false }> {
  const until = performance.now() + CHECK_MS;
  const read = attempt.page && (await client.readPage(attempt.page.sessionId));
  if (read && !read.ok && read.failure.reason !== "not_found") return { ok: false };
  const page = read?.ok ? read.page : null;
  const customerId = page?.session.customerId ?? null;
  if (page && customerId !== null && findPayer(page.session) === userId)
    await linkBySession(deps.db, userId, customerId);
  const deadlineMs = Math.max(1, until - performance.now());
  const known = await syncUser(deps, { userId, actor: BUYER, apply: true, deadlineMs });
  return known?.ok ? { ok: true, page } : { ok: false };
}

async function evaluateBuyer(db: Database, userId: string): Promise<EvaluatedUser | null> {
  const { context, snapshots } = await loadInContext(db, [userId]);
  const [snapshot] = snapshots;
  const how = { automatic: true, revocationLimitHasRoom: true, approval: null };
  return snapshot ? evaluateUser(snapshot, context, how) : null;
}

/** Why nothing is sold to this user, by what was just read; null when nothing speaks against it. */
function findCheckoutBlocker({ snapshot, evaluation }: EvaluatedUser): CheckoutRefusal | null {
  const { verdict, primary, possibleMatches } = evaluation;
  // Until staff decide, a payment could open nothing.
  if (verdict === "link_conflict") return "being_matched";
  // A second subscription beside an open one is nobody's wish; the portal changes the one there is.
  if (primary && isOpen(primary.subscription)) return "already_paying";
  // Whoever has not proved an address must not learn who pays under it.
  return snapshot.record.emailVerified && possibleMatches.length > 0 ? "being_matched" : null;
}

/** What is sold, at the price that Stripe has for it now, to the customer that Stripe still has. */
async function buildOrder(
  { db, log }: Deps,
  client: CheckoutClient,
  { snapshot, evaluation }: EvaluatedUser,
  { userId, planId, successUrl, cancelUrl }: StartCheckout,
): Promise<{ ok: true; order: CheckoutOrder } | { ok: false; reason: CheckoutRefusal }> {
  const plan = (await listPlansForSale(db)).find(({ id }) => id === planId);
  if (!plan) return { ok: false, reason: "unknown_plan" };
  const found = plan.lookupKey === null ? null : await client.findPrice(plan.lookupKey);
  if (found?.ok === false) {
    log.warn({ reason: found.failure.reason }, "Stripe had no price for a customer");
    return { ok: false, reason: "stripe_failed" };
  }
  const priceId = found === null ? plan.priceId : found.id;
  if (priceId === null) return { ok: false, reason: "unknown_plan" };
  const { email, user } = snapshot.record;
  const present = evaluation.customers.flatMap((one) => (one?.state === "present" ? [one.id] : []));
  const stored = present.find((id) => id === user.stripeCustomerId);
  const customerId = stored ?? present[0] ?? null;
  return { ok: true, order: { userId, priceId, customerId, email, successUrl, cancelUrl } };
}
