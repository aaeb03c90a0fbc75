import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { addUser, createWorld, type World } from "~/engine/testing/world";
import { loadEvaluationContext, loadOptions } from "./deps.server";
import { loadSnapshots } from "./snapshots.server";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  for (const table of ["User", "BillingSubscription", "Workspace"])
    await world.db.$executeRawUnsafe(`DELETE FROM app."${table}"`);
  await addUser(world, { id: "ada", workspaces: [1, 2].map((seats) => ({ status: "active", seats })) });
  await world.db.billingSubscription.create({
    data: {
      userId: "ada",
      stripeSubscriptionId: "sub_1",
      stripePriceId: "price_1",
      status: "active",
      currency: "usd",
    },
  });
});

async function load() {
  const options = loadOptions(await loadEvaluationContext(world.db), false);
  const [snapshot] = await loadSnapshots(world.db, ["ada"], options);
  if (!snapshot) throw new Error("There is no such user");
  const { userId, name, ...read } = snapshot.record;
  return { hash: snapshot.stored.recordHash, read };
}

const words = ["'a'", "'b'", "'a b'", "'a,b'"];
const times = ["NULL", "'2026-11-10 12:00:00.1Z'", "'2026-11-10 12:00:00.9Z'", "'2026-11-10 12:00:01Z'"];
const flags = ["true", "false"];
const numbers = ["0", "1", "2"];
const moments = ["now()", "now() - interval '1 day'"];
const orNull = (values: string[]) => [...values, "NULL"];

/** Columns of the three tables, those included that no evaluate reads, with values that fit. */
const COLUMNS: Record<string, Record<string, string[]>> = {
  User: {
    email: words,
    emailVerified: flags,
    name: orNull(words),
    stripeCustomerId: orNull(words),
    plan: orNull(words),
    subscriptionStatus: orNull(words),
    currentPeriodEnd: times,
    cancelAtPeriodEnd: flags,
    createdAt: moments,
    updatedAt: moments,
  },
  BillingSubscription: {
    id: words,
    stripeSubscriptionId: words,
    stripePriceId: words,
    status: words,
    plan: orNull(words),
    amount: orNull(numbers),
    currency: words,
    interval: orNull(words),
    currentPeriodStart: times,
    currentPeriodEnd: times,
    cancelAtPeriodEnd: flags,
    updatedAt: moments,
  },
  Workspace: { name: words, status: words, soldiers: numbers, updatedAt: moments },
};
const columns = Object.entries(COLUMNS).flatMap(([table, of]) =>
  Object.entries(of).map(([column, values]) => ({ table, column, values })),
);

it.each(columns)(
  "changes with $column of $table exactly when the evaluated record differs",
  async ({ table, column, values }) => {
    const where = table === "Workspace" ? "WHERE id = 'ada_w1'" : "";
    const states = [await load()];
    for (const value of values) {
      await world.db.$executeRawUnsafe(`UPDATE app."${table}" SET "${column}" = ${value} ${where}`);
      states.push(await load());
    }
    for (const one of states)
      for (const other of states) {
        const same = JSON.stringify(one.read) === JSON.stringify(other.read);
        expect({ one, other, same: one.hash === other.hash }).toEqual({ one, other, same });
      }
  },
);

it("changes when a row is added or deleted, not with the order of the workspaces", async () => {
  const first = await load();
  await world.db.workspace.delete({ where: { id: "ada_w1" } });
  const without = await load();
  await world.db.workspace.create({
    data: { id: "ada_w1", ownerId: "ada", name: "W", status: "active", seats: 1 },
  });
  expect((await load()).hash).toBe(first.hash);
  await world.db.billingSubscription.deleteMany();
  expect(new Set([first.hash, without.hash, (await load()).hash]).size).toBe(3);
});

it("differs when two workspaces swap their values", async () => {
  const { hash } = await load();
  await world.db.$executeRaw`UPDATE app."Workspace" SET soldiers = 3 - soldiers`;
  expect((await load()).hash).not.toBe(hash);
});
