import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, sendForm, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter, army } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  addCard(sandbox, customer);
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: starter }] });
  const item = subscription.items.data[0]?.id ?? "";
  return { ...parts, customer, id: subscription.id, item, army };
}

describe("a portal session for one thing", () => {
  it("cancels the subscription when the customer confirms, and sends them back", async () => {
    const { stripe, customer, id } = await start();
    const session = await stripe.billingPortal.sessions.create({
      customer,
      return_url: "http://127.0.0.1/billing",
      flow_data: {
        type: "subscription_cancel",
        subscription_cancel: { subscription: id },
        after_completion: { type: "redirect", redirect: { return_url: "http://127.0.0.1/gone" } },
      },
    });
    expect(session.flow).toMatchObject({
      type: "subscription_cancel",
      subscription_cancel: { subscription: id, retention: null },
      after_completion: { type: "redirect", redirect: { return_url: "http://127.0.0.1/gone" } },
    });
    const page = await (await fetch(session.url)).text();
    expect(page).toContain("Cancel your plan");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();
    const answer = await sendForm(session.url, { action: "confirm" });
    expect(answer.headers.get("location")).toBe("http://127.0.0.1/gone");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toEqual(expect.any(Number));
    expect(await (await fetch(session.url)).text()).toContain("Your billing");
    const again = stripe.billingPortal.sessions.create({
      customer,
      flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: id } },
    });
    expect((await catchStripeError(again)).message).toContain("already set to be canceled");
  });

  it("changes price and quantity when the customer confirms", async () => {
    const { stripe, customer, id, item, army } = await start();
    const session = await stripe.billingPortal.sessions.create({
      customer,
      flow_data: {
        type: "subscription_update_confirm",
        subscription_update_confirm: { subscription: id, items: [{ id: item, price: army, quantity: 2 }] },
      },
    });
    expect(await (await fetch(session.url)).text()).toContain("2 × Army");
    await sendForm(session.url, { action: "confirm" });
    expect((await stripe.subscriptions.retrieve(id)).items.data).toMatchObject([
      { id: item, price: { id: army }, quantity: 2 },
    ]);
  });

  it("is refused for what it cannot be for", async () => {
    const { stripe, sandbox, id, customer } = await start();
    const other = sandbox.customers.create().id;
    const foreign = stripe.billingPortal.sessions.create({
      customer: other,
      flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: id } },
    });
    expect(await catchStripeError(foreign)).toMatchObject({ statusCode: 400, code: "resource_missing" });
    const card = stripe.billingPortal.sessions.create({
      customer,
      flow_data: { type: "payment_method_update" },
    });
    expect(await catchStripeError(card)).toMatchObject({
      statusCode: 501,
      message: "The sandbox does not serve flow_data[type]=payment_method_update.",
    });
  });
});
