import { viewUsers } from "~/dashboard/user-pages.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { userRecord } from "~/engine/evaluate/records.server";
import { linkBySession } from "~/engine/observe/customer-users.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { CheckoutRefusal, CheckoutSync, Parity, WorkspaceAnswer } from "~/facade/parity.server";
import { within } from "~/platform/within";
import type { CheckoutClient } from "~/stripe/checkout.server";
import { type CheckoutSession, payerOf } from "~/stripe/checkout-session";
import type { RequestOptions } from "~/stripe/reader.server";
import { countAsking } from "./ask-counts.server";
import { plansForSale } from "./plans-for-sale.server";
import { sell } from "./sell.server";

export type CheckoutOptions = Deps & {
  /** Null without STRIPE_CHECKOUT_KEY: the pages link nowhere. */
  client: CheckoutClient | null;
  wait: (ms: number) => Promise<void>;
};

const LIMIT = { most: 10, windowSeconds: 15 * 60 };
const WAIT_MS = 8_000;
const PAUSE_MS = 700;

type Refused = { ok: false; reason: CheckoutRefusal };
const refused = (reason: CheckoutRefusal): Refused => ({ ok: false, reason });

/** The customer's way to pay, and back. */
export function createCheckout(options: CheckoutOptions): Parity["checkout"] {
  const { db, client, log } = options;

  async function portal({ userId, returnUrl }: { userId: string; returnUrl: string }) {
    if (client === null) return refused("not_configured");
    const user = await userRecord(db, userId);
    if (!user?.stripeCustomerId) return refused("no_customer");
    const page = await client.portal(user.stripeCustomerId, returnUrl);
    if (page.ok) return page;
    log.warn({ reason: page.failure.reason }, "Stripe opened no portal for a customer");
    return refused("stripe_failed");
  }

  async function sync({
    userId,
    sessionId,
  }: {
    userId: string;
    sessionId: string | null;
  }): Promise<CheckoutSync> {
    const retryAfterSeconds = await countAsking(db, `checkout:${userId}`, LIMIT);
    if (retryAfterSeconds > 0) return { state: "too_many", retryAfterSeconds };
    const until = performance.now() + WAIT_MS;
    const before = await billingOf(userId);
    for (;;) {
      const left = until - performance.now();
      const how: RequestOptions = { priority: "interactive", deadlineMs: Math.max(1, left) };
      const attached = sessionId === null ? true : await attach(userId, sessionId, how);
      if (attached === "not_yours") return { state: "not_yours" };
      if (attached && left > 0) {
        const actor = { kind: "checkout", id: null };
        const deadlineMs = Math.max(1, until - performance.now());
        await within(
          deadlineMs,
          syncUser(options, { userId, actor, apply: true, confirmed: null, deadlineMs }),
        );
        const [view] = await viewUsers(db, [userId]);
        if (view?.database.access)
          return { state: "done", before, after: await billingOf(userId), access: true };
      }
      if (until - performance.now() < PAUSE_MS) return { state: "pending" };
      await options.wait(PAUSE_MS);
    }
  }

  /** Is the session this user's, and is its subscription there yet? What it proves is stored as a link. */
  async function attach(
    userId: string,
    sessionId: string,
    how: RequestOptions,
  ): Promise<boolean | "not_yours"> {
    const read = await options.stripe.checkoutSession(sessionId, how);
    if (!read.ok) return read.failure.reason === "not_found" ? "not_yours" : false;
    const session = read.value;
    if (!(await isTheirs(userId, session))) return "not_yours";
    if (session.customerId !== null && payerOf(session) === userId)
      await linkBySession(db, userId, session.customerId);
    return session.subscriptionId !== null;
  }

  async function isTheirs(userId: string, session: CheckoutSession): Promise<boolean> {
    if (session.clientReferenceId === userId || session.metadataUserId === userId) return true;
    if (session.customerId === null) return false;
    const user = await userRecord(db, userId);
    return user?.stripeCustomerId === session.customerId;
  }

  async function billingOf(userId: string): Promise<WorkspaceAnswer["billing"]> {
    const user = await userRecord(db, userId);
    return {
      plan: user?.plan ?? null,
      status: user?.subscriptionStatus ?? null,
      currentPeriodEnd: user?.currentPeriodEnd?.toISOString() ?? null,
      cancelAtPeriodEnd: user?.cancelAtPeriodEnd ?? false,
    };
  }

  return {
    available: client !== null,
    async plans() {
      const plans = await plansForSale(db);
      return plans.map(({ id, name, seats, price }) => ({ id, name, seats, price }));
    },
    start: async (order) => (client === null ? refused("not_configured") : sell(options, client, order)),
    portal,
    sync,
  };
}
