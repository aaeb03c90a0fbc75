import { isOpen } from "~/billing/observation";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type Evaluated, evaluateOne } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshotsInContext } from "~/engine/evaluate/load-snapshots-in-context.server";
import { workspaceRecord } from "~/engine/evaluate/records.server";
import { checkSoon } from "~/engine/observe/checks.server";
import { linkBySession } from "~/engine/observe/customer-users.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { CheckoutRefusal, StartCheckout } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import { hashText } from "~/platform/text-hash.server";
import { within } from "~/platform/within";
import type { CheckoutClient, CheckoutOrder, PaymentPage } from "~/stripe/checkout.server";
import { payerOf } from "~/stripe/checkout-session";
import { countAsking } from "./ask-counts.server";
import {
  type CheckoutAttempt,
  checkoutAttempt,
  keepCheckoutPage,
  nextCheckoutAttempt,
} from "./checkout-turns.server";
import { plansForSale } from "./plans-for-sale.server";

type Sold = { ok: true; url: string } | { ok: false; reason: CheckoutRefusal };
const refused = (reason: CheckoutRefusal): Sold => ({ ok: false, reason });

/** Whoever presses waits so long for Stripe to say whether they pay already. Milliseconds. */
const CHECK_MS = 6_000;
const LIMIT = { most: 20, windowSeconds: 15 * 60 };
const BUYER = { kind: "checkout", id: null };

/**
 * Leads a customer to the payment page of a plan. Nobody is to pay twice: Stripe is asked first what they have, and when
 * it cannot be asked nothing is sold; and there is one page that can be paid at a time, however many tabs are open.
 */
export async function sell(deps: Deps, client: CheckoutClient, order: StartCheckout): Promise<Sold> {
  const { db } = deps;
  const { userId, workspaceId } = order;
  const workspace = await workspaceRecord(db, workspaceId);
  if (workspace?.ownerId !== userId) return refused("no_such_workspace");
  if ((await countAsking(db, `buy:${userId}`, LIMIT)) > 0) return refused("too_many");

  const turn = await checkoutAttempt(db, userId);
  const checked = await within(CHECK_MS, check(deps, client, userId, turn));
  if (checked === "late" || !checked.ok) return refused("not_checked");
  const { page } = checked;
  const buyer = await evaluatedNow(db, userId);
  if (!buyer) return refused("no_such_workspace");
  const objection = objectionTo(buyer);
  if (objection) return refused(objection);
  // Paid on that page a moment ago, and the subscription is not attached yet.
  if (page?.session.status === "complete" && page.session.subscriptionId === null)
    return refused("just_paid");

  const wanted = await orderOf(deps, client, buyer, order);
  if (!wanted.ok) return wanted;
  const orderHash = hashText(JSON.stringify(wanted.order));
  if (page?.session.status === "open" && page.url !== null) {
    if (turn.page?.orderHash === orderHash) return sent(db, userId, page.url);
    const closed = await client.closePage(page.session.id);
    // Only an open page can be closed: this one was paid just now.
    if (!closed.ok) return refused(closed.failure.reason === "bad_request" ? "just_paid" : "not_checked");
  }
  const { key } = turn.page === null ? turn : await nextCheckoutAttempt(db, userId, turn.key);
  const made = await client.createSession(wanted.order, `${key}-${orderHash}`);
  if (!made.ok || made.page.url === null) return failed(deps, made.ok ? "no_address" : made.failure.reason);
  const { id: sessionId } = made.page.session;
  if (await keepCheckoutPage(db, userId, key, { sessionId, orderHash }))
    return sent(db, userId, made.page.url);
  // Another tab orderHash something else at the same moment: one of the two pages has to go.
  await client.closePage(sessionId);
  return failed(deps, "another_tab");
}

/** Whoever comes back from there may have paid: the look that was just had is not to put the next one off. */
async function sent(db: Database, userId: string, url: string): Promise<Sold> {
  await checkSoon(db, userId, 0);
  return { ok: true, url };
}

function failed({ log }: Deps, reason: string): Sold {
  log.warn({ reason }, "Stripe made no session for a customer");
  return refused("stripe_failed");
}

/** Reads the page of this turn, and then what the user has in Stripe; what a paid page proves is stored first. */
async function check(
  deps: Deps,
  client: CheckoutClient,
  userId: string,
  turn: CheckoutAttempt,
): Promise<{ ok: true; page: PaymentPage | null } | { ok: false }> {
  const until = performance.now() + CHECK_MS;
  const read = turn.page && (await client.paymentPage(turn.page.sessionId));
  if (read && !read.ok && read.failure.reason !== "not_found") return { ok: false };
  const page = read?.ok ? read.page : null;
  const customerId = page?.session.customerId ?? null;
  if (page && customerId !== null && payerOf(page.session) === userId)
    await linkBySession(deps.db, userId, customerId);
  const deadlineMs = Math.max(1, until - performance.now());
  const known = await syncUser(deps, { userId, actor: BUYER, apply: true, confirmed: null, deadlineMs });
  return known?.ok ? { ok: true, page } : { ok: false };
}

async function evaluatedNow(db: Database, userId: string): Promise<Evaluated | null> {
  const { ground, snapshots } = await loadSnapshotsInContext(db, [userId]);
  const [snapshot] = snapshots;
  const how = { automatic: true, revocationLimitHasRoom: true, confirmed: null };
  return snapshot ? evaluateOne(snapshot, ground, how) : null;
}

/** Why nothing is sold to this user, by what was just read; null when nothing speaks against it. */
function objectionTo({ snapshot, evaluation }: Evaluated): CheckoutRefusal | null {
  const { verdict, counting, suggestions } = evaluation;
  // Until staff decide, a payment could open nothing.
  if (verdict === "link_conflict") return "being_matched";
  // A second subscription beside an open one is nobody's wish; the portal changes the one there is.
  if (counting && isOpen(counting.subscription)) return "already_paying";
  // Whoever has not proved an address must not learn who pays under it.
  return snapshot.record.emailVerified && suggestions.length > 0 ? "being_matched" : null;
}

/** What is sold, at the price that Stripe has for it now, to the customer that Stripe still has. */
async function orderOf(
  { db, log }: Deps,
  client: CheckoutClient,
  { snapshot, evaluation }: Evaluated,
  { userId, planId, successUrl, cancelUrl }: StartCheckout,
): Promise<{ ok: true; order: CheckoutOrder } | { ok: false; reason: CheckoutRefusal }> {
  const plan = (await plansForSale(db)).find(({ id }) => id === planId);
  if (!plan) return { ok: false, reason: "unknown_plan" };
  const found = plan.lookupKey === null ? null : await client.priceOf(plan.lookupKey);
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
