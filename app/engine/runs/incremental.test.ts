import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCustomers } from "~/engine/observe/read-customers.server";
import { addSyncedUsers } from "~/engine/testing/synced-users";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  readAccess,
  readRowVersions,
  type World,
} from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const cron = (budgetMs = 30_000) => world.parity.runs.cron({ budgetMs, scope: "incremental" });
const toUserId = (n: number) => `user${String(n).padStart(4, "0")}`;
const eventCursor = async () => {
  const { value } = await world.db.cursor.findUniqueOrThrow({ where: { key: "events" } });
  return value as { since: number; at: number };
};
const paths = () => world.sandbox.requests.list().map(({ path }) => path);
/** The paths requested from Stripe since the last call. */
const takePaths = () => {
  const all = paths();
  world.sandbox.requests.clear();
  return all;
};

describe("an incremental run", () => {
  it("without events asks only for events, and evaluates and writes no user", async () => {
    await addSyncedUsers(world, 20);
    const before = await readRowVersions(world);
    expect(await cron()).toMatchObject({
      ...{ scope: "incremental", success: true, done: true, total: 20, skippedCount: 20 },
      ...{ syncedCount: 0, reviewCount: 0, failedCount: 0, notChecked: 0, stripeRequests: 1 },
    });
    expect(takePaths()).toEqual(["/v1/events"]);
    expect(await readRowVersions(world)).toEqual(before);
    expect(await world.db.runUser.count({ where: { outcome: { not: "synced" } } })).toBe(0);
  });

  it("reads each customer that events name once, and once more before a revocation", async () => {
    const subscriptions = await addSyncedUsers(world, 110);
    const some = subscriptions.slice(0, 4);
    for (const id of some.slice(0, 2)) world.sandbox.subscriptions.cancel(id);
    for (const id of some.slice(2)) world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "incremental", success: true, syncedCount: 4, skippedCount: 106 });
    expect(answer.stripeRequests).toBe(4 + 1 + 2);
    expect(await readAccess(world, toUserId(0))).toBe("locked 0");
    expect(await readAccess(world, toUserId(2))).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: toUserId(2) } })).toMatchObject({
      cancelAtPeriodEnd: true,
    });
    takePaths();
    expect(await cron()).toMatchObject({ syncedCount: 0, skippedCount: 110, stripeRequests: 1 });
  });

  it("ignores events that a webhook has settled already", async () => {
    const [id = ""] = await addSyncedUsers(world, 3);
    world.sandbox.subscriptions.cancel(id);
    await cron();
    expect(await world.db.stripeEvent.count()).toBeGreaterThan(0);
    // The same events again, which are settled.
    await world.db.$executeRaw`UPDATE parity."Cursor"
      SET value = jsonb_set(value, '{since}', to_jsonb(extract(epoch FROM now())::int - 3600)) WHERE key = 'events'`;
    takePaths();
    expect(await cron()).toMatchObject({ scope: "incremental", stripeRequests: 1 });
    expect(await world.db.stripeEvent.count({ where: { settledAt: null } })).toBe(0);
  });

  it("finds what was changed directly in the database, without asking Stripe", async () => {
    await addSyncedUsers(world, 3);
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${toUserId(1)}`;
    await world.db.$executeRaw`UPDATE app."User" SET plan = 'starter' WHERE id = ${toUserId(2)}`;
    expect(await cron()).toMatchObject({
      scope: "incremental",
      syncedCount: 2,
      skippedCount: 1,
      stripeRequests: 1,
    });
    expect(await readAccess(world, toUserId(1))).toBe("active 5");
  });

  it("includes users that signed up since: with a customer that was never read, and without one", async () => {
    await addSyncedUsers(world, 2);
    const { id: customerId } = world.sandbox.bulk(() => world.sandbox.customers.create({}));
    world.sandbox.bulk(() =>
      world.sandbox.subscriptions.create({ customer: customerId, items: [{ price: world.prices.army }] }),
    );
    await addUser(world, { id: "new", customerId });
    await addUser(world, { id: "none" });
    expect(await cron()).toMatchObject({
      scope: "incremental",
      success: true,
      syncedCount: 1,
      skippedCount: 3,
      total: 4,
    });
    expect(await readAccess(world, "new")).toBe("active 5");
    expect(await world.db.syncStatus.findUnique({ where: { userId: "none" } })).toMatchObject({
      verdict: "no_subscription",
    });
  });

  it("links a guest that paid by our checkout, by the address", async () => {
    await addSyncedUsers(world, 1);
    await addUser(world, { id: "guest" });
    const { sandbox } = world;
    const customer = sandbox.customers.create({ email: "guest@example.com" });
    sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.starter }] });
    expect(await cron()).toMatchObject({ scope: "incremental", success: true, syncedCount: 1 });
    expect(await readAccess(world, "guest")).toBe("active 1");
    expect(await world.db.link.findFirst()).toMatchObject({ userId: "guest", source: "email" });
  });

  it("costs no request for each of many new users without Stripe ids, also when they pay as guests (case 24)", async () => {
    await addSyncedUsers(world, 1);
    const { sandbox } = world;
    sandbox.bulk(() => {
      for (let n = 0; n < 40; n += 1) {
        const customer = sandbox.customers.create({ email: `new${n}@example.com` });
        sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.starter }] });
      }
    });
    await world.parity.runs.cron({ budgetMs: 30_000, scope: "full" });
    const ids = Array.from({ length: 80 }, (_, n) => `new${n}`);
    await world.db.user.createMany({
      data: ids.map((id) => ({ id, email: `${id}@example.com`, emailVerified: true, name: id })),
    });
    await world.db.workspace.createMany({
      data: ids.map((id) => ({ id: `${id}_w1`, ownerId: id, name: id })),
    });
    takePaths();
    expect(await cron()).toMatchObject({ scope: "incremental", success: true, syncedCount: 40 });
    expect(takePaths()).toEqual(["/v1/events"]);
    expect(await readAccess(world, "new39")).toBe("active 1");
    expect(await readAccess(world, "new79")).toBe("locked 0");
  });

  it("evaluates users whose grace period has ended", async () => {
    const [id = ""] = await addSyncedUsers(world, 2);
    world.sandbox.subscriptions.setStatus(id, "past_due");
    // Without the invoice, grace counts from when it was first seen.
    world.sandbox.control.permissions.deny("rak_invoice_read");
    await cron();
    expect(await readAccess(world, toUserId(0))).toBe("active 5");
    const syncStatus = await world.db.syncStatus.findUniqueOrThrow({ where: { userId: toUserId(0) } });
    expect(syncStatus.nextCheckAt).not.toBeNull();
    await world.db
      .$executeRaw`UPDATE parity."StripeSubscription" SET "pastDueSince" = now() - interval '8 days'
      WHERE id = ${id}`;
    await world.db
      .$executeRaw`UPDATE parity."SyncStatus" SET "nextCheckAt" = now() - interval '1 second' WHERE "userId" = ${toUserId(0)}`;
    expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 1 });
    expect(await readAccess(world, toUserId(0))).toBe("locked 0");
    world.sandbox.control.permissions.allow();
  });

  it("applies what staff decided since: a comp", async () => {
    await addSyncedUsers(world, 1);
    await addUser(world, { id: "guest" });
    await cron();
    const expiresAt = new Date(Date.now() + 86_400_000);
    await world.db.comp.create({
      data: { userId: "guest", planId: "starter", reason: "sorry", actor: "staff:1", expiresAt },
    });
    expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 1, stripeRequests: 1 });
    expect(await readAccess(world, "guest")).toBe("active 1");
  });

  it("evaluates all users when the prices of a plan changed", async () => {
    await addSyncedUsers(world, 2);
    const { id: price } = world.sandbox.prices.create({
      ...{ product: world.sandbox.products.create({ name: "Odd" }).id, currency: "usd", unit_amount: 900 },
      recurring: { interval: "month" },
    });
    await addPayingUser(world, "odd", { price });
    expect(await cron()).toMatchObject({ reviewCount: 1, skippedCount: 2, total: 3 });
    expect(await cron()).toMatchObject({ reviewCount: 1, skippedCount: 2, total: 3, success: true });
    await world.db.planPrice.create({ data: { planId: "starter", priceId: price } });
    expect(await cron()).toMatchObject({
      scope: "incremental",
      syncedCount: 1,
      skippedCount: 2,
      reviewCount: 0,
    });
    expect(await readAccess(world, "odd")).toBe("active 1");
  });

  it("counts a customer that cannot be read as failed, and reads it in the next run", async () => {
    const [id = "", other = ""] = await addSyncedUsers(world, 2);
    const { customerId: customer } = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
    for (const each of [id, other]) world.sandbox.subscriptions.cancel(each);
    const fault = world.sandbox.control.addFault({
      effect: { type: "malformed" },
      match: { path: "/v1/subscriptions", query: { customer } },
    });
    expect(await cron()).toMatchObject({ done: true, success: false, failedCount: 1, syncedCount: 1 });
    expect(await readAccess(world, toUserId(0))).toBe("active 5");
    world.sandbox.control.clearFaults(fault);
    expect(await cron()).toMatchObject({
      scope: "incremental",
      success: true,
      syncedCount: 1,
      failedCount: 0,
    });
    expect(await readAccess(world, toUserId(0))).toBe("locked 0");
  });

  it("moves its cursor when everything is read, and not before", async () => {
    const subscriptions = await addSyncedUsers(world, 30);
    const before = await eventCursor();
    for (let turn = 0; turn < 8; turn += 1)
      for (const id of subscriptions.slice(0, 14))
        world.sandbox.subscriptions.update(id, { cancel_at_period_end: turn % 2 === 0 });
    const fault = world.sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { path: "/v1/events" },
      skip: 1,
    });
    expect(await cron(1_000)).toMatchObject({ done: false, scope: "incremental" });
    expect(await eventCursor()).toEqual(before);
    world.sandbox.control.clearFaults(fault);
    world.sandbox.requests.clear();
    expect(await cron()).toMatchObject({ done: true, success: true });
    expect(paths().filter((path) => path === "/v1/events")).toHaveLength(1);
    expect((await eventCursor()).since).toBeGreaterThanOrEqual(before.since);
    expect((await eventCursor()).at).toBeGreaterThan(before.at);
  });

  it("can be continued by any process, step by step, and does nothing twice", async () => {
    const subscriptions = await addSyncedUsers(world, 60);
    for (const id of subscriptions.slice(0, 10)) world.sandbox.subscriptions.cancel(id);
    await world.db.setting.create({ data: { key: "revocationLimitMinimum", value: 50 } });
    const changes = await world.db.change.count();
    const runs = new Set<string>();
    let last = await cron(0);
    for (let n = 0; !last.done && n < 100; n += 1) {
      runs.add(last.runId);
      last = await (n % 2 === 0 ? world.another() : world.parity).runs.cron({
        budgetMs: 0,
        scope: "incremental",
      });
    }
    expect(last).toMatchObject({ success: true, syncedCount: 10, skippedCount: 50 });
    expect(runs.size).toBe(1);
    expect((await world.db.change.count()) - changes).toBe(10);
  });
});

describe("what a process stored before it died", () => {
  it("is evaluated by the next incremental run, without a new event", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    await cron();
    world.sandbox.bulk(() => world.sandbox.subscriptions.cancel(subscriptionId));
    await readCustomers(world.deps, [customerId], { priority: "background", deadlineMs: 5_000 });
    expect(await readAccess(world, "ada")).toBe("active 5");
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "incremental", syncedCount: 1 });
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});
