import { describe, expect, it } from "vitest";
import { addCatalogue, clientOf, refusal, startSandbox } from "~/sandbox/testing/sandbox";

async function started() {
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
  it("are open until they are completed, and get their subscription some time after that", async () => {
    const { sandbox, stripe, army, customer, session } = await started();
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

  it("are listed by customer, subscription, status and address", async () => {
    const { sandbox, stripe, customer, session } = await started();
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

it("a key that may only sell makes sessions, and is refused everything else", async () => {
  const { sandbox, listening } = await startSandbox({ checkoutKey: "rk_test_checkout" });
  const { army } = addCatalogue(sandbox);
  const stripe = clientOf(listening, "rk_test_checkout");
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: army, quantity: 1 }],
    success_url: "http://127.0.0.1:1/",
  });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "open" });
  expect(await refusal(stripe.subscriptions.list())).toMatchObject({
    statusCode: 403,
    message: expect.stringContaining("rak_subscriptions_read"),
  });
  expect(await refusal(stripe.customers.create())).toMatchObject({ statusCode: 403 });
  expect(await refusal(stripe.accounts.retrieve(null))).toMatchObject({ statusCode: 403 });
});
