import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import {
  addUser,
  CRON,
  createWorld,
  readAccess,
  readRowVersions,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import type { NewPrice } from "~/sandbox/account/prices";

let world: World;
let product: string;
let customers = 0;

beforeAll(async () => {
  world = await createWorld();
  product = world.sandbox.products.create({ name: "Newsletter" }).id;
});
afterAll(() => world.close());

const MONTHLY = { interval: "month" } as const;
const ADMIN = { actor: STAFF, reason: "decided in a test" };

const addPrice = (fields: Partial<NewPrice> = {}) =>
  world.sandbox.prices.create({ product, currency: "usd", unit_amount: 300, recurring: MONTHLY, ...fields })
    .id;

type NewItem = { price: string; quantity?: number };

/** A user with one locked workspace, and a customer in Stripe with these subscriptions. */
async function addBuyer(
  items: NewItem[][],
  workspaces?: { status: string; seats: number }[],
  currency?: string,
) {
  const id = `buyer${++customers}`;
  const { sandbox } = world;
  const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } }).id;
  const subscriptions = items.map(
    (own) => sandbox.subscriptions.create({ customer, items: own, ...(currency && { currency }) }).id,
  );
  await addUser(world, { id, customerId: customer, ...(workspaces && { workspaces }) });
  return { id, customer, subscriptions };
}

const sync = (userId: string) => world.parity.syncUser({ userId, actor: STAFF });

async function readUser(userId: string) {
  const page = await world.parity.userPage(userId);
  if (!page) throw new Error(`There is no user ${userId}`);
  return page;
}

const readRow = (userId: string) => world.db.billingSubscription.findUnique({ where: { userId } });

/** A user whose Army was canceled in Stripe after it was recorded, and who goes on paying for `price`. */
async function addCanceledBuyer(price: string) {
  const buyer = await addBuyer([[{ price: world.prices.army }]]);
  await sync(buyer.id);
  world.sandbox.subscriptions.cancel(buyer.subscriptions[0] ?? "");
  world.sandbox.subscriptions.create({ customer: buyer.customer, items: [{ price }] });
  return buyer;
}

it("an unmapped price beside a canceled plan is said with its money, and the canceled plan stays the record's (case 5)", async () => {
  const news = addPrice();
  const { id, subscriptions } = await addCanceledBuyer(news);
  await sync(id);
  const { user, subscriptions: shown } = await readUser(id);
  expect(user).toMatchObject({
    verdict: "unmapped_price",
    money: { kind: "unmapped", perMonth: 300, currency: "usd" },
    stripe: { subscriptionId: subscriptions[0], status: "canceled" },
  });
  expect(user.sentence).toContain(`Has paid $3/month, but the price ${news} is not mapped to a plan.`);
  expect(shown.map(({ purchase, counts }) => [purchase, counts])).toEqual([
    ["plan", true],
    ["unmapped", false],
  ]);
  // Until staff decide, the payer of something keeps what the record gives.
  expect(await readAccess(world, id)).toBe("active 5");
});

it("a price that is ignored, or a plan without seats, gives no access and stops nothing (case 5)", async () => {
  const news = addPrice();
  const free = addPrice({ unit_amount: 0 });
  const ignored = await addCanceledBuyer(news);
  const onFree = await addCanceledBuyer(free);
  await world.parity.plans.map({ kind: "priceId", value: news }, null, ADMIN);
  await world.parity.plans.set({ id: "free", name: "Free", seats: 0 }, ADMIN);
  await world.parity.plans.map({ kind: "priceId", value: free }, "free", ADMIN);
  for (const { id } of [ignored, onFree]) {
    await sync(id);
    expect(await readAccess(world, id)).toBe("locked 0");
  }
  const first = await readUser(ignored.id);
  expect(first.user).toMatchObject({ verdict: "in_sync", flags: [], stripe: { status: "canceled" } });
  expect(first.subscriptions.at(-1)).toMatchObject({ purchase: "ignored", counts: false });
  expect((await readUser(onFree.id)).user).toMatchObject({
    verdict: "in_sync",
    stripe: { status: "active", planName: "Free" },
    database: { plan: "free" },
  });
});

it("an ignored subscription beside a plan sets no flag, whichever of the two is newer", async () => {
  await world.parity.plans.map({ kind: "productId", value: product }, null, ADMIN);
  const news = addPrice({ unit_amount: 900_000 });
  const { id } = await addBuyer([[{ price: world.prices.starter }], [{ price: news }]]);
  await sync(id);
  expect((await readUser(id)).user).toMatchObject({
    verdict: "in_sync",
    flags: [],
    stripe: { planName: "Starter" },
  });
  // One subscription with both: the plan counts.
  const both = await addBuyer([[{ price: news }, { price: world.prices.army }]]);
  await sync(both.id);
  expect(await readAccess(world, both.id)).toBe("active 5");
  await world.parity.plans.map({ kind: "productId", value: product }, undefined, ADMIN);
});

