import { afterEach, beforeEach, expect, it } from "vitest";
import { addManyPayingUsers, createWorld, readAccess, STAFF, type World } from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const cron = () => world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });

it("an incremental run reads the set number of customers again, the least recently read first, without any event", async () => {
  await addManyPayingUsers(world, 5);
  expect(await cron()).toMatchObject({ scope: "full", syncedCount: 5 });
  const customers = await world.db.stripeCustomer.findMany({ orderBy: { id: "asc" } });
  const last = customers.at(-1);
  const ofLast = { customerId: last?.id ?? "" };
  const { id } = await world.db.stripeSubscription.findFirstOrThrow({ where: ofLast });
  world.sandbox.bulk(() => world.sandbox.subscriptions.cancel(id));
  expect(await cron()).toMatchObject({ scope: "incremental", stripeRequests: 1 });
  await world.parity.settings.set({ recheckPerRun: 2 }, STAFF);
  const readBy = async () => {
    world.sandbox.requests.clear();
    const answer = await cron();
    const queries = world.sandbox.requests.list().flatMap(({ query }) => query.customer ?? []);
    return { ...answer, read: new Set(queries) };
  };
  const ids = customers.map((customer) => customer.id);

  expect(await readBy()).toMatchObject({
    stripeRequests: 3,
    syncedCount: 0,
    read: new Set(ids.slice(0, 2)),
  });
  expect(await readBy()).toMatchObject({
    stripeRequests: 3,
    syncedCount: 0,
    read: new Set(ids.slice(2, 4)),
  });
  expect(await readAccess(world, last?.metadataUserId ?? "")).toBe("active 5");
  // Once more before it revokes.
  const third = await readBy();
  expect(third).toMatchObject({ success: true, total: 5, stripeRequests: 4, syncedCount: 1 });
  expect(third.read).toEqual(new Set([ids[4], ids[0]]));
  expect(await readAccess(world, last?.metadataUserId ?? "")).toBe("locked 0");
});

it("a customer that cannot be read is tried once, and does not block the others", async () => {
  await addManyPayingUsers(world, 3);
  await cron();
  const [first, second] = await world.db.stripeCustomer.findMany({ orderBy: { id: "asc" } });
  world.sandbox.control.addFault({
    effect: { type: "error", status: 400 },
    match: { path: "/v1/subscriptions", query: { customer: first?.id ?? "" } },
  });
  await world.parity.settings.set({ recheckPerRun: 1 }, STAFF);

  expect(await cron()).toMatchObject({ done: true, success: false, failedCount: 1 });
  world.sandbox.requests.clear();
  expect(await cron()).toMatchObject({ success: true, failedCount: 0, stripeRequests: 2 });
  expect(world.sandbox.requests.list().flatMap(({ query }) => query.customer ?? [])).toEqual([second?.id]);
});
