import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  createWorld,
  readAccess,
  STAFF,
  type World,
} from "~/engine/testing/world";
import type { Database } from "~/platform/client.server";
import { syncCustomer } from "./sync-customer.server";
import { syncUser } from "./sync-user.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** How often users were loaded through `db`: the statement of load-users.server.ts begins with the users asked for. */
function countLoads(db: Database): { db: Database; loads: () => number } {
  let loads = 0;
  const watch = <Client extends object>(client: Client): Client =>
    new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "$queryRaw")
          return (query: { sql?: string }, ...values: unknown[]) => {
            if (query.sql?.includes("asked AS MATERIALIZED")) loads += 1;
            return value.call(target, query, ...values);
          };
        if (name === "$transaction")
          return (work: (tx: object) => unknown, ...options: unknown[]) =>
            value.call(target, (tx: object) => work(watch(tx)), ...options);
        return value.bind(target);
      },
    });
  return { db: watch(db), loads: () => loads };
}

it("a user is loaded twice to be repaired: to know what to read, and under the lock", async () => {
  await addPayingUser(world, "ada");
  const { db, loads } = countLoads(world.db);
  const input = { userId: "ada", actor: STAFF, apply: true, deadlineMs: 5_000 };
  expect(await syncUser({ ...world.deps, db }, input)).toMatchObject({
    ok: true,
    outcome: { outcome: "synced" },
  });
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(loads()).toBe(2);
});

it("a user in sync is checked with few statements: a person waits for each of them", async () => {
  await addSyncedUser(world, "ada");
  await world.deps.guard.check();
  const sent = vi.spyOn(pg.Client.prototype, "query");
  try {
    const input = { userId: "ada", actor: STAFF, apply: true, deadlineMs: 5_000 };
    expect(await syncUser(world.deps, input)).toMatchObject({ outcome: { outcome: "in_sync" } });
    expect(sent.mock.calls.length).toBeLessThanOrEqual(26);
  } finally {
    sent.mockRestore();
  }
});

it("a revocation is loaded once more, because its evidence is read after it was evaluated", async () => {
  const { subscriptionId } = await addSyncedUser(world, "ada");
  world.sandbox.subscriptions.cancel(subscriptionId);
  const { db, loads } = countLoads(world.db);
  const input = { userId: "ada", actor: STAFF, apply: true, deadlineMs: 5_000 };
  expect(await syncUser({ ...world.deps, db }, input)).toMatchObject({
    ok: true,
    outcome: { outcome: "synced" },
  });
  expect(await readAccess(world, "ada")).toBe("locked 0");
  expect(loads()).toBe(3);
});

it("a webhook's customer is read once", async () => {
  const { customerId } = await addPayingUser(world, "ada");
  await world.deps.guard.check();
  const before = world.sandbox.requests.counts().total;
  await syncCustomer(world.deps, { customerId });
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(world.sandbox.requests.counts().total - before).toBe(1);
});
