import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCustomers } from "~/engine/observe/read-customers.server";
import {
  accessOf,
  addManyPayingUsers,
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  rowVersions,
  type World,
} from "~/engine/testing/world";
import { isHourPast } from "./whole-account.server";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const cron = (budgetMs = 30_000, scope: "incremental" | "full" = "incremental") =>
  world.parity.runs.cron({ budgetMs, scope });
const user = (n: number) => `user${String(n).padStart(4, "0")}`;
const eventCursor = async () => {
  const { value } = await world.db.cursor.findUniqueOrThrow({ where: { key: "events" } });
  return value as { since: number; at: number };
};
const paths = () => world.sandbox.requests.list().map(({ path }) => path);
/** What was asked since the last time. */
const asked = () => {
  const all = paths();
  world.sandbox.requests.clear();
  return all;
};

/** So many paying users whom a pass has put in sync. */
async function inSync(many: number): Promise<string[]> {
  const subscriptions = await addManyPayingUsers(world, many);
  expect(await cron()).toMatchObject({ scope: "full", success: true, syncedCount: many });
  asked();
  return subscriptions;
}

describe("a tick", () => {
  it("asks for the events, and nothing else when there are none; nobody is evaluated or written", async () => {
    await inSync(120);
    const before = await rowVersions(world);
    expect(await cron()).toMatchObject({
      ...{ scope: "incremental", success: true, done: true, total: 120, skippedCount: 120 },
      ...{ syncedCount: 0, reviewCount: 0, failedCount: 0, notChecked: 0, stripeRequests: 1 },
    });
    expect(asked()).toEqual(["/v1/events"]);
    expect(await rowVersions(world)).toEqual(before);
    expect(await world.db.runUser.count({ where: { outcome: { not: "synced" } } })).toBe(0);
  });

  it("reads each customer that events name once, and once more before it revokes", async () => {
    const subscriptions = await inSync(350);
    const some = subscriptions.slice(0, 4);
    for (const id of some.slice(0, 2)) world.sandbox.subscriptions.cancel(id);
    for (const id of some.slice(2)) world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "incremental", success: true, syncedCount: 4, skippedCount: 346 });
    expect(answer.stripeRequests).toBe(4 + 1 + 2);
    expect(await accessOf(world, user(0))).toBe("locked 0");
    expect(await accessOf(world, user(2))).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: user(2) } })).toMatchObject({
      cancelAtPeriodEnd: true,
    });
    asked();
    expect(await cron()).toMatchObject({ syncedCount: 0, skippedCount: 350, stripeRequests: 1 });
  });

  it("leaves alone what a webhook has settled already", async () => {
    const [id = ""] = await inSync(3);
    world.sandbox.subscriptions.cancel(id);
    await cron();
    expect(await world.db.stripeEvent.count()).toBeGreaterThan(0);
    // The same events once more: known, and settled.
    await world.db.$executeRaw`UPDATE "Cursor"
      SET value = jsonb_set(value, '{since}', to_jsonb(extract(epoch FROM now())::int - 3600)) WHERE key = 'events'`;
    asked();
    expect(await cron()).toMatchObject({ scope: "incremental", stripeRequests: 1 });
    expect(await world.db.stripeEvent.count({ where: { settledAt: null } })).toBe(0);
  });

  it("finds what was changed straight in the database, without asking Stripe", async () => {
    await inSync(3);
    await world.db
      .$executeRaw`UPDATE "Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${user(1)}`;
    await world.db.$executeRaw`UPDATE "User" SET plan = 'starter' WHERE id = ${user(2)}`;
    expect(await cron()).toMatchObject({
      scope: "incremental",
      syncedCount: 2,
      skippedCount: 1,
      stripeRequests: 1,
    });
    expect(await accessOf(world, user(1))).toBe("active 5");
  });

  it("takes in who signed up since: with a customer that was never seen, and with none", async () => {
    await inSync(2);
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
    expect(await accessOf(world, "new")).toBe("active 5");
    expect(await world.db.syncStatus.findUnique({ where: { userId: "none" } })).toMatchObject({
      verdict: "no_subscription",
    });
  });

  it("links a guest who paid by a session of ours, and one whose address alone tells after a look at it", async () => {
    await inSync(1);
    await addUser(world, { id: "guest" });
    const { sandbox } = world;
    const customer = sandbox.customers.create({ email: "guest@example.com" });
    sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.starter }] });
    expect(await cron()).toMatchObject({ scope: "incremental", success: true, syncedCount: 1 });
    expect(await accessOf(world, "guest")).toBe("active 1");
    expect(await world.db.link.findFirst()).toMatchObject({ userId: "guest", source: "email" });
  });

  it("evaluates whom the clock concerns: grace that has ended", async () => {
    const [id = ""] = await inSync(2);
    world.sandbox.subscriptions.setStatus(id, "past_due");
    await cron();
    expect(await accessOf(world, user(0))).toBe("active 5");
    const syncStatus = await world.db.syncStatus.findUniqueOrThrow({ where: { userId: user(0) } });
    expect(syncStatus.nextCheckAt).not.toBeNull();
    await world.db.$executeRaw`UPDATE "StripeSubscription" SET "pastDueSince" = now() - interval '8 days'
      WHERE id = ${id}`;
    await world.db
      .$executeRaw`UPDATE "SyncStatus" SET "nextCheckAt" = now() - interval '1 second' WHERE "userId" = ${user(0)}`;
    expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 1 });
    expect(await accessOf(world, user(0))).toBe("locked 0");
  });

  it("does what staff have decided since: a comp", async () => {
    await inSync(1);
    await addUser(world, { id: "guest" });
    await cron();
    const expiresAt = new Date(Date.now() + 86_400_000);
    await world.db.comp.create({
      data: { userId: "guest", planId: "starter", reason: "sorry", actor: "staff:1", expiresAt },
    });
    expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 1, stripeRequests: 1 });
    expect(await accessOf(world, "guest")).toBe("active 1");
  });

  it("evaluates everybody when a plan claims another price, or a rule changed", async () => {
    await inSync(2);
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
    expect(await accessOf(world, "odd")).toBe("active 1");
  });

  it("counts a customer that cannot be read as failed, and reads it the next time", async () => {
    const [id = "", other = ""] = await inSync(2);
    const { customerId: customer } = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
    for (const each of [id, other]) world.sandbox.subscriptions.cancel(each);
    const fault = world.sandbox.control.addFault({
      effect: { type: "malformed" },
      match: { path: "/v1/subscriptions", query: { customer } },
    });
    expect(await cron()).toMatchObject({ done: true, success: false, failedCount: 1, syncedCount: 1 });
    expect(await accessOf(world, user(0))).toBe("active 5");
    world.sandbox.control.clearFaults(fault);
    expect(await cron()).toMatchObject({
      scope: "incremental",
      success: true,
      syncedCount: 1,
      failedCount: 0,
    });
    expect(await accessOf(world, user(0))).toBe("locked 0");
  });

  it("moves its cursor when everything is read, and not before", async () => {
    const subscriptions = await inSync(30);
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

  it("is gone on with by any process, piece by piece, and nothing is done twice", async () => {
    const subscriptions = await inSync(60);
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

describe("everything is read instead", () => {
  it("when the key may not read events", async () => {
    await inSync(2);
    world.sandbox.control.addFault({ effect: { type: "error", status: 403 }, match: { path: "/v1/events" } });
    expect(await cron()).toMatchObject({ scope: "full", success: true, skippedCount: 2 });
  });

  it("when events reach no longer back to where they were left", async () => {
    await inSync(2);
    await world.db.$executeRaw`UPDATE "Cursor" SET value = jsonb_set(value, '{since}',
      to_jsonb(extract(epoch FROM now() - interval '26 days')::int)) WHERE key = 'events'`;
    expect(await cron()).toMatchObject({ scope: "full", success: true });
    expect(await cron()).toMatchObject({ scope: "incremental" });
  });

  it("when more has changed than that costs", async () => {
    const subscriptions = await inSync(40);
    for (const id of subscriptions.slice(0, 25))
      world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "full", success: true, syncedCount: 25, skippedCount: 15 });
    expect(answer.stripeRequests).toBeLessThan(25);
    // What the events of those minutes say the pass has read; of its last seconds they are read once more.
    const stripeTime = Math.floor(Date.now() / 1000) + 60;
    await world.db.$executeRaw`UPDATE "Cursor"
      SET value = jsonb_set(value, '{stripeTime}', to_jsonb(${stripeTime}::int)) WHERE key = 'pass'`;
    expect(await cron()).toMatchObject({ scope: "incremental", stripeRequests: 1 });
  });

  it("once, when that much has changed that its events fill pages: what is known before is settled by it", async () => {
    const subscriptions = await inSync(150);
    for (const id of subscriptions.slice(0, 140))
      world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "full", success: true, syncedCount: 140, skippedCount: 10 });
    expect(answer.stripeRequests).toBeLessThan(25);
    asked();
    expect(await cron()).toMatchObject({ scope: "incremental", success: true, stripeRequests: 2 });
    expect(new Set(asked())).toEqual(new Set(["/v1/events"]));
  });

  it("when it is asked for", async () => {
    await inSync(2);
    expect(await cron(30_000, "full")).toMatchObject({ scope: "full", success: true, skippedCount: 2 });
  });

  it("once a day, when the hour that is set has come", () => {
    const at = (text: string) => Date.parse(text) / 1000;
    const now = at("2026-11-26T03:05:00Z");
    expect(isHourPast({ beganAt: at("2026-11-26T02:59:00Z") }, 3, now)).toBe(true);
    expect(isHourPast({ beganAt: at("2026-11-26T03:01:00Z") }, 3, now)).toBe(false);
    expect(isHourPast({ beganAt: at("2026-11-25T05:00:00Z") }, 4, now)).toBe(false);
    expect(isHourPast({ beganAt: at("2026-11-25T03:59:00Z") }, 4, now)).toBe(true);
    expect(isHourPast({ beganAt: at("2020-01-01T00:00:00Z") }, null, now)).toBe(false);
  });
});

describe("what a process that died had stored", () => {
  it("is evaluated by the next tick, though Stripe says nothing new", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    await cron();
    world.sandbox.bulk(() => world.sandbox.subscriptions.cancel(subscriptionId));
    await readCustomers(world.deps, [customerId], { priority: "background", deadlineMs: 5_000 });
    expect(await accessOf(world, "ada")).toBe("active 5");
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "incremental", syncedCount: 1 });
    expect(await accessOf(world, "ada")).toBe("locked 0");
  });
});
