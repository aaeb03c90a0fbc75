import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rewriteLists } from "~/engine/testing/list-proxy";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  readAccess,
  runToEnd,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const readVerdict = async (userId: string) =>
  (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).verdict;
const sync = (parity = world.parity) => parity.syncUser({ userId: "ada", actor: STAFF });

/** The next list of subscriptions says what is true now, and arrives when it is released. */
const holdBack = (query: Record<string, string> = {}) =>
  world.sandbox.control.addFault({
    effect: { type: "hang", reads: "first" },
    match: { path: "/v1/subscriptions", query },
    times: 1,
  });

describe("an answer that was slow", () => {
  it("does not overwrite a later one: the customer is read again", async () => {
    const { subscriptionId, customerId } = await addPayingUser(world, "ada");
    holdBack({ customer: customerId });
    const slow = sync();
    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.subscriptions.cancel(subscriptionId);
    await sync(world.another());
    world.sandbox.control.held.release();
    await slow;
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await world.db.stripeSubscription.findFirst()).toMatchObject({ status: "canceled" });
  });

  it("in a full run does not either: the run reads the customer again before it finishes", async () => {
    const { subscriptionId, customerId } = await addPayingUser(world, "ada");
    holdBack();
    const { run } = await world.parity.runs.apply({ actor: STAFF });
    const running = runToEnd(world.parity, run.id);
    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.subscriptions.cancel(subscriptionId);
    await sync(world.another());
    world.sandbox.requests.clear();
    world.sandbox.control.held.release();
    // What happened to sessions is asked again, because a customer was read since.
    expect(await running).toMatchObject({ state: "done", stripeRequests: 4 });
    const asked = world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" });
    expect(asked.map(({ query }) => query.customer)).toEqual([customerId]);
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await world.db.change.count({ where: { grants: true } })).toBe(0);
  });

  it("that cannot be resolved keeps a full run from finishing, and the next step asks again", async () => {
    const { subscriptionId, customerId } = await addPayingUser(world, "ada");
    holdBack();
    const { run } = await world.parity.runs.apply({ actor: STAFF });
    const running = world.parity.runs.step(run.id, 10_000);
    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.subscriptions.cancel(subscriptionId);
    await sync(world.another());
    const fault = world.sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { path: "/v1/subscriptions", query: { customer: customerId } },
    });
    world.sandbox.control.held.release();
    expect(await running).toMatchObject({ state: "running", phase: "observe" });
    world.sandbox.control.clearFaults(fault);
    expect(await runToEnd(world.parity, run.id)).toMatchObject({ state: "done" });
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});

describe("a customer", () => {
  it("that Stripe does not have is missing: for review, and nothing changes", async () => {
    await addUser(world, {
      id: "ada",
      customerId: "cus_nowhere",
      workspaces: [{ status: "active", seats: 5 }],
    });
    expect(await sync()).toMatchObject({ outcome: "review", verdictAfter: "missing_in_stripe" });
    expect(await world.db.stripeCustomer.findUnique({ where: { id: "cus_nowhere" } })).toMatchObject({
      state: "missing",
    });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("that was deleted, with its recorded subscription listed as ended, is evaluated as usual", async () => {
    const { customerId } = await addSyncedUser(world, "ada");
    world.sandbox.customers.delete(customerId);
    expect(await sync()).toMatchObject({ outcome: "synced", verdictAfter: "in_sync" });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customerId,
      subscriptionStatus: "canceled",
    });
  });

  it("that was deleted is replaced in the record by the one that pays", async () => {
    const { customerId } = await addSyncedUser(world, "ada");
    world.sandbox.customers.delete(customerId);
    const { id } = world.sandbox.customers.create({ metadata: { userId: "ada" } });
    world.sandbox.subscriptions.create({ customer: id, items: [{ price: world.prices.starter }] });
    await syncAll(world.parity);
    await sync();
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({ stripeCustomerId: id });
    expect(await readAccess(world, "ada")).toBe("active 1");
  });
});

describe("a subscription that a complete read no longer lists", () => {
  it("is gone, which is for review, and revokes nothing", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    const apiBase = await rewriteLists(world.stripeUrl, (_, list) => ({
      ...list,
      data: list.data.filter(({ id }) => id !== subscriptionId),
    }));
    expect(await sync(world.another({ apiBase }))).toMatchObject({ verdictAfter: "missing_in_stripe" });
    expect(await world.db.stripeSubscription.findFirst()).toMatchObject({ gone: true });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await readVerdict("ada")).toBe("missing_in_stripe");
    expect(await sync()).toMatchObject({ outcome: "in_sync" });
  });
});

describe("an interactive read", () => {
  it("ends when Stripe does not answer in time, and is not tried again", async () => {
    const { customerId } = await addPayingUser(world, "ada");
    world.sandbox.control.addFault({
      effect: { type: "hang" },
      match: { path: "/v1/subscriptions", query: { customer: customerId } },
    });
    const impatient = world.another({ timeouts: { interactive: 400, background: 400 } });
    const synced = await impatient.syncUser({ userId: "ada", actor: STAFF });
    expect(synced).toMatchObject({
      outcome: "failed",
      message: expect.stringContaining("no answer in time"),
    });
    expect(world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" })).toHaveLength(1);
    world.sandbox.control.held.release();
  });

  it("sends no further request and writes nothing after it was cancelled", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({
      effect: { type: "hang" },
      match: { path: "/v1/subscriptions" },
      times: 1,
    });
    const page = new AbortController();
    const syncing = world.parity.syncUser({ userId: "ada", actor: STAFF, signal: page.signal });
    await world.sandbox.control.held.waitForCount(1);
    page.abort();
    world.sandbox.control.held.release();
    expect(await syncing).toMatchObject({ outcome: "failed", changes: [] });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await world.db.userCheck.findMany({ where: { failure: { not: null } } })).toEqual([]);
    // Without a signal the same sync works.
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
  });
});
