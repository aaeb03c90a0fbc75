import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

describe("writes through the SDK", () => {
  it("create, change and end products, prices, customers and subscriptions", async () => {
    const { sandbox, stripe } = await startSandbox();
    const product = await stripe.products.create({ name: "Army" });
    const price = await stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: 20_000,
      recurring: { interval: "year" },
      lookup_key: "army_yearly",
    });
    const customer = await stripe.customers.create({ email: "ann@example.com", metadata: { userId: "u1" } });
    addCard(sandbox, customer.id);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 2 }],
      expand: ["customer"],
    });
    expect(made).toMatchObject({
      status: "active",
      customer: { email: "ann@example.com" },
      items: { data: [{ quantity: 2, price: { id: price.id } }] },
    });
    const scheduled = await stripe.subscriptions.update(made.id, { cancel_at_period_end: true });
    expect(scheduled).toMatchObject({
      cancel_at_period_end: true,
      cancel_at: made.items.data[0]?.current_period_end,
      canceled_at: TEST_NOW,
      status: "active",
    });
    const kept = await stripe.subscriptions.update(made.id, { cancel_at_period_end: false });
    expect(kept).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
    const ended = await stripe.subscriptions.cancel(made.id);
    expect(ended).toMatchObject({ status: "canceled", ended_at: TEST_NOW });
    expect(await catchStripeError(stripe.subscriptions.cancel(made.id))).toMatchObject({
      code: "resource_missing",
    });
    expect(
      await catchStripeError(stripe.subscriptions.update(made.id, { cancel_at_period_end: true })),
    ).toMatchObject({
      statusCode: 400,
    });
  });

  it("schedule a cancellation with cancel_at alone, as the portal does", async () => {
    const { stripe, sandbox } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const customer = sandbox.customers.create();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    const scheduled = await stripe.subscriptions.update(id, { cancel_at: TEST_NOW + 1_000 });
    expect(scheduled).toMatchObject({ cancel_at: TEST_NOW + 1_000, cancel_at_period_end: false });
    expect(await stripe.subscriptions.update(id, { cancel_at: "" })).toMatchObject({ cancel_at: null });
  });

  it("begin and end a trial and a pause", async () => {
    const { stripe, sandbox } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const customer = sandbox.customers.create();
    addCard(sandbox, customer.id);
    const trial = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: army }],
      trial_period_days: 7,
    });
    expect(trial).toMatchObject({ status: "trialing", trial_end: TEST_NOW + 7 * 86_400 });
    expect(await stripe.subscriptions.update(trial.id, { trial_end: "now" })).toMatchObject({
      status: "active",
    });
    sandbox.subscriptions.setStatus(trial.id, "paused");
    expect(await stripe.subscriptions.resume(trial.id)).toMatchObject({ status: "active" });
  });

  it("add, change and remove items", async () => {
    const { stripe, sandbox } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const product = sandbox.products.create({ name: "More" }).id;
    const recurring = { interval: "year" } as const;
    const starter = sandbox.prices.create({ product, currency: "usd", unit_amount: 1, recurring }).id;
    const customer = sandbox.customers.create();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    const first = (await stripe.subscriptions.retrieve(id)).items.data[0]?.id;
    const two = await stripe.subscriptions.update(id, {
      items: [{ id: first, quantity: 3 }, { price: starter }],
    });
    expect(two.items.data).toMatchObject([{ id: first, quantity: 3 }, { price: { id: starter } }]);
    const one = await stripe.subscriptions.update(id, { items: [{ id: first, deleted: true }] });
    expect(one.items.data).toMatchObject([{ price: { id: starter } }]);
  });

  it("run once for the same idempotency key", async () => {
    const { stripe } = await startSandbox();
    const first = await stripe.customers.create({ name: "Ann" }, { idempotencyKey: "k1" });
    const second = await stripe.customers.create({ name: "Ann" }, { idempotencyKey: "k1" });
    expect(second.id).toBe(first.id);
    const other = await catchStripeError(stripe.customers.create({ name: "Bob" }, { idempotencyKey: "k1" }));
    expect(other).toMatchObject({ statusCode: 400, rawType: "idempotency_error" });
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  it("name missing and unknown parameters", async () => {
    const { stripe, sandbox } = await startSandbox();
    const { id } = sandbox.customers.create();
    const missing = await catchStripeError(
      stripe.subscriptions.create({ customer: id, items: [{ price: "price_none" }] }),
    );
    expect(missing).toMatchObject({ code: "resource_missing", param: "items[0][price]" });
    const response = await fetch(`${(await startSandbox()).listening.url}/v1/subscriptions`, {
      method: "POST",
      headers: { Authorization: "Bearer sk_test_sandbox" },
      body: new URLSearchParams({ customer: id }),
    });
    expect(await response.json()).toMatchObject({
      error: { code: "parameter_missing", param: "items", message: "Missing required param: items." },
    });
  });

  it("delete products only without prices", async () => {
    const { stripe, sandbox } = await startSandbox();
    addCatalogue(sandbox);
    const { data } = await stripe.products.list();
    expect(await catchStripeError(stripe.products.del(data[0]?.id ?? ""))).toMatchObject({ statusCode: 400 });
    const { id } = await stripe.products.create({ name: "Unsold" });
    expect(await stripe.products.del(id)).toMatchObject({ id, deleted: true });
    expect(await catchStripeError(stripe.products.retrieve(id))).toMatchObject({ statusCode: 404 });
  });

  it("delete a customer only once", async () => {
    const { stripe } = await startSandbox();
    const { id } = await stripe.customers.create({});
    expect(await stripe.customers.del(id)).toEqual(expect.objectContaining({ id, deleted: true }));
    expect(await catchStripeError(stripe.customers.del(id))).toMatchObject({ code: "resource_missing" });
  });
});
