import { afterEach, beforeEach, expect, it } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createPlannedDatabase } from "~/platform/testing/database";
import { loadEvaluationContext, loadOptions } from "./deps.server";
import { loadSnapshots, selectSnapshots } from "./snapshots.server";

let world: World;
beforeEach(async () => {
  world = await createWorld({}, undefined, await createPlannedDatabase());
});
afterEach(() => world.close());

const readVerdict = async (userId: string) => (await world.parity.views([userId]))[0]?.verdict;
const load = async (...userIds: string[]) =>
  loadSnapshots(world.db, userIds, loadOptions(await loadEvaluationContext(world.db), false));

/** A paying customer that no user names. */
function addStranger(email: string): void {
  const { id: customer } = world.sandbox.customers.create({ email });
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
}

it("a customer that the application recorded after the full run, and that was never read, is not checked", async () => {
  await addUser(world, { id: "ada" });
  await syncAll(world.parity);
  expect(await readVerdict("ada")).toBe("no_subscription");

  await world.db.user.update({ where: { id: "ada" }, data: { stripeCustomerId: "cus_new" } });
  expect(await readVerdict("ada")).toBe("not_checked");

  await syncAll(world.parity);
  // Stripe does not know this customer.
  expect(await readVerdict("ada")).toBe("missing_in_stripe");
});

it("many users evaluated together have the same result as alone, in the requested order", async () => {
  await addSyncedUser(world, "ada", { workspaces: [1, 2].map(() => ({ status: "locked", seats: 0 })) });
  await addPayingUser(world, "bob");
  await addUser(world, { id: "eve" });
  // A customer without a user has Eve's address too, and Bob's customer names Ada.
  await world.db.user.update({ where: { id: "eve" }, data: { emailVerified: false } });
  addStranger("EVE@example.com");
  const { customerId } = await addPayingUser(world, "dan");
  world.sandbox.customers.update(customerId, { metadata: { userId: "ada" } });
  await syncAll(world.parity);
  const ids = ["eve", "unknown", "dan", "ada", "bob"];
  const together = await load(...ids);
  const alone = [];
  for (const id of ids) alone.push(...(await load(id)));
  expect(together.map(({ record }) => record.userId)).toEqual(["eve", "dan", "ada", "bob"]);
  expect(together).toEqual(alone);
  expect(together[0]?.emailCandidates).toHaveLength(1);
  expect(new Set(together[1]?.edges.map(({ userId }) => userId))).toEqual(new Set(["ada", "dan"]));
});

it("users whose address belongs to a customer of another user are counted", async () => {
  await addSyncedUser(world, "ada");
  await syncAll(world.parity);
  expect((await load("ada"))[0]).toMatchObject({ emailCandidates: [], verifiedUsersWithEmail: null });

  addStranger("Ada@Example.com");
  await addUser(world, { id: "bob" });
  await world.db.user.update({ where: { id: "bob" }, data: { email: "ADA@example.com" } });
  await syncAll(world.parity);
  for (const snapshot of await load("ada", "bob")) {
    expect(snapshot.verifiedUsersWithEmail).toBe(2);
    expect(snapshot.emailCandidates.map(({ linkedUserIds }) => linkedUserIds).sort()).toEqual([[], ["ada"]]);
  }
});

it("no table of the application or of Stripe's data is scanned in full", async () => {
  const plan = await world.db.$transaction(async (tx) => {
    // Without this small tables would be: what has no index for it is read so all the same.
    await tx.$queryRaw`SELECT set_config('enable_seqscan', 'off', true)`;
    return tx.$queryRaw<{ "QUERY PLAN": string }[]>`EXPLAIN ${selectSnapshots(["ada", "bob"])}`;
  });
  const lines = plan.map((row) => row["QUERY PLAN"]);
  expect(lines.filter((line) => line.includes("Seq Scan"))).toEqual([]);
  expect(lines.filter((line) => line.includes("Index")).length).toBeGreaterThan(10);
});
