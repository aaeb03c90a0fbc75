import { afterAll, beforeAll, expect, it } from "vitest";
import { addNamedCustomer } from "~/engine/testing/named-customer";
import { buildEvent, openWebhookRoute } from "~/engine/testing/webhook-route";
import { addUser, CRON, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

// What an application records with blanks around it is the same id, or address, for every caller and every search.

let world: World;
const customers: Record<string, string> = {};

const subscribe = (customer: string) =>
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] }).id;
const readRow = (userId: string) => world.db.billingSubscription.findUnique({ where: { userId } });
const listUnclaimed = (search: string) => world.parity.unclaimedPayers({ limit: 5, search });

beforeAll(async () => {
  world = await createWorld();
  const { db } = world;
  const row = addNamedCustomer(world, { email: "other-row@example.com" }, null);
  await addUser(world, { id: "row" });
  await db.billingSubscription.create({
    data: {
      ...{ userId: "row", stripeSubscriptionId: `\t${row.subscriptionIds[0]} `, stripePriceId: "p" },
      ...{ status: "incomplete", currency: "usd" },
    },
  });
  for (const id of ["hook", "taken", "twice"]) {
    customers[id] = addNamedCustomer(world, { email: `${id}@shop.test` }).customerId;
    await addUser(world, { id, customerId: `${customers[id]}\n` });
  }
  await addUser(world, { id: "thief" });
  await db.user.update({ where: { id: "thief" }, data: { email: "taken@shop.test" } });
  addNamedCustomer(world, { email: "Guest@Example.com" }, null);
  await addUser(world, { id: "guest" });
  await db.user.update({ where: { id: "guest" }, data: { email: " guest@example.com\r\n" } });
  addNamedCustomer(world, { email: "alone@example.com" }, null);
  await addUser(world, { id: "alone" });
  await db.user.update({ where: { id: "alone" }, data: { email: "alone@example.com " } });
  await addUser(world, { id: "lookalike" });
  await db.user.update({ where: { id: "lookalike" }, data: { email: " ALONE@example.com" } });
  await world.parity.syncUser({ userId: "guest", actor: STAFF });
}, 60_000);
afterAll(() => world.close());

it("a recorded subscription gives access, and is recorded without them", async () => {
  await syncAll(world.parity);
  expect(await readAccess(world, "row")).toBe("active 5");
  const row = await readRow("row");
  expect([row?.stripeSubscriptionId, row?.status]).toEqual([row?.stripeSubscriptionId.trim(), "active"]);
});

it("an address finds a guest, and of two who have verified it neither has it alone", async () => {
  expect(await readAccess(world, "guest")).toBe("active 5");
  for (const userId of ["alone", "lookalike"])
    expect(await world.db.syncStatus.findUnique({ where: { userId } })).toMatchObject({
      verdict: "possible_match",
    });
  const [payer] = await listUnclaimed("alone@example.com");
  expect(payer?.usersWithAddress).toEqual(["alone", "lookalike"]);
});

it("a payment by a recorded customer is noticed by a webhook and by an incremental run", async () => {
  const { hook = "", twice = "" } = customers;
  const route = openWebhookRoute(world);
  await route.post(buildEvent({ id: subscribe(hook), object: "subscription", customer: hook }));
  await route.parity.events.settle({ customerId: hook });
  await route.parity.close();
  expect(await readAccess(world, "hook")).toBe("active 5");
  subscribe(twice);
  // A new user's id that Stripe cannot have made names no customer, and leaves no run without success.
  await addUser(world, { id: "malformed", customerId: "cus 1" });
  expect(await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" })).toMatchObject({
    scope: "incremental",
    success: true,
  });
  expect(await readAccess(world, "twice")).toBe("active 5");
  expect(await listUnclaimed(twice)).toEqual([]);
});

it("another user with the payer's address takes nothing, and a search finds the one who has it", async () => {
  const { taken = "" } = customers;
  const subscription = subscribe(taken);
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "off" } });
  await world.parity.syncUser({ userId: "thief", actor: CRON });
  await world.parity.syncUser({ userId: "taken", actor: CRON });
  const verdicts = await world.db.syncStatus.findMany({ where: { userId: { in: ["taken", "thief"] } } });
  expect(verdicts.map(({ userId, verdict }) => `${userId} ${verdict}`).sort()).toEqual([
    "taken locked_out",
    "thief no_subscription",
  ]);
  expect([await listUnclaimed(taken), await world.parity.findUser(subscription)]).toEqual([[], "taken"]);
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
  await world.parity.syncUser({ userId: "taken", actor: CRON });
  expect(await readAccess(world, "taken")).toBe("active 5");
  expect(await world.db.user.findUnique({ where: { id: "taken" } })).toMatchObject({
    stripeCustomerId: taken,
  });
  // What is recorded without blanks is written down no more.
  const named = await world.db.paddedId.findMany({
    where: { userId: { notIn: ["guest", "alone", "lookalike"] } },
  });
  expect(named).toEqual([]);
});

