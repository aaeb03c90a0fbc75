import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { countUnsettledEvents, storeEvent } from "~/engine/observe/events.server";
import { CLOCK_JOB, strikeClock } from "~/engine/runs/clock-jobs.server";
import { addUser, createWorld, runToEnd, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { startWorker, type Worker } from "./worker.server";

let world: World;
const workers: Worker[] = [];

async function work({ parity = world.parity, clock = false } = {}): Promise<void> {
  const log = createLog({ level: "silent" });
  workers.push(
    await startWorker({ databaseUrl: world.url, db: world.db, parity, log, concurrency: 2, clock }),
  );
}

beforeEach(async () => {
  world = await createWorld();
  await work();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await world.close();
});

let events = 0;
function signal(customerId: string) {
  events += 1;
  const event = { id: `evt_${events}`, type: "customer.subscription.created", created: 1_790_000_000 };
  return { ...event, livemode: false, accountId: null, customerId, session: null, sessionId: null };
}

const isOpen = async (userId: string) =>
  (await world.db.workspace.findFirst({ where: { ownerId: userId } }))?.status === "active";

it("gives access to a customer that the database does not know yet, from one event", async () => {
  await addUser(world, { id: "ada" });
  const customer = world.sandbox.customers.create({ metadata: { userId: "ada" } });
  world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.army }] });

  expect(await storeEvent(world.db, signal(customer.id))).toBe("stored");

  await expect.poll(() => isOpen("ada")).toBe(true);
  await expect.poll(() => countUnsettledEvents(world.db)).toBe(0);
});

it("stores an event once, however often it is delivered", async () => {
  const event = signal("cus_unknown");
  expect(await storeEvent(world.db, event)).toBe("stored");
  expect(await storeEvent(world.db, event)).toBe("known");
  expect(await world.db.stripeEvent.count()).toBe(1);
});

it("retries when Stripe fails, and settles by a read that started after the event was stored", async () => {
  await addUser(world, { id: "bob" });
  const customer = world.sandbox.customers.create({ metadata: { userId: "bob" } });
  world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.starter }] });
  world.sandbox.control.addFault({
    effect: { type: "error", status: 500, shouldRetry: false },
    match: { path: "/v1/subscriptions" },
    times: 1,
  });

  await storeEvent(world.db, signal(customer.id));

  await expect.poll(() => isOpen("bob")).toBe(true);
  const stamps = await world.db.$queryRaw<{ after: boolean }[]>`
    SELECT c."completeVersionStart" > e."storedVersion" AS after FROM parity."StripeEvent" e
    JOIN parity."StripeCustomer" c ON c.id = e."customerId" WHERE e."settledAt" IS NOT NULL`;
  expect(stamps).toEqual([{ after: true }]);
});

it("shares the queue among workers: a hundred events about one customer are few reads", async () => {
  await work();
  await addUser(world, { id: "eve" });
  const customer = world.sandbox.customers.create({ metadata: { userId: "eve" } });
  world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.army }] });

  await Promise.all(Array.from({ length: 100 }, () => storeEvent(world.db, signal(customer.id))));

  await expect.poll(() => countUnsettledEvents(world.db)).toBe(0);
  await expect.poll(() => isOpen("eve")).toBe(true);
  expect(await world.db.change.count()).toBe(1);
  expect(world.sandbox.requests.counts().total).toBeLessThan(60);
});

it("starts one scheduled run, however many processes have the clock", async () => {
  await addUser(world, { id: "ada" });
  const customer = world.sandbox.customers.create({ metadata: { userId: "ada" } });
  world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.army }] });
  for (let n = 0; n < 2; n += 1) await work({ parity: world.another(), clock: true });
  // The first look only remembers the time.
  expect(await strikeClock(world.db, CLOCK_JOB)).toBe(false);
  await world.db.cursor.update({ where: { key: `clock:${CLOCK_JOB}` }, data: { value: 1 } });
  const struck = await Promise.all([1, 2, 3].map(() => strikeClock(world.db, CLOCK_JOB)));
  expect(struck.filter(Boolean)).toHaveLength(1);

  await expect.poll(() => isOpen("ada")).toBe(true);
  await expect.poll(() => world.db.run.count({ where: { state: "done" } })).toBeGreaterThan(0);
  expect(await world.db.run.count({ where: { actorKind: "cron", scope: "full" } })).toBe(1);
  expect(await world.db.change.count()).toBe(1);
});

it("evaluates batches of a run that another process holds, each batch once", async () => {
  const MANY = 12_000;
  await world.db.$executeRaw`
    INSERT INTO app."User" (id, email) SELECT 'u' || n, 'u' || n || '@example.com' FROM generate_series(1, ${MANY}::int) n`;
  const helper = world.another();
  const help = vi.spyOn(helper.runs, "help");
  await work({ parity: helper });
  const { run } = await world.parity.runs.apply({ actor: { kind: "cron", id: null } });

  const done = await runToEnd(world.parity, run.id);

  expect(done).toMatchObject({ state: "done", total: MANY, skipped: MANY, notChecked: 0 });
  await expect.poll(() => help.mock.calls.length).toBeGreaterThan(0);
  expect(await world.db.syncStatus.count()).toBe(MANY);
  expect(await world.db.runBatch.count()).toBe(0);
});
