import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

const manyKeys = Object.fromEntries([...Array(51).keys()].map((n) => [`key${n}`, "a"]));

describe("metadata beyond Stripe's limits is refused", () => {
  it.each([
    [
      "a value of 501 characters",
      { a: "x".repeat(501) },
      "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters.",
    ],
    [
      "a key of 41 characters",
      { ["k".repeat(41)]: "a" },
      "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters.",
    ],
    ["51 keys", manyKeys, "Metadata can have up to 50 keys, but you passed in 51."],
  ])("%s", async (_name, metadata, message) => {
    const { stripe } = await startSandbox();
    expect(await catchStripeError(stripe.customers.create({ metadata }))).toMatchObject({
      statusCode: 400,
      param: "metadata",
      message: expect.stringContaining(message),
    });
  });

  it("and what is just within them is stored", async () => {
    const { stripe } = await startSandbox();
    const metadata = { ["k".repeat(40)]: "x".repeat(500) };
    expect((await stripe.customers.create({ metadata })).metadata).toEqual(metadata);
  });
});

describe("a price that cannot be is refused", () => {
  it.each([
    ["without an amount", {}, "unit_amount"],
    ["with two amounts", { unit_amount: 1, unit_amount_decimal: "1.5" }, "unit_amount"],
    ["in no currency", { currency: "xxx", unit_amount: 1 }, "currency"],
    ["tiered without tiers", { billing_scheme: "tiered", tiers_mode: "volume" }, "tiers"],
    [
      "with an end of the last tier",
      { billing_scheme: "tiered", tiers_mode: "volume", "tiers[0][up_to]": 5, "tiers[0][unit_amount]": 1 },
      "tiers",
    ],
  ])("%s", async (_name, params, param) => {
    const { stripe, listening, sandbox } = await startSandbox();
    const { id: product } = await stripe.products.create({ name: "A" });
    const fields = { product, currency: "usd", "recurring[interval]": "month", ...params };
    const form = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${listening.url}/v1/prices`, {
      method: "POST",
      body: form,
      headers: { Authorization: `Bearer ${sandbox.secretKey}` },
    });
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatchObject({ type: "invalid_request_error", param });
  });

  it("for a deleted product", async () => {
    const { stripe } = await startSandbox();
    const { id: product } = await stripe.products.create({ name: "A" });
    await stripe.products.del(product);
    expect(
      await catchStripeError(stripe.prices.create({ product, currency: "usd", unit_amount: 1 })),
    ).toMatchObject({ code: "resource_missing", param: "product" });
  });

  it("a currency may be in capitals", async () => {
    const { stripe } = await startSandbox();
    const { id: product } = await stripe.products.create({ name: "A" });
    expect((await stripe.prices.create({ product, currency: "USD", unit_amount: 1 })).currency).toBe("usd");
  });
});
