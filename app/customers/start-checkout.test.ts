import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  readAccess,
  type World,
} from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import { findTestCard } from "~/sandbox/account/checkout/cards";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
let parity: Parity;

async function open(options: Parameters<typeof createWorld>[0] = { attachAfterMs: 0 }) {
  world = await createWorld(options);
  const { sandbox, stripeUrl, sending } = world;
  const checkout = createCheckoutClient({ checkoutKey: sandbox.secretKey, apiBase: stripeUrl, ...sending });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
}
beforeEach(() => open());
afterEach(async () => {
  await parity.close();
  await world.close();
});

const start = (userId: string, planId = "army", workspaceId = `${userId}_w1`) =>
  parity.checkout.start({
    userId,
    planId,
    workspaceId,
    successUrl: `https://app.test/${workspaceId}/welcome?session_id={CHECKOUT_SESSION_ID}`,
    cancelUrl: `https://app.test/${workspaceId}`,
  });

/** The page of an answer that sold something. */
async function page(answer: ReturnType<typeof start>): Promise<{ url: string; sessionId: string }> {
  const sold = await answer;
  if (!sold.ok) throw new Error(`Nothing was sold: ${sold.reason}`);
  return { url: sold.url, sessionId: /\/c\/pay\/(\w+)/.exec(sold.url)?.[1] ?? "" };
}

/** Counts the payment pages that are open. */
const openPages = () =>
  [...world.sandbox.account.store.checkoutSessions.all()].filter(({ status }) => status === "open").length;

function pay(sessionId: string, number = "4242424242424242") {
  const card = findTestCard(number);
  if (!card) throw new Error(`${number} is no test card`);
  return world.sandbox.checkout.pay(sessionId, { email: "ada@example.com", name: "Ada", card });
}