it("mapping a price grants its payers access with the next run, and says so in the audit", async () => {
  const army = addPrice({ unit_amount: 20_000 });
  const { id } = await addBuyer([[{ price: army }]]);
  await syncAll(world.parity);
  expect((await readUser(id)).user).toMatchObject({ verdict: "unmapped_price", money: { perMonth: 20_000 } });
  expect(await readAccess(world, id)).toBe("locked 0");
  const name = { kind: "priceId", value: army } as const;
  expect(await world.parity.plans.map(name, "nothing", ADMIN)).toEqual({ ok: false, reason: "unknown_plan" });
  expect(await world.parity.plans.map(name, "army", ADMIN)).toEqual({
    ...{ ok: true, before: undefined, changed: true, customers: 1 },
  });
  expect(await world.parity.plans.map(name, "army", ADMIN)).toMatchObject({ changed: false });
  const { runId } = await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(runId).not.toBeNull();
  expect(await readAccess(world, id)).toBe("active 5");
  expect(await world.db.settingChange.findMany({ where: { key: `priceId:${army}` } })).toMatchObject([
    { before: null, after: { plan: "army" }, actor: "staff:", reason: "decided in a test" },
  ]);
});

it("of Starter × 1 and Army × 0 Starter is bought, and Army × 0 alone buys nothing (case 7)", async () => {
  const { starter, army } = world.prices;
  const one = await addBuyer([[{ price: starter }, { price: army, quantity: 0 }]]);
  await sync(one.id);
  expect(await readAccess(world, one.id)).toBe("active 1");
  expect(await readRow(one.id)).toMatchObject({ plan: "starter", amount: 2_000n });
  const none = await addBuyer([[{ price: army, quantity: 0 }]]);
  await sync(none.id);
  expect(await readAccess(world, none.id)).toBe("locked 0");
  expect((await readUser(none.id)).user.sentence).toContain("the quantity 0, so nothing is bought");
  // The quantity may be lowered while the subscription goes on.
  const lowered = await addBuyer([[{ price: army }]]);
  await sync(lowered.id);
  const [subscription = ""] = lowered.subscriptions;
  const { items } = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id: subscription } });
  const [item] = z.array(z.object({ id: z.string() })).parse(items);
  world.sandbox.subscriptions.update(subscription, { items: [{ id: item?.id, quantity: 0 }] });
  await sync(lowered.id);
  expect(await readAccess(world, lowered.id)).toBe("locked 0");
});

it("a subscription in euros has the price's amount in euros, read once (case 8)", async () => {
  const price = addPrice({ unit_amount: 20_000, currency_options: { eur: { unit_amount: 18_500 } } });
  await world.parity.plans.map({ kind: "priceId", value: price }, "army", ADMIN);
  const buyers = [
    await addBuyer([[{ price }]], undefined, "eur"),
    await addBuyer([[{ price, quantity: 2 }]], undefined, "eur"),
  ];
  const before = world.sandbox.requests.list().length;
  for (const { id } of buyers) await sync(id);
  const read = world.sandbox.requests
    .list()
    .slice(before)
    .filter(({ path }) => path.startsWith("/v1/prices/"));
  expect(read).toHaveLength(1);
  for (const { id } of buyers)
    expect(await readRow(id)).toMatchObject({ amount: 18_500n, currency: "eur", plan: "army" });
  await world.db.workspace.updateMany({
    where: { ownerId: buyers[1]?.id ?? "" },
    data: { status: "locked" },
  });
  const { user } = await readUser(buyers[1]?.id ?? "");
  expect(user).toMatchObject({ verdict: "locked_out", money: { perMonth: 37_000, currency: "eur" } });
  expect(user.sentence).toContain("€370/month");
});

it("without the permission to read prices the amount is not known, and the payer has access all the same (case 8)", async () => {
  world.sandbox.control.permissions.deny("rak_plan_read");
  const price = addPrice({ unit_amount: 20_000, currency_options: { eur: { unit_amount: 18_500 } } });
  await world.parity.plans.map({ kind: "priceId", value: price }, "army", ADMIN);
  const { id } = await addBuyer([[{ price }]], undefined, "eur");
  await sync(id);
  world.sandbox.control.permissions.allow("rak_plan_read");
  expect(await readAccess(world, id)).toBe("active 5");
  expect(await readRow(id)).toMatchObject({ amount: null, currency: "eur" });
  expect((await readUser(id)).user.sentence).toContain("a price in EUR that is not known");
  // What the application has recorded for this price and currency itself is not overwritten by not knowing.
  await world.db.billingSubscription.update({ where: { userId: id }, data: { amount: 18_500n } });
  await sync(id);
  expect(await readRow(id)).toMatchObject({ amount: 18_500n });
});

