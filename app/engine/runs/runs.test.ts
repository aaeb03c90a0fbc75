import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addManyPayingUsers,
  addPayingUser,
  addSyncedUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  readRowVersions,
  runToEnd,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { acquireLease } from "./run-session.server";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const pagesAsked = () =>
  world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" }).filter(({ query }) => !query.customer);
const syncStatuses = () =>
  world.db
    .$queryRaw`SELECT string_agg("userId" || xmin::text, ',' ORDER BY "userId") FROM parity."SyncStatus"`;

describe("a run over all users", () => {
  it("reads each page once, and the second run changes no row", async () => {
    await addManyPayingUsers(world, 240);
    const first = await syncAll(world.parity);
    expect(first).toMatchObject({ state: "done", total: 240, synced: 240, observed: 240 });
    // How far back the list goes is not known yet: a few requests look. Three more look for late payments.
    expect(first.stripeRequests).toBeLessThanOrEqual(12);
    const before = await readRowVersions(world);
    const second = await syncAll(world.parity);
    expect(second).toMatchObject({ state: "done", synced: 0, skipped: 240, observed: 240 });
    expect(second.stripeRequests).toBeLessThanOrEqual(7);
    expect(await readRowVersions(world)).toEqual(before);
    expect(await world.db.change.count()).toBe(240);
  });

  it("with a page that fails in the middle revokes no access, and resumes where it was", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    await addManyPayingUsers(world, 350);
    world.sandbox.subscriptions.cancel(subscriptionId);
    world.sandbox.requests.clear();
    world.sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { path: "/v1/subscriptions" },
      skip: 2,
      times: 1,
    });
    const { run } = await world.parity.runs.apply({ actor: CRON });
    const paused = await world.parity.runs.step(run.id, 10_000);
    expect(paused).toMatchObject({ state: "running", synced: 0, reason: expect.any(String) });
    expect(paused.observed).toBeLessThan(351);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.change.count()).toBe(1);

    expect(await runToEnd(world.parity, run.id)).toMatchObject({ state: "done", synced: 351, observed: 351 });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(pagesAsked().filter(({ status }) => status === 200).length).toBeLessThanOrEqual(10);
  });

  it("gives nothing before everything is read: an older page, or a session, says whose payment it is", async () => {
    const { sandbox, prices, db } = world;
    const created = Math.floor(Date.now() / 1000) - 86_400;
    const [shared, bought] = ["ada", "cleo"].map(
      (userId) => sandbox.customers.create({ email: null, created, metadata: { userId } }).id,
    );
    const add = (customer = "", rest = {}) =>
      sandbox.subscriptions.create({ customer, items: [{ price: prices.army }], ...rest }).id;
    for (const id of ["ada", "bob", "cleo", "dora"]) await addUser(world, { id });
    add(shared, { created, metadata: { userId: "bob" } });
    await addManyPayingUsers(world, 110);
    // The first page names Ada and Cleo by their customers, and no one else.
    const own = add(shared);
    const subscription = add(bought);
    const paid = { status: "complete", payment_status: "paid" } as const;
    sandbox.checkoutSessions.create({
      customer: bought,
      subscription,
      metadata: { userId: "dora" },
      ...paid,
    });
    const accesses = () => Promise.all(["ada", "bob", "cleo", "dora"].map((id) => readAccess(world, id)));
    const run = await syncAll(world.parity);
    expect(await accesses()).toEqual(["active 5", "active 5", "locked 0", "active 5"]);
    expect(run).toMatchObject({ state: "done", synced: 113, observed: 113 });
    // Recorded for Ada, the customer would be hers as a whole, and what Bob pays contested.
    expect(await db.user.count({ where: { stripeCustomerId: shared } })).toBe(0);
    sandbox.subscriptions.cancel(own);
    await syncAll(world.parity);
    expect(await accesses()).toEqual(["locked 0", "active 5", "locked 0", "active 5"]);
  });

  it("survives many errors and faults", async () => {
    await addManyPayingUsers(world, 220);
    world.sandbox.control.addFault({
      effect: { type: "error", status: 429, reason: "endpoint-rate" },
      rate: 0.4,
    });
    world.sandbox.control.addFault({ effect: { type: "error", status: 503 }, rate: 0.2 });
    world.sandbox.control.addFault({ effect: { type: "reset" }, rate: 0.2 });
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 220, failed: 0 });
  });

  it("reads all items of a subscription that has more than its list shows", async () => {
    const { sandbox, prices } = world;
    const product = sandbox.products.create({ name: "Extras" });
    const extras = [...Array(11).keys()].map((n) => {
      const price = { product: product.id, currency: "usd", unit_amount: 100 + n };
      return { price: sandbox.prices.create({ ...price, recurring: { interval: "month" } }).id };
    });
    const customer = sandbox.customers.create({ metadata: { userId: "ada" } });
    sandbox.subscriptions.create({ customer: customer.id, items: [...extras, { price: prices.army }] });
    await addUser(world, { id: "ada" });
    const run = await syncAll(world.parity);
    expect(run).toMatchObject({ synced: 1, stripeRequests: 3 });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("finishes also when a user was deleted while it ran", async () => {
    for (const id of ["ada", "bob", "eve"]) await addPayingUser(world, id);
    const { run } = await world.parity.runs.apply({ actor: CRON });
    let last = run;
    while (last.phase === "observe") last = await world.parity.runs.step(run.id, 0);
    await world.db.user.delete({ where: { id: "bob" } });
    const answer = await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    expect(answer).toMatchObject({ runId: run.id, success: true, syncedCount: 2, notChecked: 0, total: 2 });
  });

  it("forgets a revocation whose user was deleted before it was made", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    const { run } = await world.parity.runs.apply({ actor: CRON });
    const phase = async () => (await world.db.run.findUniqueOrThrow({ where: { id: run.id } })).phase;
    while ((await phase()) !== "revoke") await world.parity.runs.step(run.id, 0);
    expect(await world.db.runUser.count({ where: { outcome: "intended" } })).toBe(1);
    await world.db.user.delete({ where: { id: "ada" } });
    expect(await runToEnd(world.parity, run.id)).toMatchObject({ state: "done", failed: 0, review: 0 });
    expect(await world.db.runUser.count()).toBe(0);
  });
});