describe("a user without a subscription", () => {
  it("gets a payment page that identifies the user", async () => {
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    expect(world.sandbox.account.store.checkoutSessions.find(sessionId)).toMatchObject({
      clientReferenceId: "ada",
      metadata: { userId: "ada" },
      subscriptionMetadata: { userId: "ada" },
      customerEmail: "ada@example.com",
      status: "open",
    });
  });

  it("gets the same page in a second tab, and in two tabs at once", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob" });
    const first = await page(start("ada"));
    expect(await page(start("ada"))).toEqual(first);
    const [one, two] = await Promise.all([page(start("bob")), page(start("bob"))]);
    expect(two).toEqual(one);
    expect(openPages()).toBe(2);
  });

  it("has one open page, whatever was ordered in other tabs", async () => {
    await addUser(world, { id: "ada" });
    const starter = await page(start("ada", "starter"));
    const army = await page(start("ada", "army"));
    expect(pay(starter.sessionId)).toEqual({ ok: false, reason: "expired" });
    expect(openPages()).toBe(1);
    expect(await page(start("ada", "army"))).toEqual(army);

    await addUser(world, { id: "bob" });
    await Promise.all([start("bob", "starter"), start("bob", "army")]);
    expect(openPages()).toBe(2);
    await page(start("bob", "starter"));
    expect(openPages()).toBe(2);
  });

  it("gets a new page when the last one has expired", async () => {
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    world.sandbox.checkoutSessions.expire(sessionId);
    const next = await page(start("ada"));
    expect(next.sessionId).not.toBe(sessionId);
    expect(openPages()).toBe(1);
  });

  it("gets the same page again after a card was declined", async () => {
    await addUser(world, { id: "ada" });
    const first = await page(start("ada"));
    expect(pay(first.sessionId, "4000000000000002")).toEqual({ ok: false, reason: "declined" });
    expect(await page(start("ada"))).toEqual(first);
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});

describe("a user with a subscription", () => {
  it("cannot buy, even when the subscription is not recorded, and gets access by the check", async () => {
    await addPayingUser(world, "ada");
    expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(openPages()).toBe(0);
  });

  it("pays once with two open tabs: the second tab finds the payment of the first", async () => {
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    expect(pay(sessionId)).toMatchObject({ ok: true });
    await expect.poll(() => world.sandbox.account.store.subscriptions.index.size).toBe(1);
    expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("cannot buy again before Stripe has attached the subscription", async () => {
    await parity.close();
    await world.close();
    await open({ attachAfterMs: 3_600_000 });
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    pay(sessionId);
    for (const plan of ["army", "starter"])
      expect(await start("ada", plan)).toEqual({ ok: false, reason: "just_paid" });
    expect(openPages()).toBe(0);
  });

  it.each(["past_due", "unpaid", "paused"] as const)(
    "cannot buy a second subscription: %s",
    async (status) => {
      const { subscriptionId } = await addSyncedUser(world, "ada");
      world.sandbox.subscriptions.update(subscriptionId, { status });
      expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    },
  );

  it("that staff must match first cannot buy, unless the address is unverified", async () => {
    const guest = world.sandbox.customers.create({ email: "ada@example.com" }).id;
    world.sandbox.subscriptions.create({ customer: guest, items: [{ price: world.prices.army }] });
    await addUser(world, { id: "ada" });
    expect(await start("ada")).toEqual({ ok: false, reason: "being_matched" });
    await world.db.user.update({ where: { id: "ada" }, data: { emailVerified: false } });
    expect(await start("ada")).toMatchObject({ ok: true });
  });

  it("cannot buy while the payment that names the user is another user’s by the record", async () => {
    const { customerId } = await addSyncedUser(world, "ada");
    await addUser(world, { id: "eve" });
    await world.db.link.create({
      data: { userId: "eve", customerId, source: "session", actor: "checkout" },
    });
    expect(await start("eve")).toEqual({ ok: false, reason: "being_matched" });
  });
});

describe("a user whose plan has ended", () => {
  it("buys again as the same Stripe customer", async () => {
    await addUser(world, { id: "ada" });
    const first = await page(start("ada"));
    pay(first.sessionId);
    await expect.poll(() => world.sandbox.account.store.subscriptions.index.size).toBe(1);
    await start("ada");
    const { stripeCustomerId } = await world.db.user.findUniqueOrThrow({ where: { id: "ada" } });
    const billing = await world.db.billingSubscription.findUniqueOrThrow({ where: { userId: "ada" } });
    world.sandbox.subscriptions.cancel(billing.stripeSubscriptionId);

    const again = await page(start("ada"));
    expect(again.sessionId).not.toBe(first.sessionId);
    const { store } = world.sandbox.account;
    const session = store.checkoutSessions.find(again.sessionId);
    expect(store.customers.getId(session?.customer ?? -1)).toBe(stripeCustomerId);
  });

  it("buys again although the recorded customer was deleted in Stripe", async () => {
    const { customerId } = await addSyncedUser(world, "ada");
    world.sandbox.customers.delete(customerId);
    const { sessionId } = await page(start("ada"));
    expect(world.sandbox.account.store.checkoutSessions.find(sessionId)).toMatchObject({
      customer: null,
      customerEmail: "ada@example.com",
    });
  });
});

describe("a user that returns to the workspace instead of the page after checkout", () => {
  /** Seconds. The column keeps milliseconds, rounded. */
  const dueIn = async () => {
    const [row] = await world.db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM "nextCheckAt" - now()::timestamptz(3))::float8 AS seconds FROM parity."UserCheck" WHERE "userId" = 'ada'`;
    return row?.seconds ?? Number.NaN;
  };

  it("is checked at once, and again in seconds while the subscription is not attached", async () => {
    await parity.close();
    await world.close();
    await open({ attachAfterMs: 3_600_000 });
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    expect(await dueIn()).toBeLessThanOrEqual(0);
    pay(sessionId);

    parity.workspace.checkInBackground("ada");
    /** Soon after the check, however long ago that is by now. */
    const isDueInSeconds = async () => {
      const { nextCheckAt, checkedAt } = await world.db.userCheck.findUniqueOrThrow({
        where: { userId: "ada" },
      });
      return (
        nextCheckAt !== null &&
        checkedAt !== null &&
        0 < +nextCheckAt - +checkedAt &&
        +nextCheckAt - +checkedAt < 20_000
      );
    };
    await expect.poll(isDueInSeconds).toBe(true);

    world.sandbox.checkout.attachAll();
    await expect.poll(dueIn).toBeLessThanOrEqual(0);
    // Another server, because this one does not check again for some seconds.
    world.parity.workspace.checkInBackground("ada");
    await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.link.findFirst({ where: { userId: "ada" } })).toMatchObject({ source: "session" });
  });

  it("is checked as usual while nothing is paid", async () => {
    await addUser(world, { id: "ada" });
    await page(start("ada"));
    parity.workspace.checkInBackground("ada");
    await expect.poll(dueIn).toBeGreaterThan(20);
  });
});

describe("checkout is not possible", () => {
  it("while Stripe refuses to be read", async () => {
    await addUser(world, { id: "ada", customerId: "cus_1" });
    world.sandbox.control.addFault({
      effect: { type: "error", status: 403 },
      match: { path: "/v1/subscriptions" },
    });
    expect(await start("ada")).toEqual({ ok: false, reason: "stripe_refused" });
    expect(openPages()).toBe(0);
  });

  it("while Stripe refuses the previous payment page", async () => {
    await addUser(world, { id: "ada" });
    await start("ada");
    world.sandbox.control.addFault({
      effect: { type: "error", status: 400 },
      match: { method: "GET", path: "/v1/checkout/sessions/:id" },
    });
    expect(await start("ada", "starter")).toEqual({ ok: false, reason: "stripe_refused" });
    expect(openPages()).toBe(1);
  });

  it("for the workspace of another user, for an unknown plan, or after too many requests", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "eve" });
    expect(await start("eve", "army", "ada_w1")).toEqual({ ok: false, reason: "no_such_workspace" });
    expect(await start("eve", "navy")).toEqual({ ok: false, reason: "unknown_plan" });
    // As if pressed as often.
    await world.db.rateLimitCounter.updateMany({ data: { count: { increment: 18 } } });
    expect(await start("eve", "navy")).toEqual({ ok: false, reason: "unknown_plan" });
    expect(await start("eve")).toEqual({ ok: false, reason: "too_many" });
    expect(await start("ada")).toMatchObject({ ok: true });
  });
});
