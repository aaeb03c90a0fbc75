import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { findUserRecord } from "~/engine/evaluate/records.server";
import { linkBySession } from "~/engine/observe/customer-users.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import { withTimeout } from "~/platform/with-timeout";
import type { CheckoutClient } from "~/stripe/checkout.server";
import { type CheckoutSession, findPayer } from "~/stripe/checkout-session";
import type { RequestOptions } from "~/stripe/reader.server";
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
const WAIT_MS = 8_000;
const PAUSE_MS = 700;

type Rejected = { ok: false; reason: CheckoutRefusal };
const reject = (reason: CheckoutRefusal): Rejected => ({ ok: false, reason });

/** Checkout and billing portal for customers. */
export function createCheckout(options: CheckoutOptions) {
  const { db, client, log } = options;

  async function portal({ userId, returnUrl }: { userId: string; returnUrl: string }) {
    if (client === null) return reject("not_configured");
    const user = await findUserRecord(db, userId);
    if (!user?.stripeCustomerId) return reject("no_customer");
    const page = await client.createPortal(user.stripeCustomerId, returnUrl);
    if (page.ok) return page;
    log.warn({ reason: page.failure.reason }, "Stripe billing portal failed");
    return reject("stripe_failed");
  }

  async function sync({
    userId,
    sessionId,
  }: {
    userId: string;
    sessionId: string | null;
  }): Promise<CheckoutSync> {
    const retryAfterSeconds = await consumeRateLimit(db, `checkout:${userId}`, LIMIT);
    if (retryAfterSeconds > 0) return { state: "too_many", retryAfterSeconds };
    const until = performance.now() + WAIT_MS;
    const before = await readBilling(userId);
    for (;;) {
      const left = until - performance.now();
      const how: RequestOptions = { priority: "interactive", deadlineMs: Math.max(1, left) };
      const attached = sessionId === null ? true : await linkSession(userId, sessionId, how);
      if (attached === "not_yours") return { state: "not_yours" };
      if (attached && left > 0) {
        const actor: Actor = { kind: "checkout", id: null };
        const deadlineMs = Math.max(1, until - performance.now());
        await withTimeout(syncUser(options, { userId, actor, apply: true, deadlineMs }), deadlineMs);
        const { context, snapshots } = await loadInContext(db, [userId]);
        const [snapshot] = snapshots;
        if (snapshot && evaluateUser(snapshot, context, AS_STAFF).evaluation.accessRecorded)
          return { state: "done", before, after: await readBilling(userId), access: true };
      }
      if (until - performance.now() < PAUSE_MS) return { state: "pending" };
      await options.wait(PAUSE_MS);
    }
  }

  /** Whether the session belongs to this user and its subscription exists yet. Stores the link that the session proves. */
  async function linkSession(
    userId: string,
    sessionId: string,
    how: RequestOptions,
  ): Promise<boolean | "not_yours"> {
    const read = await options.stripe.readCheckoutSession(sessionId, how);
    if (!read.ok) return read.failure.reason === "not_found" ? "not_yours" : false;
    const session = read.value;
    if (!(await isOwnSession(userId, session))) return "not_yours";
    if (session.customerId !== null && findPayer(session) === userId)
      await linkBySession(db, userId, session.customerId);
    return session.subscriptionId !== null;
  }

  async function isOwnSession(userId: string, session: CheckoutSession): Promise<boolean> {
    if (session.clientReferenceId === userId || session.metadataUserId === userId) return true;
    if (session.customerId === null) return false;
    const user = await findUserRecord(db, userId);
    return user?.stripeCustomerId === session.customerId;
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
      client === null ? reject("not_configured") : startCheckout(options, client, order),
    /** The address of Stripe's page where a customer manages what they have. */
    portal,
    /** After paying: waits (at most 8 s) until Stripe has attached the subscription, and gives access. */
    sync,
  };
}
