import { describe, expect, it } from "vitest";
import { addCatalogue, startSandbox } from "~/sandbox/testing/sandbox";

describe("prices", () => {
  it("are found by up to ten lookup keys", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { starter, army } = addCatalogue(sandbox);
    const both = await stripe.prices.list({ lookup_keys: ["starter_monthly", "army_yearly", "none"] });
    expect(both.data.map(({ id }) => id)).toEqual([army, starter]);
    const eleven = Array.from({ length: 11 }, (_, i) => `key${i}`);
    await expect(stripe.prices.list({ lookup_keys: eleven })).rejects.toMatchObject({
      statusCode: 400,
      param: "lookup_keys",
    });
  });

  it("keep their subscriptions when their lookup key is transferred", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const customer = sandbox.customers.create();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    const old = await stripe.prices.retrieve(army);
    const fields = { product: String(old.product), currency: "usd", lookup_key: "army_yearly" };
    expect(() => sandbox.prices.create(fields)).toThrow("Lookup key army_yearly is another price's");
    const next = sandbox.prices.create({ ...fields, unit_amount: 25_000, transfer_lookup_key: true });
    expect((await stripe.prices.list({ lookup_keys: ["army_yearly"] })).data).toMatchObject([
      { id: next.id },
    ]);
    const subscription = await stripe.subscriptions.retrieve(id);
    expect(subscription.items.data[0]?.price).toMatchObject({ id: army, lookup_key: null });
  });

  it("are listed only on request when they are archived", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { starter, army } = addCatalogue(sandbox);
    sandbox.prices.update(army, { active: false });
    expect((await stripe.prices.list()).data).toMatchObject([{ id: starter }]);
    expect((await stripe.prices.list({ active: false })).data).toMatchObject([{ id: army }]);
  });

  it("are found by product", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const { product } = await stripe.prices.retrieve(army);
    expect((await stripe.prices.list({ product: String(product) })).data).toMatchObject([{ id: army }]);
    expect(await stripe.products.retrieve(String(product))).toMatchObject({ name: "Army", active: true });
  });
});
