import { afterAll, beforeAll, expect, it } from "vitest";
import { countUnlinkedCustomers } from "~/dashboard/account-facts.server";
import { linkSession } from "~/engine/observe/session-links.server";
import { addNamedCustomer } from "~/engine/testing/named-customer";
import { addUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";
import { createParity, type Parity } from "~/facade/parity.server";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
let parity: Parity;
let free: string;
let news: string;
const ADMIN = { actor: STAFF, reason: "decided in a test" };

beforeAll(async () => {
  world = await createWorld();
  const { sandbox, stripeUrl, sending } = world;
  const checkout = createCheckoutClient({ checkoutKey: sandbox.secretKey, apiBase: stripeUrl, ...sending });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  const product = sandbox.products.create({ name: "Other" }).id;
  const addPrice = (unit_amount: number) =>
    sandbox.prices.create({ product, currency: "usd", unit_amount, recurring: { interval: "month" } }).id;
  free = addPrice(0);
  news = addPrice(300);
  await parity.plans.set({ id: "free", name: "Free", seats: 0 }, ADMIN);
  await parity.plans.map({ kind: "priceId", value: free }, "free", ADMIN);
  await parity.plans.map({ kind: "priceId", value: news }, null, ADMIN);
  for (const id of ["referred", "unverified", "freeref"]) await addUser(world, { id });
  await world.db.user.update({ where: { id: "unverified" }, data: { emailVerified: false } });
  for (const id of ["caps", "fay", "zoe"]) {
    const customerId = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } }).id;
    const item =
      id === "fay" ? { price: free } : { price: world.prices.army, quantity: id === "zoe" ? 0 : 1 };
    const canceled = id === "caps" && { status: "canceled" };
    sandbox.subscriptions.create({ customer: customerId, items: [item], ...canceled });
    await addUser(world, { id, customerId });
  }
  await syncAll(parity);
}, 60_000);
afterAll(async () => {
  await parity.close();
  await world.close();
});

const buy = (userId: string) =>
  parity.checkout.start({
    ...{ userId, planId: "army", workspaceId: `${userId}_w1` },
    successUrl: "https://app.test/welcome?session_id={CHECKOUT_SESSION_ID}",
    cancelUrl: "https://app.test/",
  });
const readVerdict = async (userId: string) =>
  (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).verdict;

async function payWithReference(userId: string, price?: string) {
  const { customerId, subscriptionIds } = addNamedCustomer(world, { email: "other@x.com" }, null);
  const [subscription = ""] = subscriptionIds;
  if (price) {
    world.sandbox.subscriptions.cancel(subscription);
    world.sandbox.subscriptions.create({ customer: customerId, items: [{ price }] });
  }
  const said = { customerId, subscriptionId: null, clientReferenceId: userId, metadata: {} };
  await linkSession(world.db, said);
  await parity.runs.cron({ budgetMs: 60_000, scope: "incremental" });
}

it.each(["referred", "unverified"])(
  "a payment that only a reference points to is not sold again: %s",
  async (id) => {
    await payWithReference(id);
    expect(await buy(id)).toEqual({ ok: false, reason: "being_matched" });
    expect([await readVerdict(id), await readAccess(world, id)]).toEqual(["possible_match", "locked 0"]);
  },
);

it("a reference to what has no seats stops no customer from buying", async () => {
  await payWithReference("freeref", free);
  expect(await buy("freeref")).toMatchObject({ ok: true });
});

it("a former customer does not hide a guest who wrote the address in another way", async () => {
  addNamedCustomer(world, { email: "CAPS@Example.com" }, null);
  expect(await buy("caps")).toEqual({ ok: false, reason: "already_paying" });
  expect([await readAccess(world, "caps"), await readVerdict("caps")]).toEqual(["active 5", "in_sync"]);
});

it.each(["fay", "zoe"])(
  "an own subscription without seats hides no guest with the same address: %s",
  async (id) => {
    addNamedCustomer(world, { email: `${id}@example.com` }, null);
    expect(await buy(id)).toEqual({ ok: false, reason: "already_paying" });
    expect([await readAccess(world, id), await readVerdict(id)]).toEqual(["active 5", "in_sync"]);
  },
);

it("only who buys seats is listed, found and counted as a payer", async () => {
  const { sandbox, prices } = world;
  const add = (items: { price: string; quantity?: number }[]) => {
    const customer = sandbox.customers.create({ email: "payer@nowhere.com" }).id;
    sandbox.subscriptions.create({ customer, items });
    return customer;
  };
  const product = sandbox.products.create({ name: "Unknown" }).id;
  const recurring = { interval: "month" } as const;
  const unmapped = sandbox.prices.create({ product, currency: "usd", unit_amount: 900, recurring }).id;
  const before = await countUnlinkedCustomers(world.db);
  add([{ price: news }]);
  add([{ price: free }]);
  add([{ price: prices.army, quantity: 0 }]);
  add([{ price: news }, { price: unmapped, quantity: 0 }]);
  const payers = [
    add([{ price: prices.army }]),
    add([{ price: unmapped }]),
    add([{ price: free }, { price: unmapped }]),
    add([{ price: news }, { price: prices.starter }]),
  ];
  await syncAll(parity);
  const listed = await parity.unclaimedPayers({ limit: 10, search: "payer@nowhere.com" });
  expect(listed.map(({ customerId }) => customerId)).toEqual(payers.sort());
  expect(await countUnlinkedCustomers(world.db)).toBe(before + 4);
});

it("nothing is sold while a customer of the user cannot be read, although what another one says was written", async () => {
  const { sandbox, prices, db } = world;
  const customers = [0, 1].map(() => sandbox.customers.create({ metadata: { userId: "twice" } }).id);
  const [, pays = ""] = customers;
  for (const customer of customers)
    sandbox.subscriptions.create({ customer, items: [{ price: prices.army }], status: "canceled" });
  await addUser(world, { id: "twice" });
  await syncAll(parity);
  await db.user.update({ where: { id: "twice" }, data: { stripeCustomerId: null } });
  sandbox.subscriptions.create({ customer: pays, items: [{ price: prices.army }] });
  const fault = sandbox.control.addFault({
    effect: { type: "error", status: 500, shouldRetry: false },
    match: { path: "/v1/subscriptions", query: { customer: pays } },
  });
  expect(await buy("twice")).toEqual({ ok: false, reason: "not_checked" });
  expect((await db.user.findUniqueOrThrow({ where: { id: "twice" } })).stripeCustomerId).not.toBeNull();
  sandbox.control.clearFaults(fault);
  expect(await buy("twice")).toEqual({ ok: false, reason: "already_paying" });
});
