import { z } from "zod";
import { trimBlanks } from "~/billing/ids";
import { isOpen } from "~/billing/observation";
import { readRecordedIds } from "~/billing/record";
import type { Actor } from "~/engine/account/actor";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type EvaluatedUser, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { findWorkspaceRecord } from "~/engine/evaluate/records.server";
import { linkSession } from "~/engine/observe/session-links.server";
import { scheduleNextCheck } from "~/engine/observe/user-checks.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { Database } from "~/platform/client.server";
import { hashText } from "~/platform/text-hash.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import type { CheckoutClient, CheckoutOrder, PaymentPage } from "~/stripe/checkout.server";
import { describeFailure, isRefusal, type StripeFailure } from "~/stripe/failure.server";
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

/** How long the customer waits for the check whether they pay already: as long as Stripe answers, however slowly. Milliseconds. */
const CHECK_MS = 30_000;
const LIMIT = { limit: 20, windowSeconds: 15 * 60 };
const BUYER: Actor = { kind: "checkout", id: null };

/**
 * Creates the payment page of a plan for a customer. To prevent double payments, Stripe is read first, and without an answer
 * there is no payment page. Each customer has only one open payment page, even with several tabs.
 */
export async function startCheckout(
  deps: Deps,
  client: CheckoutClient,
  order: StartCheckout,
): Promise<CheckoutResult> {
  const { db } = deps;
  const { userId, workspaceId } = order;
  const workspace = await findWorkspaceRecord(db, workspaceId);
  if (workspace?.ownerId !== userId) return reject("no_such_workspace");
  if ((await consumeRateLimit(db, `buy:${userId}`, LIMIT)) > 0) return reject("too_many");

  const attempt = await openCheckoutAttempt(db, userId);
  const checked = await withTimeout(checkStripe(deps, client, userId, attempt), CHECK_MS);
  if (checked === TIMED_OUT) return reject("not_checked");
  if (!checked.ok) return reject(isRefusal(checked) ? "stripe_refused" : "not_checked");
  const { page } = checked;
  const buyer = await evaluateBuyer(db, userId);
  if (!buyer) return reject("no_such_workspace");
  const blocker = findCheckoutBlocker(buyer);
  if (blocker) return reject(blocker);
  // The page was paid a moment ago, and its subscription does not exist yet.
  if (page?.session.status === "complete" && page.session.subscriptionId === null) return reject("just_paid");

  const wanted = await buildOrder(deps, client, buyer, order);
  if (!wanted.ok) return wanted;
  const orderHash = hashText(JSON.stringify(wanted.order));
  if (page?.session.status === "open" && page.url !== null) {
    if (attempt.page?.orderHash === orderHash) return redirectTo(db, userId, page.url);
    const closed = await client.closePage(page.session.id);
    // Stripe closes only open pages, so this page was paid just now.
    if (!closed.ok) return reject(closed.failure.reason === "bad_request" ? "just_paid" : "not_checked");
  }
  const { key } = attempt.page === null ? attempt : await replaceCheckoutAttempt(db, userId, attempt.key);
  const made = await client.createSession(wanted.order, `${key}-${orderHash}`);
  if (!made.ok) {
    // Under the same key Stripe would repeat its refusal for a day, also after the price was put right.
    if (isRefusal(made.failure)) await replaceCheckoutAttempt(db, userId, key);
    return failCheckout(deps, made.failure, "Stripe checkout session failed");
  }
  if (made.page.url === null) return failCheckout(deps, "no_address", "Stripe checkout session failed");
  const { id: sessionId } = made.page.session;
  if (await saveCheckoutPage(db, userId, key, { sessionId, orderHash }))
    return redirectTo(db, userId, made.page.url);
  // Another tab ordered something else at the same moment. Only one page may stay open.
  await client.closePage(sessionId);
  return failCheckout(deps, "another_tab", "Stripe checkout session failed");
}

/** A customer that returns from the payment page may have paid, so the next check is due at once. */
async function redirectTo(db: Database, userId: string, url: string): Promise<CheckoutResult> {
  await scheduleNextCheck(db, userId, 0);
  return { ok: true, url };
}

/** Logged so that who is on call finds the request in Stripe's dashboard, and told apart for the customer. */
function failCheckout(
  { log }: Pick<Deps, "log">,
  failure: StripeFailure | string,
  message: string,
): { ok: false; reason: CheckoutRefusal } {
  log.warn(typeof failure === "string" ? { reason: failure } : describeFailure(failure), message);
  const isFinal = typeof failure !== "string" && isRefusal(failure);
  return { ok: false, reason: isFinal ? "stripe_refused" : "stripe_failed" };
}

