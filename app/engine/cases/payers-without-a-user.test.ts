import { afterAll, beforeAll, expect, it } from "vitest";
import { linkSession } from "~/engine/observe/session-links.server";
import { addNamedCustomer } from "~/engine/testing/named-customer";
import { addUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const id of ["proven", "referred", "caps", "late", "clock"]) await addUser(world, { id });
  await syncAll(world.parity);
}, 60_000);
afterAll(() => world.close());

const sync = (userId: string) => world.parity.syncUser({ userId, actor: STAFF });
const readStatus = (userId: string) => world.db.syncStatus.findUniqueOrThrow({ where: { userId } });

it("case 3: metadata of a session are proof, a bare reference is shown at the user and at the payer", async () => {
  const { db } = world;
  for (const [userId, isProof] of [
    ["proven", true],
    ["referred", false],
  ] as const) {
    const { customerId, subscriptionIds } = addNamedCustomer(world, { email: "other@x.com" }, null);
    await linkSession(db, {
      customerId,
      subscriptionId: subscriptionIds[0] ?? null,
      clientReferenceId: isProof ? null : userId,
      metadata: isProof ? { userId } : {},
    });
    await sync(userId);
  }
  await syncAll(world.parity);
  expect(await readAccess(world, "proven")).toBe("active 5");
  expect(await readStatus("referred")).toMatchObject({
    verdict: "possible_match",
    flags: ["possible_match"],
  });
  const payers = await world.parity.unclaimedPayers({ limit: 10 });
  expect(payers).toMatchObject([{ usersByReference: ["referred"] }]);
  expect((await world.parity.userPage("referred"))?.possibleMatches).toEqual([payers[0]?.customerId]);
});

it.each([
  ["caps", "Caps@example.com"],
  ["late", "LATE@Example.COM"],
])("case 13: a payer is found whatever the capitals of the address: %s", async (userId, email) => {
  addNamedCustomer(world, { email }, null);
  await sync(userId);
  expect(await readAccess(world, userId)).toBe("active 5");
});

it("case 11: a payer whose user was deleted is listed, and found by customer, subscription and address", async () => {
  const { customerId, subscriptionIds } = addNamedCustomer(
    world,
    { email: "Left@x.com", onCustomer: "gone" },
    null,
  );
  await syncAll(world.parity);
  for (const search of [customerId, subscriptionIds[0] ?? "", "left@X.com"])
    expect(await world.parity.unclaimedPayers({ limit: 10, search })).toMatchObject([
      {
        ...{ customerId, subscriptionIds, namedUserId: "gone", usersWithAddress: [] },
        perMonth: [{ perMonth: 1_667, currency: "usd" }],
      },
    ]);
});

it("case 13: letters outside of ASCII fold no two addresses into one, and the payer is found by each spelling", async () => {
  const composed = "\u00e9lan@x.com";
  await addUser(world, { id: "accent" });
  await world.db.user.update({ where: { id: "accent" }, data: { email: composed.toUpperCase() } });
  const { customerId } = addNamedCustomer(world, { email: composed }, null);
  await syncAll(world.parity);
  await sync("accent");
  expect(await readAccess(world, "accent")).toBe("locked 0");
  for (const search of [composed, composed.toUpperCase(), composed.normalize("NFD")])
    expect(await world.parity.unclaimedPayers({ limit: 10, search })).toMatchObject([{ customerId }]);
});

it("case 21: a customer on a test clock is right after a full run and after a sync", async () => {
  const { sandbox, db, prices } = world;
  const customer = sandbox.customers.create({ test_clock: "clock_1" }).id;
  sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] });
  await db.user.update({ where: { id: "clock" }, data: { stripeCustomerId: customer } });
  for (const read of [() => syncAll(world.parity), () => sync("clock"), () => syncAll(world.parity)]) {
    await read();
    expect([await readAccess(world, "clock"), (await readStatus("clock")).verdict]).toEqual([
      "active 5",
      "in_sync",
    ]);
  }
});
