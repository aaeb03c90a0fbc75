import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";
import type { NewSubscription } from "../../account/subscription-fields";

type Given = Partial<NewSubscription>;

/** One customer with one subscription for each of the given. */
async function start(given: Record<string, Given>) {
  const parts = await startSandbox();
  const prices = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "payer@example.com" });
  const nameById = new Map<string, string>();
  for (const [name, fields] of Object.entries(given)) {
    const fallback = { customer: customer.id, items: [{ price: prices.army }] };
    nameById.set(parts.sandbox.subscriptions.create({ ...fallback, ...fields }).id, name);
  }
  const listed = async (params: Stripe.SubscriptionListParams) => {
    const page = await parts.stripe.subscriptions.list({ limit: 100, ...params });
    return page.data.map(({ id }) => nameById.get(id)).sort();
  };
  return { ...parts, prices, customer, listed };
}

const EVERY_STATUS: Record<string, Given> = Object.fromEntries(
  [
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
    "dormant",
  ].map((status) => [status, { status }]),
);

describe("the list of subscriptions", () => {
  it("contains no canceled subscriptions unless a status is given", async () => {
    const { listed } = await start(EVERY_STATUS);
    expect(await listed({})).toEqual(
      Object.keys(EVERY_STATUS)
        .filter((status) => status !== "canceled")
        .sort(),
    );
  });

  it("contains all subscriptions for status=all, including unknown statuses", async () => {
    const { listed } = await start(EVERY_STATUS);
    expect(await listed({ status: "all" })).toEqual(Object.keys(EVERY_STATUS).sort());
  });

  it("contains canceled and expired ones for status=ended", async () => {
    const { listed } = await start(EVERY_STATUS);
    expect(await listed({ status: "ended" })).toEqual(["canceled", "incomplete_expired"]);
  });

  it.each([
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
  ] as const)("filters by %s", async (status) => {
    const { listed } = await start(EVERY_STATUS);
    expect(await listed({ status })).toEqual([status]);
  });

  it("filters by customer, by price and by both", async () => {
    const { sandbox, stripe, prices, customer, listed } = await start({ one: {}, two: {} });
    const other = sandbox.customers.create();
    const own = sandbox.subscriptions.create({ customer: other.id, items: [{ price: prices.starter }] });
    expect(await listed({ customer: customer.id })).toEqual(["one", "two"]);
    const ids = async (params: Stripe.SubscriptionListParams) =>
      (await stripe.subscriptions.list(params)).data.map(({ id }) => id);
    expect(await ids({ price: prices.starter })).toEqual([own.id]);
    expect(await ids({ customer: other.id, price: prices.starter })).toEqual([own.id]);
    expect(await ids({ customer: customer.id, price: prices.starter })).toEqual([]);
  });

  it("finds a subscription by its new price", async () => {
    const { sandbox, stripe, prices } = await start({ one: {} });
    const [subscription] = (await stripe.subscriptions.list({ price: prices.army })).data;
    const item = subscription?.items.data[0]?.id;
    sandbox.subscriptions.update(subscription?.id ?? "", { items: [{ id: item, price: prices.starter }] });
    expect((await stripe.subscriptions.list({ price: prices.army })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ price: prices.starter })).data).toHaveLength(1);
  });

  it("filters by collection method and by the periods of the items", async () => {
    const { listed } = await start({
      invoiced: { collection_method: "send_invoice", current_period_start: 100, current_period_end: 200 },
      charged: { current_period_start: 300, current_period_end: 400 },
    });
    expect(await listed({ collection_method: "send_invoice" })).toEqual(["invoiced"]);
    expect(await listed({ current_period_start: { gte: 300 } })).toEqual(["charged"]);
    expect(await listed({ current_period_end: { lt: 400 } })).toEqual(["invoiced"]);
    expect(await listed({ current_period_end: 400 })).toEqual(["charged"]);
  });

  it("shows subscriptions on test clocks only with a customer or the clock", async () => {
    const { listed, customer } = await start({ real: {}, clocked: { test_clock: "clock_1" } });
    expect(await listed({})).toEqual(["real"]);
    expect(await listed({ customer: customer.id })).toEqual(["clocked", "real"]);
    expect(await listed({ test_clock: "clock_1" })).toEqual(["clocked"]);
  });

  it("is sorted by created, in whatever order the subscriptions were created", async () => {
    const { stripe } = await start({
      middle: { created: TEST_NOW - 50 },
      oldest: { created: TEST_NOW - 90 },
      newest: { created: TEST_NOW - 10 },
      middleToo: { created: TEST_NOW - 50 },
    });
    const { data } = await stripe.subscriptions.list();
    expect(data.map(({ created }) => TEST_NOW - created)).toEqual([10, 50, 50, 90]);
  });
});

describe("a subscription", () => {
  it("has its period on its items", async () => {
    const { stripe } = await start({ one: { current_period_start: 100, current_period_end: 200 } });
    const [subscription] = (await stripe.subscriptions.list()).data;
    expect(subscription?.items.data[0]).toMatchObject({ current_period_start: 100, current_period_end: 200 });
    expect(subscription).not.toHaveProperty("current_period_end");
  });

  it("has its period on itself in the format of old API versions", async () => {
    const { stripe } = await start({
      one: { legacyPeriod: true, current_period_start: 100, current_period_end: 200 },
    });
    const [subscription] = (await stripe.subscriptions.list()).data;
    expect(subscription).toMatchObject({ current_period_start: 100, current_period_end: 200 });
    expect(subscription?.items.data[0]).not.toHaveProperty("current_period_end");
  });

  it("shows ten items, and the others can be listed", async () => {
    const { sandbox, stripe, customer } = await start({});
    const { id: product } = sandbox.products.create({ name: "Many" });
    const items = Array.from({ length: 23 }, () => ({
      price: sandbox.prices.create({ product, currency: "usd", recurring: { interval: "month" } }).id,
    }));
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items });
    const subscription = await stripe.subscriptions.retrieve(id);
    expect(subscription.items.data).toHaveLength(10);
    expect(subscription.items.has_more).toBe(true);
    const all = await stripe.subscriptionItems
      .list({ subscription: id, limit: 7 })
      .autoPagingToArray({ limit: 100 });
    expect(all.map((item) => item.price.id)).toEqual(items.map((item) => item.price));
    const back = await stripe.subscriptionItems.list({
      subscription: id,
      limit: 5,
      ending_before: all[10]?.id,
    });
    expect(back.data.map((item) => item.id)).toEqual(all.slice(5, 10).map((item) => item.id));
    expect(back.has_more).toBe(true);
  });

  it("of a tiered price has no amount", async () => {
    const { sandbox, stripe, customer } = await start({});
    const product = sandbox.products.create({ name: "Tiered" });
    const price = sandbox.prices.create({
      product: product.id,
      currency: "eur",
      tiers: [
        { up_to: 10, unit_amount: 5 },
        { up_to: null, flat_amount: 100 },
      ],
      recurring: { interval: "month", interval_count: 3 },
    });
    sandbox.subscriptions.create({ customer: customer.id, items: [{ price: price.id, quantity: 4 }] });
    const [subscription] = (await stripe.subscriptions.list()).data;
    expect(subscription).toMatchObject({ currency: "eur" });
    expect(subscription?.items.data[0]).toMatchObject({
      quantity: 4,
      price: {
        unit_amount: null,
        billing_scheme: "tiered",
        recurring: { interval: "month", interval_count: 3 },
      },
    });
  });
});