it("a price by use has no amount, and is said to be so (case 9)", async () => {
  const metered = { interval: "month", usage_type: "metered" } as const;
  const cents = addPrice({ unit_amount: 10, recurring: metered });
  const half = addPrice({ unit_amount: null, unit_amount_decimal: "0.5", recurring: metered });
  for (const price of [cents, half]) {
    await world.parity.plans.map({ kind: "priceId", value: price }, "starter", ADMIN);
    const { id } = await addBuyer([[{ price }]]);
    await sync(id);
    expect(await readAccess(world, id)).toBe("active 1");
    expect(await readRow(id)).toMatchObject({ amount: null, interval: "month" });
    const { user } = await readUser(id);
    expect(user.sentence).toContain("at a usage-based price");
    expect(user.stripe?.price).toMatchObject({ unitAmount: null, pricing: { kind: "metered" } });
  }
});

it("half a cent for each of many units is added up, and not recorded as a whole cent", async () => {
  const price = addPrice({ unit_amount: null, unit_amount_decimal: "0.5" });
  await world.parity.plans.map({ kind: "priceId", value: price }, "starter", ADMIN);
  const { id } = await addBuyer([[{ price, quantity: 1_000 }]]);
  await sync(id);
  expect(await readRow(id)).toMatchObject({ amount: null, currency: "usd" });
  expect((await readUser(id)).user.sentence).toContain("Starter at $5/month");
});

it("a price that lost its lookup key stays mapped, and one that only its product maps follows the product", async () => {
  const { sandbox, parity } = world;
  const old = addPrice({ lookup_key: "pro_monthly", unit_amount: 3_000 });
  await parity.plans.map({ kind: "lookupKey", value: "pro_monthly" }, "army", ADMIN);
  const early = await addBuyer([[{ price: old }]]);
  await sync(early.id);
  addPrice({ lookup_key: "pro_monthly", transfer_lookup_key: true, unit_amount: 4_000 });
  sandbox.prices.update(old, { active: false });
  await sync(early.id);
  expect(await readAccess(world, early.id)).toBe("active 5");
  const other = sandbox.products.create({ name: "Soldiers" }).id;
  await parity.plans.map({ kind: "productId", value: other }, "starter", ADMIN);
  const late = await addBuyer([[{ price: addPrice({ product: other }) }]]);
  await sync(late.id);
  expect(await readAccess(world, late.id)).toBe("active 1");
});

it("a plan that is deleted takes nothing from its payers: their price is unmapped", async () => {
  const price = addPrice({ unit_amount: 5_000 });
  await world.parity.plans.set({ id: "gone", name: "Gone", seats: 2 }, ADMIN);
  await world.parity.plans.map({ kind: "priceId", value: price }, "gone", ADMIN);
  const { id } = await addBuyer([[{ price }]]);
  await sync(id);
  await expect(world.db.plan.delete({ where: { id: "gone" } })).rejects.toThrow();
  await world.parity.plans.map({ kind: "priceId", value: price }, undefined, ADMIN);
  await world.db.plan.delete({ where: { id: "gone" } });
  await sync(id);
  expect(await readAccess(world, id)).toBe("active 2");
  expect((await readUser(id)).user.verdict).toBe("unmapped_price");
  expect((await world.parity.plans.list()).unmapped).toContainEqual(
    expect.objectContaining({ priceId: price, price: "$50/month", subscriptions: 1 }),
  );
});

it("a newsletter on a linked customer does not keep a guest's payment under the same address from being found", async () => {
  const news = addPrice();
  const { id } = await addBuyer([[{ price: news }]]);
  await syncAll(world.parity);
  await world.parity.plans.map({ kind: "priceId", value: news }, null, ADMIN);
  const guest = world.sandbox.customers.create({ email: `${id}@example.com` }).id;
  world.sandbox.subscriptions.create({ customer: guest, items: [{ price: world.prices.army }] });
  await sync(id);
  expect(await readAccess(world, id)).toBe("active 5");
});

it("nothing of all this is written a second time", async () => {
  await syncAll(world.parity);
  const before = await readRowVersions(world);
  const { runId } = await world.parity.runs.cron({ budgetMs: 30_000, scope: "full" });
  expect(runId).not.toBeNull();
  expect(await readRowVersions(world)).toEqual(before);
  expect(CRON.kind).toBe("cron");
});
