import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { addCard, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

async function setUp() {
  const { sandbox, stripe } = await startSandbox();
  const product = sandbox.products.create({ name: "Army" }).id;
  const recurring = { interval: "month" } as const;
  const price = sandbox.prices.create({ product, currency: "usd", unit_amount: 2_000, recurring }).id;
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  addCard(sandbox, customer);
  const create = (rest: Partial<Stripe.SubscriptionCreateParams> = {}, options: Stripe.RequestOptions = {}) =>
    stripe.subscriptions.create({ customer, items: [{ price }], ...rest }, options);
  return { sandbox, stripe, create };
}

const FLEXIBLE = { type: "flexible", flexible: { proration_discounts: "included" } };

describe("the billing mode of a new subscription", () => {
  it("is flexible, as since 2025-09-30.clover, and classic when the request says so", async () => {
    const { stripe, create } = await setUp();
    const made = await create();
    expect(made.billing_mode).toEqual({ ...FLEXIBLE, updated_at: made.created });
    expect((await create({ billing_mode: { type: "flexible" } })).billing_mode).toMatchObject(FLEXIBLE);
    const classic = await create({ billing_mode: { type: "classic" } });
    expect(classic.billing_mode).toEqual({ type: "classic", flexible: null });
    const { id } = await stripe.subscriptions.update(classic.id, { metadata: { a: "b" } });
    expect((await stripe.subscriptions.retrieve(id)).billing_mode.type).toBe("classic");
  });

  it("is classic in an older version of the API", async () => {
    const { stripe, create } = await setUp();
    const made = await create({}, { apiVersion: "2025-08-27.basil" });
    expect((await stripe.subscriptions.retrieve(made.id)).billing_mode.type).toBe("classic");
  });

  it("is refused by name where it is not served", async () => {
    const { create } = await setUp();
    const flexible = { proration_discounts: "itemized" } as const;
    const error = await catchStripeError(create({ billing_mode: { type: "flexible", flexible } }));
    expect(error).toMatchObject({ statusCode: 501, code: "sandbox_unsupported" });
  });
});

describe("what Stripe refuses when something is made", () => {
  it("is a pending update of a subscription that does not exist yet", async () => {
    const { create } = await setUp();
    const error = await catchStripeError(create({ payment_behavior: "pending_if_incomplete" }));
    expect(error).toMatchObject({ statusCode: 400, param: "payment_behavior" });
  });

  it("is a test clock that does not exist", async () => {
    const { stripe, sandbox } = await setUp();
    const before = (await stripe.customers.list()).data.length;
    const error = await catchStripeError(stripe.customers.create({ test_clock: "clock_none" }));
    expect(error).toMatchObject({ statusCode: 400, code: "resource_missing", param: "test_clock" });
    expect((await stripe.customers.list()).data).toHaveLength(before);
    const clock = sandbox.testClocks.create({ frozen_time: sandbox.clock.now() }).id;
    expect(await stripe.customers.create({ test_clock: clock })).toMatchObject({ test_clock: clock });
  });
});
