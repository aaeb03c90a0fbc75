import pg from "pg";
import { expect, it, vi } from "vitest";
import { storeEvent } from "~/engine/observe/events.server";
import { addUser, createWorld } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { startWorker } from "./worker.server";

it("a job is taken and done without a prepared statement, which PgBouncer's next connection would not have", async () => {
  const world = await createWorld();
  const names: unknown[] = [];
  const { query } = pg.Client.prototype;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    if (typeof first === "object" && first !== null && "name" in first) names.push(first.name);
    return Reflect.apply(query, this, args);
  });
  await addUser(world, { id: "ada" });
  const customerId = world.sandbox.customers.create({ metadata: { userId: "ada" } }).id;
  world.sandbox.subscriptions.create({ customer: customerId, items: [{ price: world.prices.army }] });
  const worker = await startWorker({
    ...{ databaseUrl: world.url, db: world.db, parity: world.parity },
    ...{ log: createLog({ level: "silent" }), concurrency: 2, clock: false },
  });
  const event = { id: "evt_1", type: "customer.subscription.created", created: 1_790_000_000 };
  const about = { livemode: false, accountId: null, customerId, session: null, sessionId: null };
  await storeEvent(world.db, { ...event, ...about });
  const readStatus = async () => (await world.db.workspace.findFirst({ where: { ownerId: "ada" } }))?.status;
  await expect.poll(readStatus).toBe("active");
  await worker.stop();
  await world.close();
  expect(names.filter((name) => name !== undefined)).toEqual([]);
});