it("two records of one customer, told apart by a blank, are two records: each has what names it, or neither", async () => {
  const shared = addNamedCustomer(world, {}, "one", "two");
  const single = addNamedCustomer(world, {}, null);
  await addUser(world, { id: "one", customerId: shared.customerId });
  await addUser(world, { id: "two", customerId: `${shared.customerId} ` });
  await addUser(world, { id: "first", customerId: single.customerId });
  await addUser(world, { id: "second", customerId: ` ${single.customerId}` });
  await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  await syncAll(world.parity);
  for (const [index, userId] of ["one", "two"].entries()) {
    expect(await readAccess(world, userId)).toBe("active 5");
    expect((await readRow(userId))?.stripeSubscriptionId).toBe(shared.subscriptionIds[index]);
  }
  for (const userId of ["first", "second"])
    expect(await world.db.syncStatus.findUnique({ where: { userId } })).toMatchObject({
      verdict: "link_conflict",
    });
});

it("a row of a deleted user counts the same in every run, beside any other user, and keeps no row of its payer from its repair", async () => {
  const { db, parity, prices } = world;
  const { customerId, subscriptionIds } = addNamedCustomer(world, {}, null);
  const [subscription = ""] = subscriptionIds;
  const canceled = { status: "canceled", stripePriceId: prices.army, currency: "usd" };
  await addUser(world, { id: "heir", customerId });
  await addUser(world, { id: "beside", customerId: `${customerId}x ` });
  await syncAll(parity);
  expect(await readRow("heir")).toMatchObject({ status: "active" });
  // The user is gone: no evaluation of theirs will say what the row names.
  const data = { ...canceled, userId: "departed", stripeSubscriptionId: `${subscription}\n` };
  await db.billingSubscription.create({ data });
  const readStatus = () => db.syncStatus.findUnique({ where: { userId: "heir" } });
  await parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await readStatus()).toMatchObject({ entangled: true, settled: false });
  await db.billingSubscription.update({ where: { userId: "heir" }, data: { status: "past_due" } });
  await syncAll(parity);
  expect(await readStatus()).toMatchObject({ entangled: true, settled: false, verdict: "in_sync" });
  expect(await readRow("heir")).toMatchObject({ status: "active", stripeSubscriptionId: subscription });
  expect(await readRow("departed")).toMatchObject(data);
  await db.billingSubscription.delete({ where: { userId: "departed" } });
  await parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await readStatus()).toMatchObject({ entangled: false, verdict: "in_sync" });
  await syncAll(parity);
  expect(await db.paddedId.count({ where: { userId: "departed" } })).toBe(0);
});

it("a placeholder that many users record is no customer that they could claim: one who pays has access (case 12)", async () => {
  const { db, parity } = world;
  const paid = addNamedCustomer(world, { onCustomer: "placeheld2" });
  await addUser(world, { id: "placeheld1", customerId: "none" });
  await addUser(world, { id: "placeheld2", customerId: " none" });
  await addUser(world, {
    id: "placeheld3",
    customerId: "none ",
    workspaces: [{ status: "active", seats: 5 }],
  });
  await syncAll(parity);
  const readVerdicts = async () =>
    (
      await db.syncStatus.findMany({
        where: { userId: { startsWith: "placeheld" } },
        orderBy: { userId: "asc" },
      })
    ).map(({ verdict }) => verdict);
  expect(await readVerdicts()).toEqual(Array(3).fill("missing_in_stripe"));
  subscribe(paid.customerId);
  for (const read of [() => syncAll(parity), () => parity.syncUser({ userId: "placeheld2", actor: STAFF })]) {
    await read();
    expect(await readAccess(world, "placeheld2")).toBe("active 5");
    expect(await db.user.findUnique({ where: { id: "placeheld2" } })).toMatchObject({
      stripeCustomerId: paid.customerId,
    });
  }
  // That Stripe does not have it takes nothing.
  expect(await readVerdicts()).toEqual(["missing_in_stripe", "in_sync", "missing_in_stripe"]);
  expect(await readAccess(world, "placeheld3")).toBe("active 5");
});

it("R396: a user whose name is only blanks is shown by the address, and without one by the id", async () => {
  for (const id of ["blank", "unnamed"]) await addUser(world, { id });
  await world.db.user.update({ where: { id: "blank" }, data: { name: " \t" } });
  await world.db.user.update({ where: { id: "unnamed" }, data: { name: "", email: "" } });
  expect(await world.parity.views(["blank", "unnamed"])).toMatchObject([
    { name: null, email: "blank@example.com" },
    { name: "unnamed", email: "" },
  ]);
});