/** Reads the payment page of this attempt, then the user in Stripe. A link that a paid page proves is stored first. */
async function checkStripe(
  deps: Deps,
  client: CheckoutClient,
  userId: string,
  attempt: CheckoutAttempt,
): Promise<{ ok: true; page: PaymentPage | null } | { ok: false; reason: string }> {
  const until = performance.now() + CHECK_MS;
  const read = attempt.page && (await client.readPage(attempt.page.sessionId));
  if (read && !read.ok && read.failure.reason !== "not_found") {
    deps.log.warn(describeFailure(read.failure), "Stripe payment page could not be read");
    return { ok: false, reason: read.failure.reason };
  }
  const page = read?.ok ? read.page : null;
  if (page) await linkSession(deps.db, { ...page.session, madeFor: userId });
  const deadlineMs = Math.max(1, until - performance.now());
  const known = await syncUser(deps, { userId, actor: BUYER, apply: true, deadlineMs });
  // A customer that could not be read may be the one who pays.
  const unread = known?.ok ? known.unread : known;
  if (known?.ok && unread === null) return { ok: true, page };
  return { ok: false, reason: unread?.reason ?? "no_such_user" };
}

async function evaluateBuyer(db: Database, userId: string): Promise<EvaluatedUser | null> {
  const { context, snapshots } = await loadInContext(db, [userId]);
  const [snapshot] = snapshots;
  const how = { automatic: true, revocationLimitHasRoom: true, approval: null };
  return snapshot ? evaluateUser(snapshot, context, how) : null;
}

/** Why this user cannot buy now; null when it can. */
function findCheckoutBlocker({ snapshot, evaluation }: EvaluatedUser): CheckoutRefusal | null {
  const { verdict, ranked, matches } = evaluation;
  // Until staff decide, a payment might not give access.
  if (verdict === "link_conflict") return "being_matched";
  const open = ranked.filter(({ subscription }) => isOpen(subscription));
  // A second subscription of a plan would be a double payment. The portal changes the existing one.
  if (open.some(({ plan }) => plan !== null && plan.seats > 0)) return "already_paying";
  // It may be one of a plan: Stripe lists no item that could be read.
  if (open.some(({ item }) => item === null)) return "not_checked";
  // A payment was made with a reference to this user: selling again might be a double payment.
  if (matches.byReference.length > 0) return "being_matched";
  // With an unverified address, a user must not learn who pays with it.
  return snapshot.record.emailVerified && matches.byAddress.length > 0 ? "being_matched" : null;
}

/** Builds the order: the current price of the plan, and a customer that still exists in Stripe. */
async function buildOrder(
  { db, log }: Deps,
  client: CheckoutClient,
  { snapshot, evaluation }: EvaluatedUser,
  { userId, planId, successUrl, cancelUrl }: StartCheckout,
): Promise<{ ok: true; order: CheckoutOrder } | { ok: false; reason: CheckoutRefusal }> {
  const plan = (await listPlansForSale(db)).find(({ id }) => id === planId);
  if (!plan) return { ok: false, reason: "unknown_plan" };
  const found = plan.lookupKey === null ? null : await client.findPrice(plan.lookupKey);
  if (found?.ok === false) return failCheckout({ log }, found.failure, "Stripe price lookup failed");
  const priceId = found === null ? plan.priceId : found.id;
  if (priceId === null) return { ok: false, reason: "unknown_plan" };
  // Stripe would refuse the whole order for what is no address.
  const email = z.email().safeParse(trimBlanks(snapshot.record.email)).data ?? null;
  const { links } = evaluation;
  const present = evaluation.customers.flatMap((one) =>
    // What is bought with a customer of which another user has a part would not be this user's alone.
    one?.state === "present" && !links.sharedCustomerIds.has(one.id) ? [one.id] : [],
  );
  const recorded = readRecordedIds(snapshot.record).customerId;
  const stored = present.find((id) => id === recorded);
  const customerId = stored ?? present[0] ?? null;
  const [metadataKey = "userId"] = await loadMetadataKeys(db);
  return { ok: true, order: { userId, metadataKey, priceId, customerId, email, successUrl, cancelUrl } };
}
