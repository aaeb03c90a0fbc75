import { afterAll, beforeAll, expect, it } from "vitest";
import { addUser, createWorld, readAccess, STAFF, type World } from "~/engine/testing/world";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const ADMIN = { actor: STAFF, reason: "decided in a test" };
const KEY = { kind: "lookupKey", value: "pro_monthly" } as const;

it("what a lookup key is mapped to, the prices have that were seen under it, and one mapped by its id keeps its own", async () => {
  const { sandbox, parity, db } = world;
  const product = sandbox.products.create({ name: "Pro" }).id;
  const add = (transfer_lookup_key: boolean) => {
    const recurring = { interval: "month" } as const;
    const fields = { product, currency: "usd", unit_amount: 3_000, recurring, lookup_key: KEY.value };
    return sandbox.prices.create({ ...fields, ...(transfer_lookup_key && { transfer_lookup_key }) }).id;
  };
  const addBuyer = async (id: string, price: string) => {
    const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } }).id;
    sandbox.subscriptions.create({ customer, items: [{ price }] });
    await addUser(world, { id, customerId: customer });
    await parity.syncUser({ userId: id, actor: STAFF });
  };
  const old = add(false);
  await parity.plans.map(KEY, "army", ADMIN);
  await addBuyer("early", old);
  const own = add(true);
  await addBuyer("named", own);
  await parity.plans.map({ kind: "priceId", value: own }, "army", ADMIN);
  await parity.plans.map({ kind: "priceId", value: own }, "starter", ADMIN);
  await addBuyer("late", add(true));
  const sync = async () => {
    for (const userId of ["early", "named", "late"]) await parity.syncUser({ userId, actor: STAFF });
    return Promise.all(["early", "named", "late"].map((userId) => readAccess(world, userId)));
  };
  expect(await sync()).toEqual(["active 5", "active 1", "active 5"]);

  // Those of the old price are told apart and evaluated by the next run, too.
  await db.recheckQueue.deleteMany();
  expect(await parity.plans.map(KEY, "starter", ADMIN)).toMatchObject({ changed: true, customers: 2 });
  expect((await db.recheckQueue.findMany()).map(({ userId }) => userId).sort()).toEqual(["early", "late"]);
  expect(await sync()).toEqual(["active 1", "active 1", "active 1"]);

  await parity.plans.map(KEY, undefined, ADMIN);
  expect(await db.planPrice.findMany({ where: { source: "seen" } })).toEqual([]);
  await sync();
  for (const userId of ["early", "late"])
    expect((await parity.userPage(userId))?.user.verdict, userId).toBe("unmapped_price");
  expect((await parity.userPage("named"))?.user.verdict).toBe("in_sync");
});
