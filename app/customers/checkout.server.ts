import { readMetadataUserId, readStripeId } from "~/billing/ids";
import { choosePortalCustomer, type PortalChoice } from "~/billing/links/portal";
import type { Actor } from "~/engine/account/actor";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { findUserRecord } from "~/engine/evaluate/records.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { linkSession } from "~/engine/observe/session-links.server";
import { type SyncOutcome, syncUser } from "~/engine/sync/sync-user.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import type { CheckoutClient } from "~/stripe/checkout.server";
import { awaitsSubscription, type CheckoutSession } from "~/stripe/checkout-session";
import { describeFailure, isPassing, isRefusal, type StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { createCheckoutGuard } from "./checkout-guard.server";
import type {
  CheckoutRefusal,
  CheckoutSync,
  SoldPlan,
  StartCheckout,
  WorkspaceAnswer,
} from "./customer-views";
import { listPlansForSale } from "./plans-for-sale.server";
import { consumeRateLimit } from "./rate-limits.server";
import { type CheckoutResult, startCheckout } from "./start-checkout.server";

export type CheckoutOptions = Deps & {
  /** Null without STRIPE_CHECKOUT_KEY: the pages link nowhere. */
  client: CheckoutClient | null;
  wait: (ms: number) => Promise<void>;
};

const LIMIT = { limit: 10, windowSeconds: 15 * 60 };
const PORTAL_LIMIT = { limit: 20, windowSeconds: 15 * 60 };
const WAIT_MS = 8_000;
/** From one look to the next, growing with each. */
const PAUSE_MS = 700;
const MOST_PAUSES = 4;
/** How long the session, which is optional, is waited for. */
const SESSION_MS = 3_000;
/** So many returning customers at once may ask like staff at a button; when there are more, all of them wait behind. */
const MOST_INTERACTIVE = 4;

type Rejected = { ok: false; reason: CheckoutRefusal };
const reject = (reason: CheckoutRefusal): Rejected => ({ ok: false, reason });

/** Stripe has said that access is to be given, and a pause of repairs or a hold is in the way, which no waiting ends. */
const isHeldBack = (synced: SyncOutcome | null): boolean =>
  synced?.ok === true &&
  synced.outcome.outcome === "blocked" &&
  synced.outcome.before.evaluation.accessExpected;

/** Checkout and billing portal for customers. */
export function createCheckout(options: CheckoutOptions) {
  const { db, client, log } = options;
  const isRightAccount = createCheckoutGuard(options);
  const running = new Map<string, Promise<CheckoutSync>>();

  /** The same customer, asking ten times at once, is answered by one and the same wait. */
  function joinRunning(key: string, start: () => Promise<CheckoutSync>): Promise<CheckoutSync> {
    const joined = running.get(key) ?? start().finally(() => running.delete(key));
    running.set(key, joined);
    return joined;
  }

  async function portal({ userId, returnUrl }: { userId: string; returnUrl: string }) {
    if (client === null) return reject("not_configured");
    if (!(await isRightAccount())) return reject("not_configured");
    if ((await consumeRateLimit(db, `portal:${userId}`, PORTAL_LIMIT)) > 0) return reject("too_many");
    for (let isRead = false; ; isRead = true) {
      const choice = await choosePortal(userId);
      if (choice.customerId === null)
        return reject(choice.why === "undecided" ? "being_matched" : choice.why);
      const page = await client.createPortal(choice.customerId, returnUrl);
      if (page.ok) return page;
      if (page.failure.reason === "not_found" && !isRead) {
        // Deleted since it was read: what Stripe says now decides which one it is, or that there is none.
        const how: RequestOptions = { priority: "interactive", deadlineMs: WAIT_MS };
        await readCustomers(options, [choice.customerId], how);
        continue;
      }
      log.warn(describeFailure(page.failure), "Stripe billing portal failed");
      return reject(isRefusal(page.failure) ? "stripe_refused" : "stripe_failed");
    }
  }

  async function choosePortal(userId: string): Promise<PortalChoice> {
    const { context, snapshots } = await loadInContext(db, [userId]);
    const [snapshot] = snapshots;
    if (!snapshot) return { customerId: null, why: "no_customer" };
    return choosePortalCustomer(evaluateUser(snapshot, context, AS_STAFF).evaluation, snapshot.record);
  }

  async function sync(input: { userId: string; sessionId: string | null }): Promise<CheckoutSync> {
    const { userId, sessionId } = input;
    const retryAfterSeconds = await consumeRateLimit(db, `checkout:${userId}`, LIMIT);
    if (retryAfterSeconds > 0) return { state: "too_many", retryAfterSeconds };
    return joinRunning(`${userId} ${sessionId}`, () => waitForSubscription(input));
  }

  async function waitForSubscription({
    userId,
    sessionId,
  }: {
    userId: string;
    sessionId: string | null;
  }): Promise<CheckoutSync> {
    const until = performance.now() + WAIT_MS;
    const computeTimeLeft = () => Math.max(1, until - performance.now());
    const before = await readBilling(userId);
    let isReadable = sessionId !== null;
    for (let round = 0; ; round += 1) {
      // Staff at a button go first, however many customers come back at once.
      const priority = running.size > MOST_INTERACTIVE ? "background" : "interactive";
      const how: RequestOptions = { priority, deadlineMs: computeTimeLeft() };
      // Optional: it must not take the time of what is necessary.
      const session =
        isReadable && sessionId !== null
          ? await withTimeout(checkSession(userId, sessionId, how), Math.min(SESSION_MS, computeTimeLeft()))
          : "unknown";
      if (session === "not_yours") return { state: "not_yours" };
      if (session === "refused") isReadable = false;
      if (session !== "not_attached" && until > performance.now()) {
        const actor: Actor = { kind: "checkout", id: null };
        const deadlineMs = computeTimeLeft();
        const input = { userId, actor, apply: true, deadlineMs, priority } as const;
        const synced = await withTimeout(syncUser(options, input), deadlineMs);
        // Stripe refuses for good: asking again for eight seconds is no use.
        if (synced !== TIMED_OUT && synced?.ok === false && !synced.isPassing) return { state: "pending" };
        const { context, snapshots } = await loadInContext(db, [userId]);
        const [snapshot] = snapshots;
        if (snapshot && evaluateUser(snapshot, context, AS_STAFF).evaluation.accessRecorded)
          return { state: "done", before, after: await readBilling(userId), access: true };
        if (synced !== TIMED_OUT && isHeldBack(synced)) return { state: "pending" };
      }
      const pause = PAUSE_MS * Math.min(round + 1, MOST_PAUSES);
      if (until - performance.now() < pause) return { state: "pending" };
      await options.wait(pause);
    }
  }

  /** What the session says, and stores the link that it proves. `refused`: no key may read it, and asking again is no use. */
  async function checkSession(
    userId: string,
    sessionId: string,
    how: RequestOptions,
  ): Promise<"attached" | "not_attached" | "not_yours" | "refused" | "unknown"> {
    const read = await readSession(sessionId, how);
    if (!read.ok) {
      if (read.failure.reason === "not_found") return "not_yours";
      return isPassing(read.failure) ? "unknown" : "refused";
    }
    const { session } = read;
    if (!(await isOwnSession(userId, session))) return "not_yours";
    await linkSession(db, session);
    return awaitsSubscription(session) ? "not_attached" : "attached";
  }

  /** The key that made the session may read it, when the other one may not. */
  async function readSession(
    sessionId: string,
    how: RequestOptions,
  ): Promise<{ ok: true; session: CheckoutSession } | { ok: false; failure: StripeFailure }> {
    const read = await options.stripe.readCheckoutSession(sessionId, how);
    if (read.ok) return { ok: true, session: read.value };
    if (read.failure.reason !== "forbidden" || client === null) return read;
    const page = await client.readPage(sessionId);
    return page.ok ? { ok: true, session: page.page.session } : page;
  }

  async function isOwnSession(userId: string, session: CheckoutSession): Promise<boolean> {
    if (session.clientReferenceId === userId) return true;
    if (readMetadataUserId(session.metadata, await loadMetadataKeys(db)) === userId) return true;
    if (session.customerId === null) return false;
    const user = await findUserRecord(db, userId);
    return readStripeId(user?.stripeCustomerId) === session.customerId;
  }

  async function readBilling(userId: string): Promise<WorkspaceAnswer["billing"]> {
    const user = await findUserRecord(db, userId);
    return {
      plan: user?.plan ?? null,
      status: user?.subscriptionStatus ?? null,
      currentPeriodEnd: user?.currentPeriodEnd?.toISOString() ?? null,
      cancelAtPeriodEnd: user?.cancelAtPeriodEnd ?? false,
    };
  }

  return {
    /** False without STRIPE_CHECKOUT_KEY: nothing can be bought or managed, and the pages link nowhere. */
    available: client !== null,
    /** Plans that can be bought, cheapest first; `price` when it has been seen. */
    async plans(): Promise<SoldPlan[]> {
      const plans = await listPlansForSale(db);
      return plans.map(({ id, name, seats, price }) => ({ id, name, seats, price }));
    },
    /** The address of Stripe's payment page for a plan, after a look at what Stripe says now (at most 6 s). */
    start: async (order: StartCheckout): Promise<CheckoutResult> =>
      client === null || !(await isRightAccount())
        ? reject("not_configured")
        : startCheckout(options, client, order),
    /** The address of Stripe's page where a customer manages what they have. */
    portal,
    /** After paying: waits (at most 8 s) until Stripe has attached the subscription, and gives access. */
    sync,
  };
}
