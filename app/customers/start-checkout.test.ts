import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  readAccess,
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
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
  const { sandbox, stripeUrl } = world;
  const checkout = createCheckoutClient({ checkoutKey: sandbox.secretKey, apiBase: stripeUrl });
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

/** How many pages somebody could pay on now. */
const openPages = () =>
  [...world.sandbox.account.store.checkoutSessions.all()].filter(({ status }) => status === "open").length;

function pay(sessionId: string, number = "4242424242424242") {
  const card = findTestCard(number);
  if (!card) throw new Error(`${number} is no test card`);
  return world.sandbox.checkout.pay(sessionId, { email: "ada@example.com", name: "Ada", card });
}

describe("somebody who pays for nothing yet", () => {
  it("is led to a payment page that proves whose payment it will be", async () => {
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

  it("comes to the same page from a second tab, and from two at once", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob" });
    const first = await page(start("ada"));
    expect(await page(start("ada"))).toEqual(first);
    const [one, two] = await Promise.all([page(start("bob")), page(start("bob"))]);
    expect(two).toEqual(one);
    expect(openPages()).toBe(2);
  });

  it("has one page that can be paid, whatever was ordered in other tabs", async () => {
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

  it("gets another page when the last one has run out", async () => {
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    world.sandbox.checkoutSessions.expire(sessionId);
    const next = await page(start("ada"));
    expect(next.sessionId).not.toBe(sessionId);
    expect(openPages()).toBe(1);
  });

  it("comes back to the page on which a card was declined", async () => {
    await addUser(world, { id: "ada" });
    const first = await page(start("ada"));
    expect(pay(first.sessionId, "4000000000000002")).toEqual({ ok: false, reason: "declined" });
    expect(await page(start("ada"))).toEqual(first);
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});

describe("somebody who pays already", () => {
  it("is sold nothing, also while the database knows nothing of it; and is let in by the look", async () => {
    await addPayingUser(world, "ada");
    expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(openPages()).toBe(0);
  });

  it("pays once, though two tabs were open: the second press finds what the first one paid", async () => {
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    expect(pay(sessionId)).toMatchObject({ ok: true });
    await expect.poll(() => world.sandbox.account.store.subscriptions.index.size).toBe(1);
    expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("is told so before Stripe has attached the subscription", async () => {
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
    "manages what there is rather than buy beside it: %s",
    async (status) => {
      const { subscriptionId } = await addSyncedUser(world, "ada");
      world.sandbox.subscriptions.update(subscriptionId, { status });
      expect(await start("ada")).toEqual({ ok: false, reason: "already_paying" });
    },
  );

  it("and whose payment nobody has matched yet is not asked to pay again, unless the address is unproved", async () => {
    const guest = world.sandbox.customers.create({ email: "ada@example.com" }).id;
    world.sandbox.subscriptions.create({ customer: guest, items: [{ price: world.prices.army }] });
    await addUser(world, { id: "ada" });
    expect(await start("ada")).toEqual({ ok: false, reason: "being_matched" });
    await world.db.user.update({ where: { id: "ada" }, data: { emailVerified: false } });
    expect(await start("ada")).toMatchObject({ ok: true });
  });

  it("is sold nothing while two users claim one customer: a payment could open nothing", async () => {
    const { customerId } = await addSyncedUser(world, "ada");
    await addUser(world, { id: "eve" });
    await world.db.link.create({
      data: { userId: "eve", customerId, source: "confirmed", actor: "staff:1" },
    });
    expect(await start("eve")).toEqual({ ok: false, reason: "being_matched" });
  });
});

describe("somebody whose plan has ended", () => {
  it("buys again, as the customer that Stripe knows", async () => {
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

describe("somebody who comes back to the workspace, and not to the page after paying", () => {
  const dueIn = async () => {
    const [row] = await world.db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM "nextCheckAt" - now())::float8 AS seconds FROM "UserCheck" WHERE "userId" = 'ada'`;
    return row?.seconds ?? Number.NaN;
  };

  it("is looked at at once, and again in seconds while the subscription is not attached", async () => {
    await parity.close();
    await world.close();
    await open({ attachAfterMs: 3_600_000 });
    await addUser(world, { id: "ada" });
    const { sessionId } = await page(start("ada"));
    expect(await dueIn()).toBeLessThanOrEqual(0);
    pay(sessionId);

    parity.workspace.checkInBackground("ada");
    await expect.poll(dueIn).toBeGreaterThan(0);
    expect(await dueIn()).toBeLessThan(3);

    world.sandbox.checkout.attachAll();
    await expect.poll(dueIn, { timeout: 5_000 }).toBeLessThanOrEqual(0);
    // Another server: this one asks nobody for some seconds.
    world.parity.workspace.checkInBackground("ada");
    await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.link.findFirst({ where: { userId: "ada" } })).toMatchObject({ source: "session" });
  });

  it("waits as everybody does while nothing is paid", async () => {
    await addUser(world, { id: "ada" });
    await page(start("ada"));
    parity.workspace.checkInBackground("ada");
    await expect.poll(dueIn).toBeGreaterThan(20);
  });
});

describe("nothing is sold", () => {
  it("while Stripe cannot be asked what somebody has", async () => {
    await addUser(world, { id: "ada", customerId: "cus_1" });
    world.sandbox.control.addFault({
      effect: { type: "error", status: 403 },
      match: { path: "/v1/subscriptions" },
    });
    expect(await start("ada")).toEqual({ ok: false, reason: "not_checked" });
    expect(openPages()).toBe(0);
  });

  it("while the page that was made before cannot be read", async () => {
    await addUser(world, { id: "ada" });
    await start("ada");
    world.sandbox.control.addFault({
      effect: { type: "error", status: 400 },
      match: { method: "GET", path: "/v1/checkout/sessions/:id" },
    });
    expect(await start("ada", "starter")).toEqual({ ok: false, reason: "not_checked" });
    expect(openPages()).toBe(1);
  });

  it("for somebody else's workspace, for a plan that is not offered, or to who presses without end", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "eve" });
    expect(await start("eve", "army", "ada_w1")).toEqual({ ok: false, reason: "no_such_workspace" });
    expect(await start("eve", "navy")).toEqual({ ok: false, reason: "unknown_plan" });
    for (let pressed = 0; pressed < 19; pressed += 1) await start("eve", "navy");
    expect(await start("eve")).toEqual({ ok: false, reason: "too_many" });
    expect(await start("ada")).toMatchObject({ ok: true });
  });
});
