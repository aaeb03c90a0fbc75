import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

describe("what Stripe stores and shows", () => {
  it("of a customer is stored and shown, until it is unset", async () => {
    const { stripe } = await startSandbox();
    const { id } = await stripe.customers.create({
      address: { line1: "1 Main St", country: "US" },
      shipping: { name: "Ann", address: { city: "Oslo" } },
      preferred_locales: ["de", "en"],
      tax_exempt: "exempt",
    });
    const stored = {
      address: { city: null, country: "US", line1: "1 Main St", line2: null, postal_code: null, state: null },
      shipping: { name: "Ann", phone: null, address: { city: "Oslo" } },
      preferred_locales: ["de", "en"],
      tax_exempt: "exempt",
    };
    expect(await stripe.customers.retrieve(id)).toMatchObject(stored);
    const updated = await stripe.customers.update(id, { address: "", tax_exempt: "none", name: "Ann" });
    expect(updated).toMatchObject({ ...stored, address: null, tax_exempt: "none" });
    const [event] = (await stripe.events.list({ type: "customer.updated" })).data;
    expect(event?.data.previous_attributes).toMatchObject({ address: stored.address, tax_exempt: "exempt" });
  });

  it("of a product is stored and shown", async () => {
    const { stripe } = await startSandbox();
    const product = await stripe.products.create({
      id: "gold-plan",
      name: "Gold",
      images: ["https://example.com/gold.png"],
      unit_label: "seat",
      url: "https://example.com/gold",
      marketing_features: [{ name: "Fast" }],
    });
    expect(product).toMatchObject({
      id: "gold-plan",
      images: ["https://example.com/gold.png"],
      unit_label: "seat",
      url: "https://example.com/gold",
      marketing_features: [{ name: "Fast" }],
    });
    expect(product).not.toHaveProperty("attributes");
    expect(await stripe.products.update("gold-plan", { images: "", unit_label: "" })).toMatchObject({
      images: [],
      unit_label: null,
      url: "https://example.com/gold",
    });
    expect(await catchStripeError(stripe.products.create({ id: "a/b", name: "A" }))).toMatchObject({
      statusCode: 400,
      param: "id",
    });
  });

  it("the default payment method of a customer is one of its own", async () => {
    const { stripe } = await startSandbox();
    const ann = await stripe.customers.create({ payment_method: "pm_card_visa" });
    const [own] = (await stripe.paymentMethods.list({ customer: ann.id })).data;
    const settings = { default_payment_method: own?.id };
    const updated = await stripe.customers.update(ann.id, {
      invoice_settings: settings,
      expand: ["invoice_settings.default_payment_method"],
    });
    expect(updated.invoice_settings.default_payment_method).toMatchObject({
      id: own?.id,
      object: "payment_method",
    });
    const bob = await stripe.customers.create();
    expect(
      await catchStripeError(stripe.customers.update(bob.id, { invoice_settings: settings })),
    ).toMatchObject({
      code: "resource_missing",
      message: expect.stringContaining("must be attached to the customer"),
    });
  });
});

describe("what would change something that the sandbox does not do", () => {
  it.each([
    ["automatic_tax[enabled]=true", { automatic_tax: { enabled: true } }],
    ["off_session=true", { off_session: true }],
    [
      "payment_settings[save_default_payment_method]=on_subscription",
      { payment_settings: { save_default_payment_method: "on_subscription" as const } },
    ],
  ])("%s is a 501 with its name", async (name, params) => {
    const { stripe, sandbox } = await startSandbox();
    const { starter } = addCatalogue(sandbox);
    const customer = sandbox.customers.create().id;
    const create = stripe.subscriptions.create({ customer, items: [{ price: starter }], ...params });
    expect(await catchStripeError(create)).toMatchObject({
      statusCode: 501,
      message: `The sandbox does not serve ${name}.`,
    });
  });

  it("and with the value that changes nothing it is accepted", async () => {
    const { stripe, sandbox } = await startSandbox();
    const { starter } = addCatalogue(sandbox);
    const customer = sandbox.customers.create().id;
    addCard(sandbox, customer);
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: starter }],
      automatic_tax: { enabled: false },
      off_session: false,
    });
    expect(made.automatic_tax.enabled).toBe(false);
  });
});

it("items are added to a subscription, changed and removed", async () => {
  const { stripe, sandbox } = await startSandbox();
  const { starter } = addCatalogue(sandbox);
  const product = sandbox.products.create({ name: "Extra" }).id;
  const price = { product, currency: "usd", unit_amount: 500, recurring: { interval: "month" } as const };
  const extra = sandbox.prices.create(price).id;
  const customer = sandbox.customers.create().id;
  addCard(sandbox, customer);
  const { id: subscription } = await stripe.subscriptions.create({ customer, items: [{ price: starter }] });
  const added = await stripe.subscriptionItems.create({ subscription, price: extra, quantity: 2 });
  expect(added).toMatchObject({
    object: "subscription_item",
    price: { id: extra },
    quantity: 2,
    subscription,
  });
  await stripe.subscriptionItems.update(added.id, { quantity: 3, metadata: { a: "1" } });
  expect(await stripe.subscriptionItems.retrieve(added.id)).toMatchObject({
    quantity: 3,
    metadata: { a: "1" },
  });
  expect((await stripe.subscriptions.retrieve(subscription)).items.data).toHaveLength(2);
  expect(await stripe.subscriptionItems.del(added.id)).toEqual(
    expect.objectContaining({ id: added.id, object: "subscription_item", deleted: true }),
  );
  expect((await stripe.subscriptions.retrieve(subscription)).items.data).toHaveLength(1);
  expect(await catchStripeError(stripe.subscriptionItems.retrieve(added.id))).toMatchObject({
    code: "resource_missing",
  });
});
