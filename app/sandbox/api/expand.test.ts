import { describe, expect, it } from "vitest";
import { addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";
import type { Sandbox } from "../sandbox";

function addPayer(sandbox: Sandbox) {
  const prices = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "payer@example.com" });
  const items = [{ price: prices.army }];
  const subscription = sandbox.subscriptions.create({ customer: customer.id, items });
  return { prices, customer, items, subscription };
}

describe("expand", () => {
  it("replaces an id by the customer", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { customer } = addPayer(sandbox);
    const plain = await stripe.subscriptions.list();
    expect(plain.data[0]?.customer).toBe(customer.id);
    const expanded = await stripe.subscriptions.list({ expand: ["data.customer"] });
    expect(expanded.data[0]?.customer).toMatchObject({ id: customer.id, email: "payer@example.com" });
  });

  it("replaces an id by a deleted customer", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { customer, subscription } = addPayer(sandbox);
    sandbox.customers.delete(customer.id);
    const expanded = await stripe.subscriptions.retrieve(subscription.id, { expand: ["customer"] });
    expect(expanded.customer).toEqual({ id: customer.id, object: "customer", deleted: true });
  });

  it("goes four levels deep, including data, and no deeper", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { subscription } = addPayer(sandbox);
    const four = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["items.data.price.product"],
    });
    expect(four.items.data[0]?.price.product).toMatchObject({ object: "product", name: "Army" });
    await stripe.subscriptions.list({ expand: ["data.items.data.price"] });
    await expect(
      stripe.subscriptions.list({ expand: ["data.items.data.price.product"] }),
    ).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("You cannot expand more than 4 levels of a property"),
    });
  });

  it("accepts several paths through one field", async () => {
    const { sandbox, stripe } = await startSandbox();
    addPayer(sandbox);
    const { data } = await stripe.subscriptions.list({
      expand: ["data.customer", "data.customer.subscriptions", "data.latest_invoice"],
    });
    expect(data[0]).toMatchObject({
      customer: { subscriptions: { object: "list", has_more: false } },
      latest_invoice: { object: "invoice", status: "paid", amount_paid: 20_000 },
    });
  });

  it.each([["metadata"], ["customer.email"], ["latest_invoice.nothing"], ["data.customer"], ["toString"]])(
    "refuses %s on a subscription",
    async (path) => {
      const { sandbox, stripe } = await startSandbox();
      const { subscription } = addPayer(sandbox);
      const error = await catchStripeError(
        stripe.subscriptions.retrieve(subscription.id, { expand: [path] }),
      );
      expect(error).toMatchObject({
        statusCode: 400,
        message: expect.stringContaining("cannot be expanded"),
      });
    },
  );

  it("suggests data at the start of the path", async () => {
    const { stripe } = await startSandbox();
    const error = await catchStripeError(stripe.subscriptions.list({ expand: ["customer"] }));
    expect(error.message).toBe(
      "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.",
    );
  });

  it("shows at most ten subscriptions of a customer and no canceled ones", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { customer, items, subscription } = addPayer(sandbox);
    for (let i = 0; i < 11; i++) sandbox.subscriptions.create({ customer: customer.id, items });
    const canceled = sandbox.subscriptions.create({ customer: customer.id, items, status: "canceled" });
    const full = await stripe.customers.retrieve(customer.id, { expand: ["subscriptions"] });
    if (full.deleted || !full.subscriptions) throw new Error("Expected the subscriptions");
    const ids = full.subscriptions.data.map(({ id }) => id);
    expect(ids).toHaveLength(10);
    expect(ids).not.toContain(canceled.id);
    expect(ids).not.toContain(subscription.id);
    expect(full.subscriptions.has_more).toBe(true);
  });

  it("shows tiers only when they are expanded", async () => {
    const { sandbox, stripe } = await startSandbox();
    const product = sandbox.products.create({ name: "Tiered" });
    const { id } = sandbox.prices.create({
      product: product.id,
      currency: "usd",
      tiers: [{ up_to: null, unit_amount: 7 }],
    });
    expect(await stripe.prices.retrieve(id)).not.toHaveProperty("tiers");
    const expanded = await stripe.prices.retrieve(id, { expand: ["tiers"] });
    expect(expanded.tiers).toMatchObject([{ unit_amount: 7, up_to: null }]);
  });
});
