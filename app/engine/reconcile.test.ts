import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addUser, createWorld, runToEnd, syncAll, type World } from "./testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const STAFF = { kind: "staff", id: null } as const;

/** A paying customer in Stripe, and a user with an empty record. */
async function paidButNull(id: string, price = world.prices.army) {
  const customer = world.sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } });
  const subscription = world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price }] });
  await addUser(world, { id, customerId: customer.id });
  return { customer, subscription };
}

describe("one user", () => {
  it("that paid and is locked out gets access, and the second sync changes nothing", async () => {
    const { customer, subscription } = await paidButNull("ada");

    const first = await world.parity.syncUser({ userId: "ada", actor: STAFF });

    expect(first).toMatchObject({ outcome: "synced", verdictAfter: "in_sync" });
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customer.id,
      plan: "army",
      subscriptionStatus: "active",
    });
    expect(await world.db.billingSubscription.findUnique({ where: { userId: "ada" } })).toMatchObject({
      stripeSubscriptionId: subscription.id,
      amount: 20_000n,
      currency: "usd",
      interval: "year",
    });
    expect(await world.db.workspace.findUnique({ where: { id: "ada_w1" } })).toMatchObject({
      status: "active",
      seats: 5,
    });
    const second = await world.parity.syncUser({ userId: "ada", actor: STAFF });
    expect(second).toMatchObject({ outcome: "in_sync" });
    expect(await world.db.change.count()).toBe(1);
  });

  it("that canceled loses access, after a second read that started after the first evaluation", async () => {
    const { subscription } = await paidButNull("bob");
    await world.parity.syncUser({ userId: "bob", actor: STAFF });
    world.sandbox.subscriptions.cancel(subscription.id);

    const result = await world.parity.syncUser({ userId: "bob", actor: STAFF });

    expect(result).toMatchObject({ outcome: "synced", verdictAfter: "in_sync" });
    expect(await world.db.workspace.findUnique({ where: { id: "bob_w1" } })).toMatchObject({
      status: "locked",
      seats: 0,
    });
    expect(await world.db.user.findUnique({ where: { id: "bob" } })).toMatchObject({
      plan: "army",
      subscriptionStatus: "canceled",
    });
  });
});

describe("all users", () => {
  it("are repaired by one run with a page for each hundred, and a second run writes nothing", async () => {
    for (let n = 0; n < 130; n += 1) await paidButNull(`user${n}`);

    const first = await syncAll(world.parity);

    expect(first).toMatchObject({ state: "done", reason: null, total: 130, synced: 130, failed: 0 });
    expect(first.stripeRequests).toBe(3);
    const second = await syncAll(world.parity);
    expect(second).toMatchObject({ state: "done", synced: 0, skipped: 130, failed: 0, notChecked: 0 });
    expect(await world.db.change.count()).toBe(130);
    expect(world.sandbox.requests.list().every(({ method }) => method === "GET")).toBe(true);
  });

  it("are previewed without a write, and applied only as previewed", async () => {
    await paidButNull("ada");
    await paidButNull("bob");
    const read = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
    await runToEnd(world.parity, read.id);
    const preview = await world.parity.runs.preview({ actor: STAFF });
    expect(await runToEnd(world.parity, preview.id)).toMatchObject({ state: "done", synced: 2 });
    expect(await world.db.change.count()).toBe(0);
    await world.db.user.update({ where: { id: "bob" }, data: { plan: "starter" } });

    const { run } = await world.parity.runs.apply({ actor: STAFF, previewRunId: preview.id });
    const applied = await runToEnd(world.parity, run.id);

    expect(applied).toMatchObject({ state: "done", synced: 1, review: 1 });
    const page = await world.parity.runs.page({ runId: run.id, limit: 10 });
    expect(page?.users.map(({ userId, outcome }) => [userId, outcome])).toEqual([
      ["ada", "synced"],
      ["bob", "changed_since_preview"],
    ]);
  });
});
