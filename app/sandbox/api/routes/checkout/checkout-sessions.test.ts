import { describe, expect, it } from "vitest";
import { addCatalogue, catchStripeError, createClient, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { army } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "ann@example.com" });
  const session = parts.sandbox.checkoutSessions.create({
    client_reference_id: "u1",
    metadata: { userId: "u1" },
    customer_email: "ann@example.com",
    line_items: [{ price: army }],
    url: "https://checkout.example.com/c",
  });
  return { ...parts, army, customer, session };
}

describe("checkout sessions", () => {
  it("are open until they are completed, and get their subscription later", async () => {
    const { sandbox, stripe, army, customer, session } = await start();
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "open",
      payment_status: "unpaid",
      client_reference_id: "u1",
      metadata: { userId: "u1" },
      amount_total: 20_000,
      payment_link: null,
      subscription: null,
    });
    sandbox.checkoutSessions.update(session.id, { status: "complete", customer: customer.id });
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "complete",
      payment_status: "paid",
      customer: customer.id,
      subscription: null,
    });
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    sandbox.checkoutSessions.update(session.id, { subscription: id });
    const attached = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["subscription.customer", "line_items"],
    });
    expect(attached).toMatchObject({
      subscription: { id, customer: { email: "ann@example.com" } },
      line_items: { data: [{ description: "Army", quantity: 1, price: { id: army } }] },
    });
    const { data } = await stripe.events.list({ type: "checkout.session.completed" });
    expect(data).toHaveLength(1);
  });

  it("can be listed by customer, subscription, status and email address", async () => {
    const { sandbox, stripe, customer, session } = await start();
    const other = sandbox.checkoutSessions.create({ customer: customer.id, payment_link: "plink_1" });
    const ids = async (params: Parameters<typeof stripe.checkout.sessions.list>[0]) =>
      (await stripe.checkout.sessions.list(params)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([other.id, session.id]);
    expect(await ids({ customer: customer.id })).toEqual([other.id]);
    expect(await ids({ payment_link: "plink_1" })).toEqual([other.id]);
    expect(await ids({ status: "complete" })).toEqual([]);
    expect(await ids({ customer_details: { email: "ann@example.com" } })).toEqual([session.id]);
  });
});

it("a checkout key can create sessions and nothing else", async () => {
  const { sandbox, listening } = await startSandbox({ checkoutKey: "rk_test_checkout" });
  const { army } = addCatalogue(sandbox);
  const stripe = createClient(listening, "rk_test_checkout");
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: army, quantity: 1 }],
    success_url: "http://127.0.0.1:1/",
  });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open" });
  expect(await catchStripeError(stripe.subscriptions.list())).toMatchObject({
    statusCode: 403,
    message: expect.stringContaining("rak_subscription_read"),
  });
  expect(await catchStripeError(stripe.customers.create())).toMatchObject({ statusCode: 403 });
  expect(await catchStripeError(stripe.accounts.retrieve(null))).toMatchObject({ statusCode: 403 });
});
