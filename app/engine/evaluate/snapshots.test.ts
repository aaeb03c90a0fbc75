import { afterEach, beforeEach, expect, it } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { loadEvaluationContext, loadOptions } from "./deps.server";
import { loadSnapshots, selectSnapshots } from "./snapshots.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const verdictOf = async (userId: string) => (await world.parity.views([userId]))[0]?.verdict;
const load = async (...userIds: string[]) =>
  loadSnapshots(world.db, userIds, loadOptions(await loadEvaluationContext(world.db), false));

/** A customer who pays, and whom no user names. */
function addStranger(email: string): void {
  const { id: customer } = world.sandbox.customers.create({ email });
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
}

it("a customer that the application recorded after the pass, and that nobody has seen, is not checked", async () => {
  await addUser(world, { id: "ada" });
  await syncAll(world.parity);
  expect(await verdictOf("ada")).toBe("no_subscription");

  await world.db.user.update({ where: { id: "ada" }, data: { stripeCustomerId: "cus_new" } });
  expect(await verdictOf("ada")).toBe("not_checked");

  await syncAll(world.parity);
  expect(await verdictOf("ada")).toBe("no_subscription");
});

it("many users together are each what they are alone, in the order asked for", async () => {
  await addSyncedUser(world, "ada", { workspaces: [1, 2].map(() => ({ status: "locked", seats: 0 })) });
  await addPayingUser(world, "bob");
  await addUser(world, { id: "eve" });
  // Eve's address is also a customer's that nobody has, and Bob's customer says that it is Ada's.
  await world.db.user.update({ where: { id: "eve" }, data: { emailVerified: false } });
  addStranger("EVE@example.com");
  const { customerId } = await addPayingUser(world, "dan");
  world.sandbox.customers.update(customerId, { metadata: { userId: "ada" } });
  await syncAll(world.parity);
  const ids = ["eve", "nobody", "dan", "ada", "bob"];
  const together = await load(...ids);
  const alone = [];
  for (const id of ids) alone.push(...(await load(id)));
  expect(together.map(({ record }) => record.userId)).toEqual(["eve", "dan", "ada", "bob"]);
  expect(together).toEqual(alone);
  expect(together[0]?.emailCandidates).toHaveLength(1);
  expect(together[1]?.edges.map(({ userId }) => userId).sort()).toEqual(["ada", "dan"]);
});

it("users with an address are counted when a customer has it who is not their own", async () => {
  await addSyncedUser(world, "ada");
  await syncAll(world.parity);
  expect((await load("ada"))[0]).toMatchObject({ emailCandidates: [], usersWithEmail: null });

  addStranger("Ada@Example.com");
  await addUser(world, { id: "bob" });
  await world.db.user.update({ where: { id: "bob" }, data: { email: "ADA@example.com" } });
  await syncAll(world.parity);
  for (const snapshot of await load("ada", "bob")) {
    expect(snapshot.usersWithEmail).toBe(2);
    expect(snapshot.emailCandidates.map(({ linkedUserIds }) => linkedUserIds).sort()).toEqual([[], ["ada"]]);
  }
});

it("no table of the application's or of Stripe's is read from end to end", async () => {
  const plan = await world.db.$transaction(async (tx) => {
    // Without this small tables would be: what has no index for it is read so all the same.
    await tx.$queryRaw`SELECT set_config('enable_seqscan', 'off', true)`;
    return tx.$queryRaw<{ "QUERY PLAN": string }[]>`EXPLAIN ${selectSnapshots(["ada", "bob"])}`;
  });
  const lines = plan.map((row) => row["QUERY PLAN"]);
  expect(lines.filter((line) => line.includes("Seq Scan"))).toEqual([]);
  expect(lines.filter((line) => line.includes("Index")).length).toBeGreaterThan(10);
});
