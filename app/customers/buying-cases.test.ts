import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { addUser, createWorld, STAFF, syncAll, type World } from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import { createLog } from "~/platform/log.server";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
let parity: Parity;
let product: string;
let lines: Record<string, unknown>[] = [];
let users = 0;

beforeAll(async () => {
  const write = (line: string) => void lines.push(JSON.parse(line));
  const log = createLog({ level: "warn", destination: { write } });
  world = await createWorld({}, log);
  const { sandbox, stripeUrl, sending } = world;
  const checkout = createCheckoutClient({ checkoutKey: sandbox.secretKey, apiBase: stripeUrl, ...sending });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  product = sandbox.products.create({ name: "Other" }).id;
});
beforeEach(() => {
  lines = [];
});
afterAll(async () => {
  await parity.close();
  await world.close();
});

const ADMIN = { actor: STAFF, reason: "decided in a test" };
const MONTHLY = { interval: "month" } as const;
const addPrice = (unit_amount = 300) =>
  world.sandbox.prices.create({ product, currency: "usd", unit_amount, recurring: MONTHLY }).id;

/** A user whose customer in Stripe has a subscription of each of these. */
async function addBuyer(...items: { price: string; quantity?: number; status?: string }[]): Promise<string> {
  const id = `user${++users}`;
  const customer = world.sandbox.customers.create({
    email: `${id}@example.com`,
    metadata: { userId: id },
  }).id;
  for (const { status, ...item } of items)
    world.sandbox.subscriptions.create({ customer, items: [item], ...(status && { status }) });
  await addUser(world, { id, customerId: customer });
  return id;
}

const buy = (userId: string, planId = "army") =>
  parity.checkout.start({
    ...{ userId, planId, workspaceId: `${userId}_w1` },
    successUrl: "https://app.test/welcome?session_id={CHECKOUT_SESSION_ID}",
    cancelUrl: "https://app.test/",
  });

it("what is not mapped, ignored, without seats or of quantity 0 never stops a customer from buying (case 5)", async () => {
  const { army } = world.prices;
  const [news, gift, free] = [addPrice(), addPrice(), addPrice(0)];
  await parity.plans.map({ kind: "priceId", value: gift }, null, ADMIN);
  await parity.plans.set({ id: "free", name: "Free", seats: 0 }, ADMIN);
  await parity.plans.map({ kind: "priceId", value: free }, "free", ADMIN);
  const others = [news, gift, free].map((price) => ({ price }));
  const buyer = await addBuyer(...others, { price: army, status: "canceled" }, { price: army, quantity: 0 });
  expect(await buy(buyer)).toMatchObject({ ok: true });
});

it("an open subscription of a plan is never sold a second time, whatever else there is beside it (case 5)", async () => {
  const { army, starter } = world.prices;
  const news = addPrice(900_000);
  const refused = { ok: false, reason: "already_paying" };
  expect(await buy(await addBuyer({ price: army }, { price: news }))).toEqual(refused);
  for (const status of ["unpaid", "paused", "past_due", "trialing", "dozing"])
    expect(await buy(await addBuyer({ price: starter, status }, { price: news }))).toEqual(refused);
});

it("the page of a customer who pays only for something unmapped has that subscription, without a plan (case 5)", async () => {
  const id = await addBuyer({ price: addPrice() });
  await parity.syncUser({ userId: id, actor: STAFF });
  const page = await parity.workspace.page({ workspaceId: `${id}_w1`, userId: id });
  expect(page?.subscription).toMatchObject({ plan: null, access: "yes" });
});

it("an order that Stripe refuses is said to be final, and the log has Stripe's code, words and request (case 20)", async () => {
  const price = world.sandbox.prices.create({
    ...{ product, currency: "usd", unit_amount: 9_000, recurring: MONTHLY, active: false },
  }).id;
  await parity.plans.set({ id: "archived", name: "Archived", seats: 3 }, ADMIN);
  await parity.plans.map({ kind: "priceId", value: price }, "archived", ADMIN);
  const id = await addBuyer();
  expect(await buy(id, "archived")).toEqual({ ok: false, reason: "stripe_refused" });
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: "Stripe checkout session failed",
      reason: "bad_request",
      stripeMessage: expect.stringContaining("inactive"),
      requestId: expect.stringMatching(/^req_/),
    }),
  );
  // When the price is put right the same customer buys at once: Stripe does not repeat its refusal.
  world.sandbox.prices.update(price, { active: true });
  expect(await buy(id, "archived")).toMatchObject({ ok: true });
});

it("a key without the permission to sell is final too, and one that is busy is not (case 20)", async () => {
  const id = await addBuyer();
  world.sandbox.control.permissions.deny("rak_checkout_session_write");
  expect(await buy(id)).toEqual({ ok: false, reason: "stripe_refused" });
  world.sandbox.control.permissions.allow("rak_checkout_session_write");
  expect(await buy(id)).toMatchObject({ ok: true });
});

it("without a recorded address, or with one that is none, the customer types it on the payment page (case 20)", async () => {
  for (const [id, email, sent] of [
    ["noaddress", "", null],
    ["oddaddress", "no address", null],
    ["blanks", " blanks@example.com\n", "blanks@example.com"],
  ] as const) {
    await addUser(world, { id });
    await world.db.user.update({ where: { id }, data: { email } });
    const bought = await buy(id);
    const sessionId = bought.ok ? bought.url.split("/").at(-1) : bought.reason;
    expect(world.sandbox.account.store.checkoutSessions.find(sessionId ?? "")?.customerEmail).toBe(sent);
  }
});

it("a customer that was deleted a moment ago has no billing page, and another one of the same user's has it (case 4)", async () => {
  const { army } = world.prices;
  const open = (userId: string) => parity.checkout.portal({ userId, returnUrl: "https://app.test/" });
  const addSynced = async () => {
    const id = await addBuyer({ price: army });
    const synced = await parity.syncUser({ userId: id, actor: STAFF });
    expect(synced).toMatchObject({ outcome: "synced" });
    const { stripeCustomerId } = await world.db.user.findUniqueOrThrow({ where: { id } });
    return { id, customerId: stripeCustomerId ?? "" };
  };
  const left = await addSynced();
  const moved = await addSynced();
  const other = world.sandbox.customers.create({ metadata: { userId: moved.id } }).id;
  world.sandbox.subscriptions.create({ customer: other, items: [{ price: army }], status: "canceled" });
  await syncAll(parity);
  for (const { customerId } of [left, moved]) world.sandbox.customers.delete(customerId);
  lines = [];
  expect(await open(left.id)).toEqual({ ok: false, reason: "no_customer" });
  expect(lines.filter(({ msg }) => msg === "Stripe billing portal failed")).toEqual([]);
  const opened = await open(moved.id);
  const page = opened.ok ? (opened.url.split("/").at(-1) ?? "") : "";
  const { portalSessions, customers } = world.sandbox.account.store;
  expect(customers.getId(portalSessions.find(page)?.customer ?? -1)).toBe(other);
});