describe("two runs at the same time", () => {
  it("never do the same work twice, in whatever order the processes work", async () => {
    await addManyPayingUsers(world, 220);
    world.sandbox.control.setLatency(5);
    const processes = [world.parity, world.another(), world.another()];
    const runs = new Set<string>();
    await Promise.all(
      processes.map(async (parity) => {
        for (let done = false; !done; ) {
          const answer = await parity.runs.cron({ budgetMs: 60, scope: "incremental" });
          runs.add(answer.runId);
          done = answer.done;
          if (runs.size > 1) return;
        }
      }),
    );
    const [first = ""] = runs;
    expect(await runToEnd(world.parity, first)).toMatchObject({ state: "done", synced: 220, observed: 220 });
    expect(await world.db.change.count()).toBe(220);
  });

  it("are one run: staff join the scheduled one", async () => {
    await addPayingUser(world, "ada");
    const first = await world.parity.runs.apply({ actor: CRON });
    const second = await world.another().runs.apply({ actor: STAFF });
    expect(second).toMatchObject({ joined: true, run: { id: first.run.id } });
  });

  it("do not stop the button, and the button does not make a run repair a user twice", async () => {
    for (const id of ["ada", "bob"]) await addPayingUser(world, id);
    world.sandbox.control.addFault({
      effect: { type: "hang" },
      match: { path: "/v1/subscriptions" },
      times: 1,
    });
    const running = syncAll(world.parity);
    await world.sandbox.control.held.waitForCount(1);
    expect(await world.another().syncUser({ userId: "ada", actor: STAFF })).toMatchObject({
      outcome: "synced",
    });
    world.sandbox.control.held.release();
    expect(await running).toMatchObject({ state: "done", synced: 1, skipped: 1 });
    expect(await world.db.change.count({ where: { userId: "ada" } })).toBe(1);
  });
});

describe("an interrupted run", () => {
  it("whose process died is resumed when the lease expires, not before", async () => {
    await addPayingUser(world, "ada");
    const { run } = await world.parity.runs.apply({ actor: CRON });
    await acquireLease(world.db, run.id, "dead", 60);
    expect(await world.parity.runs.cron({ budgetMs: 1_000, scope: "incremental" })).toMatchObject({
      alreadyRunning: true,
      done: false,
      success: false,
      notChecked: 1,
    });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    await world.db.$executeRaw`UPDATE parity."Run" SET "leaseUntil" = now() - interval '1 second'`;
    expect(await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" })).toMatchObject({
      runId: run.id,
      done: true,
      success: true,
    });
  });

  it("is abandoned after more than 24 hours, and started again", async () => {
    await addPayingUser(world, "ada");
    const { run } = await world.parity.runs.apply({ actor: CRON });
    await world.db.$executeRaw`UPDATE parity."Run" SET "createdAt" = now() - interval '25 hours'`;
    const answer = await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    expect(answer).toMatchObject({ success: true, syncedCount: 1 });
    expect(answer.runId).not.toBe(run.id);
    expect(await world.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ state: "abandoned" });
  });

  it("that is cancelled stops where it is", async () => {
    await addPayingUser(world, "ada");
    const { run } = await world.parity.runs.apply({ actor: CRON });
    await world.parity.runs.cancel(run.id);
    expect(await world.parity.runs.step(run.id, 10_000)).toMatchObject({ state: "cancelled", synced: 0 });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 1 });
  });
});

describe("a preview", () => {
  it("of stored data writes nothing but itself", async () => {
    await addPayingUser(world, "ada");
    const { subscriptionId } = await addSyncedUser(world, "bob");
    await syncAll(world.parity);
    await world.db.workspace.updateMany({
      where: { ownerId: "ada" },
      data: { status: "locked", seats: 0 },
    });
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.checkUser({ userId: "bob", actor: STAFF });
    const before = [await readRowVersions(world), await syncStatuses()];
    world.sandbox.requests.clear();
    const preview = await world.parity.runs.preview({ actor: STAFF });
    expect(await runToEnd(world.parity, preview.id)).toMatchObject({ state: "done", synced: 2 });
    expect([await readRowVersions(world), await syncStatuses()]).toEqual(before);
    expect(world.sandbox.requests.counts().total).toBe(0);
  });

  it("that reads Stripe first is not joined by a scheduled run", async () => {
    await addPayingUser(world, "ada");
    await world.parity.runs.preview({ actor: STAFF, readStripe: true });
    const answer = await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    expect(answer).toMatchObject({ success: true, done: true, syncedCount: 1, total: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("of one user reads Stripe, and never writes the record", async () => {
    await addPayingUser(world, "ada");
    const before = await readRowVersions(world);
    const result = await world.parity.checkUser({ userId: "ada", actor: STAFF });
    expect(result).toMatchObject({ outcome: "checked", verdictAfter: "locked_out", changes: [] });
    expect(result?.message).toContain("nothing was changed");
    expect(await readRowVersions(world)).toEqual(before);
  });
});
