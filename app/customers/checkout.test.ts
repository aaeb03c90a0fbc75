import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  readAccess,
  STAFF,
  type World,
} from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { findTestCard } from "~/sandbox/account/checkout/cards";
import { createCheckout } from "./checkout.server";

let world: World;
let checkout: Parity["checkout"];
/** Milliseconds of waiting that were skipped. */
let skipped: number;
/** Called at each wait. */
let meanwhile: () => void;

beforeEach(async () => {
  // Attached when the test says so.
  world = await createWorld({ attachAfterMs: 3_600_000 });
  skipped = 0;
  meanwhile = () => {};
  const now = performance.now.bind(performance);
  const startedAt = now();
  // The eight seconds are those that were skipped, however slow the machine is.
  vi.spyOn(performance, "now").mockImplementation(() => startedAt + (now() - startedAt) / 20 + skipped);
  const wait = async (ms: number) => {
    skipped += ms;
    meanwhile();
  };
  checkout = createCheckout({ ...world.deps, client: null, wait });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** A payment page of ours, paid with this card. */
function aSession(userId: string, card = "4242424242424242"): string {
  const { id } = world.sandbox.checkoutSessions.create({
    hosted: true,
    client_reference_id: userId,
    metadata: { userId },
    subscription_data: { metadata: { userId } },
    line_items: [{ price: world.prices.army }],
  });
  const paidWith = findTestCard(card);
  if (!paidWith) throw new Error(`${card} is no test card`);
  world.sandbox.checkout.pay(id, { email: "guest@example.com", name: "Guest", card: paidWith });
  return id;
}
const attach = () => world.sandbox.checkout.attachAll();

describe("after paying", () => {
  it("waits until Stripe has attached the subscription, and grants access", async () => {
    await addUser(world, { id: "ada" });
    const sessionId = aSession("ada");
    let waits = 0;
    meanwhile = () => {
      waits += 1;
      if (waits === 3) attach();
    };
    expect(await checkout.sync({ userId: "ada", sessionId })).toMatchObject({
      state: "done",
      before: { plan: null, status: null },
      after: { plan: "army", status: "active" },
      access: true,
    });
    expect(waits).toBe(3);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.change.findFirst()).toMatchObject({ actorKind: "checkout", grants: true });
  });

  it("grants access once when two tabs ask at once", async () => {
    await addUser(world, { id: "ada" });
    const sessionId = aSession("ada");
    attach();
    const tabs = [0, 1].map(() => checkout.sync({ userId: "ada", sessionId }));
    for (const answer of await Promise.all(tabs)) expect(answer).toMatchObject({ state: "done" });
    expect(await world.db.change.count()).toBe(1);
  });

  it("waits for no subscription of a session that makes none: the application subscribed the customer itself", async () => {
    const { customerId: customer } = await addPayingUser(world, "ada");
    const { id } = world.sandbox.checkoutSessions.create({ mode: "payment", customer, status: "complete" });
    meanwhile = () => {
      throw new Error("it waits");
    };
    expect(await checkout.sync({ userId: "ada", sessionId: id })).toMatchObject({
      state: "done",
      access: true,
    });
  });

  it("answers `pending` after eight seconds", async () => {
    await addUser(world, { id: "ada" });
    expect(await checkout.sync({ userId: "ada", sessionId: aSession("ada") })).toEqual({ state: "pending" });
    expect(skipped).toBeGreaterThan(5_000);
    expect(skipped).toBeLessThan(8_000);
  });

  it("answers `pending` when Stripe answers only errors", async () => {
    await addUser(world, { id: "ada" });
    const sessionId = aSession("ada");
    attach();
    world.sandbox.control.addFault({ effect: { type: "error", status: 403 } });
    expect(await checkout.sync({ userId: "ada", sessionId })).toEqual({ state: "pending" });
    world.sandbox.control.reset();
    expect(await checkout.sync({ userId: "ada", sessionId })).toMatchObject({ state: "done" });
  });

  it.each(["repairs are paused", "a hold"])(
    "R380: does not wait for what no waiting ends: %s",
    async (what) => {
      await addPayingUser(world, "ada");
      const by = { actor: STAFF, role: "admin" } as const;
      if (what === "a hold") {
        await world.parity.checkUser({ userId: "ada", actor: STAFF });
        await world.parity.decisions.decide({ kind: "hold", input: { userId: "ada" }, reason: "x", by });
      } else await world.parity.settings.set({ writeMode: "off" }, STAFF);
      world.sandbox.requests.clear();
      expect(await checkout.sync({ userId: "ada", sessionId: null })).toEqual({ state: "pending" });
      expect({ skipped, requests: world.sandbox.requests.list().length }).toEqual({
        skipped: 0,
        requests: 2,
      });
      expect(await readAccess(world, "ada")).toBe("locked 0");
    },
  );

  it("grants nothing for a declined card, and leaves no mismatch", async () => {
    await addUser(world, { id: "ada" });
    const sessionId = aSession("ada", "4000000000000002");
    expect(await checkout.sync({ userId: "ada", sessionId })).toEqual({ state: "pending" });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    await world.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: null } });
    const [view] = await world.parity.views(["ada"]);
    expect(view).toMatchObject({ mismatches: [] });
  });

  it("works without a session when the customer is linked already", async () => {
    await addSyncedUser(world, "ada");
    expect(await checkout.sync({ userId: "ada", sessionId: null })).toMatchObject({ state: "done" });
  });
});

describe("a session of another user", () => {
  it("grants nothing, and neither does a session that does not exist", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "eve" });
    const sessionId = aSession("ada");
    attach();
    expect(await checkout.sync({ userId: "eve", sessionId })).toEqual({ state: "not_yours" });
    expect(await checkout.sync({ userId: "eve", sessionId: "cs_test_none" })).toEqual({ state: "not_yours" });
    expect(await readAccess(world, "eve")).toBe("locked 0");
    expect(await world.db.link.count()).toBe(0);
  });

  it("of a payment link grants nothing because of a user id in its address", async () => {
    await addUser(world, { id: "eve" });
    const payer = world.sandbox.customers.create({ email: "payer@example.com" }).id;
    const subscription = world.sandbox.subscriptions.create({
      customer: payer,
      items: [{ price: world.prices.army }],
    }).id;
    const { id } = world.sandbox.checkoutSessions.create({
      client_reference_id: "eve",
      payment_link: "plink_1",
      customer: payer,
      subscription,
      status: "complete",
    });
    expect(await checkout.sync({ userId: "eve", sessionId: id })).toEqual({ state: "pending" });
    expect(await readAccess(world, "eve")).toBe("locked 0");
  });
});

it("answers how long to wait after too many requests", async () => {
  await addSyncedUser(world, "ada");
  for (let asked = 0; asked < 10; asked += 1) await checkout.sync({ userId: "ada", sessionId: null });
  const answer = await checkout.sync({ userId: "ada", sessionId: null });
  expect(answer).toEqual({ state: "too_many", retryAfterSeconds: expect.any(Number) });
  expect(answer.state === "too_many" && answer.retryAfterSeconds).toBeLessThanOrEqual(900);
});
