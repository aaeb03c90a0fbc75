import { describe, expect, it } from "vitest";
import {
  addCatalogue,
  catchStripeError,
  createClient,
  GOOD_CARD,
  sendForm,
  startSandbox,
  TEST_NOW,
} from "~/sandbox/testing/sandbox";
import type { SandboxOptions } from "../sandbox";

async function start(options: SandboxOptions = {}) {
  const parts = await startSandbox({ checkoutKey: "rk_test_checkout", ...options });
  const { army, starter } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "ann@example.com" }).id;
  const { id } = parts.sandbox.subscriptions.create({ customer, items: [{ price: starter }] });
  const portal = createClient(parts.listening, "rk_test_checkout").billingPortal;
  const session = await portal.sessions.create({ customer, return_url: "http://127.0.0.1:1/workspace" });
  const read = () => parts.stripe.subscriptions.retrieve(id);
  const send = (fields: Record<string, string>) => sendForm(session.url, { subscription: id, ...fields });
  const look = async () => (await fetch(session.url)).text();
  return { ...parts, army, starter, customer, subscription: id, portal, session, read, send, look };
}

describe("the billing portal", () => {
  it("shows a customer's subscriptions and a link back", async () => {
    const { session, look, listening, customer } = await start();
    expect(session).toMatchObject({ object: "billing_portal.session", customer });
    expect(session.url.startsWith(`${listening.url}/p/session/bps_`)).toBe(true);
    const text = await look();
    expect(text).toContain("Starter, $20.00 a month");
    expect(text).toContain("Renews on 1 February 2026");
    expect(text).toContain('href="http://127.0.0.1:1/workspace"');
    expect(text).toContain(">Cancel plan</button>");
  });

  it("cancels at period end with cancel_at alone, and can undo it", async () => {
    const { read, send, look } = await start();
    const before = await read();
    expect((await send({ action: "cancel" })).status).toBe(303);
    expect(await read()).toMatchObject({
      status: "active",
      cancel_at: before.items.data[0]?.current_period_end,
      cancel_at_period_end: false,
      canceled_at: TEST_NOW,
    });
    expect(await look()).toContain("Ends on 1 February 2026");
    await send({ action: "keep" });
    expect(await read()).toMatchObject({ cancel_at: null, canceled_at: null });
  });

  it("cancels with cancel_at_period_end when configured", async () => {
    const { read, send } = await start({ portalCancels: "cancel_at_period_end" });
    await send({ action: "cancel" });
    expect(await read()).toMatchObject({ cancel_at_period_end: true, canceled_at: TEST_NOW });
    await send({ action: "keep" });
    expect(await read()).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
  });

  it("switches the plan and begins a new period when its length differs", async () => {
    const { sandbox, read, send, army, stripe } = await start();
    sandbox.clock.advance(86_400);
    await send({ action: "switch", price: army });
    expect((await read()).items.data).toMatchObject([
      {
        price: { id: army },
        current_period_start: TEST_NOW + 86_400,
        current_period_end: TEST_NOW + 366 * 86_400,
      },
    ]);
    const { data } = await stripe.events.list({ type: "customer.subscription.updated" });
    expect(data).toHaveLength(1);
    await send({ action: "switch", price: "price_none" });
    expect((await read()).items.data).toMatchObject([{ price: { id: army } }]);
  });

  it("changes the card and pays what is past due", async () => {
    const { sandbox, subscription, read, send, look } = await start();
    sandbox.subscriptions.renew(subscription, { fails: true });
    expect(await look()).toContain("The last payment failed");
    const declined = await send({ ...GOOD_CARD, action: "card", cardNumber: "4000000000000002" });
    expect(declined.status).toBe(200);
    expect(await declined.text()).toContain("Your card was declined");
    expect(await read()).toMatchObject({ status: "past_due" });
    expect((await send({ ...GOOD_CARD, action: "card" })).status).toBe(303);
    expect(await read()).toMatchObject({ status: "active" });
    expect(await look()).toContain("Card ending in 4242");
    const wrong = await send({ ...GOOD_CARD, action: "card", cvc: "" });
    expect(await wrong.text()).toContain('id="cvc-problem"');
  });

  it("does not change subscriptions of other customers", async () => {
    const { sandbox, stripe, army, send } = await start();
    const other = sandbox.customers.create().id;
    const { id } = sandbox.subscriptions.create({ customer: other, items: [{ price: army }] });
    await send({ subscription: id, action: "cancel" });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at: null });
  });

  it("is only available for existing customers", async () => {
    const { sandbox, customer, session, portal } = await start();
    expect(await catchStripeError(portal.sessions.create({ customer: "cus_none" }))).toMatchObject({
      param: "customer",
    });
    sandbox.customers.delete(customer);
    expect((await fetch(session.url)).status).toBe(404);
    expect(await catchStripeError(portal.sessions.create({ customer }))).toMatchObject({
      code: "resource_missing",
    });
  });
});
