import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import {
  addCatalogue,
  catchStripeError,
  GOOD_CARD,
  sendForm,
  startSandbox,
  TEST_NOW,
} from "~/sandbox/testing/sandbox";
import type { SandboxOptions } from "../sandbox";

type SessionParams = Partial<Stripe.Checkout.SessionCreateParams>;

const SUCCESS = "http://127.0.0.1:1/paid?session_id={CHECKOUT_SESSION_ID}";
const CANCEL = "http://127.0.0.1:1/plans";

async function start(params: SessionParams = {}, options: SandboxOptions = {}) {
  const parts = await startSandbox(options);
  const { army } = addCatalogue(parts.sandbox);
  const create = (given: SessionParams = {}) =>
    parts.stripe.checkout.sessions.create({
      mode: "subscription",
      line_items: [{ price: army, quantity: 1 }],
      success_url: SUCCESS,
      cancel_url: CANCEL,
      ...params,
      ...given,
    });
  const session = await create();
  const read = () => parts.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
  const subscriptions = async () => (await parts.stripe.subscriptions.list({ status: "all" })).data;
  return { ...parts, create, session, url: session.url ?? "", read, subscriptions };
}

describe("a checkout session", () => {
  it("has a payment page of the sandbox that shows what is bought", async () => {
    const { session, url, listening } = await start({
      client_reference_id: "u1",
      metadata: { userId: "u1" },
    });
    expect(session).toMatchObject({
      status: "open",
      payment_status: "unpaid",
      client_reference_id: "u1",
      metadata: { userId: "u1" },
      amount_total: 20_000,
      url: `${listening.url}/c/pay/${session.id}`,
    });
    const page = await fetch(url);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain("Army, $200.00 a year");
    expect(text).toContain("Pay $200.00</button>");
    expect(text).toContain(`href="${CANCEL}"`);
  });

  it("is rejected when Stripe would reject it", async () => {
    const { create, sandbox, stripe } = await start();
    const { id } = sandbox.customers.create();
    const product = sandbox.products.create({ name: "Hat" });
    const once = sandbox.prices.create({ product: product.id, currency: "usd", unit_amount: 1 });
    const refused = async (given: SessionParams) => catchStripeError(create(given));
    expect(await refused({ success_url: "paid" })).toMatchObject({ param: "success_url" });
    expect(await refused({ mode: "payment" })).toMatchObject({ param: "mode" });
    expect(await refused({ customer: id, customer_email: "a@b.c" })).toMatchObject({ param: "customer" });
    expect(await refused({ customer: "cus_none" })).toMatchObject({ code: "resource_missing" });
    expect(await refused({ line_items: [{ price: once.id, quantity: 1 }] })).toMatchObject({
      param: "line_items[0][price]",
    });
    expect(await refused({ expires_at: TEST_NOW + 60 })).toMatchObject({ param: "expires_at" });
    sandbox.customers.delete(id);
    expect(await refused({ customer: id })).toMatchObject({ code: "resource_missing" });
    expect((await stripe.checkout.sessions.list()).data).toHaveLength(1);
  });

  it("expires on request and after a day", async () => {
    const { stripe, sandbox, session, create, url } = await start();
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: "expired", url: null });
    expect(await catchStripeError(stripe.checkout.sessions.expire(session.id))).toMatchObject({
      statusCode: 400,
    });
    expect((await fetch(url)).status).toBe(410);
    const second = await create();
    sandbox.clock.advance(86_400);
    expect((await sendForm(second.url ?? "", GOOD_CARD)).status).toBe(410);
    expect(await stripe.checkout.sessions.retrieve(second.id)).toMatchObject({ status: "expired" });
    expect((await stripe.events.list({ type: "checkout.session.expired" })).data).toHaveLength(2);
  });

  it("has no page when it is not hosted", async () => {
    const { sandbox, listening } = await start();
    const { id } = sandbox.checkoutSessions.create();
    expect((await fetch(`${listening.url}/c/pay/${id}`)).status).toBe(404);
  });
});

describe("paying", () => {
  it("redirects at once and creates a customer and a subscription", async () => {
    const { session, url, read, stripe } = await start({
      subscription_data: { metadata: { userId: "u1" } },
    });
    const paid = await sendForm(url, GOOD_CARD);
    expect(paid.status).toBe(303);
    expect(paid.headers.get("location")).toBe(`http://127.0.0.1:1/paid?session_id=${session.id}`);
    expect(await read()).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      customer_details: { email: "ann@example.com", name: "Ann" },
      subscription: { status: "active", metadata: { userId: "u1" }, created: TEST_NOW },
    });
    const { data } = await stripe.events.list({ limit: 30 });
    expect(data.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        "checkout.session.completed",
        "customer.created",
        "customer.subscription.created",
        "invoice.paid",
      ]),
    );
    const completed = data.find(({ type }) => type === "checkout.session.completed");
    expect(completed?.data.object).toMatchObject({
      id: session.id,
      customer: expect.stringMatching(/^cus_/),
    });
  });

  it("creates a new customer for a guest even when the address exists, and none for a known customer", async () => {
    const { sandbox, stripe, url, create } = await start({ customer_email: "ann@example.com" });
    const known = sandbox.customers.create({ email: "ann@example.com" });
    await sendForm(url, { ...GOOD_CARD, email: "other@example.com" });
    expect((await stripe.customers.list({ email: "ann@example.com" })).data).toHaveLength(2);
    const own = await create({ customer: known.id, customer_email: undefined });
    expect(await (await fetch(own.url ?? "")).text()).toContain('value="ann@example.com"');
    await sendForm(own.url ?? "", { ...GOOD_CARD, email: "other@example.com" });
    expect(await stripe.checkout.sessions.retrieve(own.id)).toMatchObject({ customer: known.id });
    expect((await stripe.customers.list()).data).toHaveLength(2);
  });

  it("creates one subscription when the form is sent several times", async () => {
    const { session, url, subscriptions } = await start();
    const answers = await Promise.all([1, 2, 3].map(() => sendForm(url, GOOD_CARD)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await subscriptions()).toHaveLength(1);
    const again = await fetch(url, { redirect: "manual" });
    expect(again.headers.get("location")).toContain(session.id);
  });

  it("completes the session before the subscription exists", async () => {
    const { url, read, subscriptions, stripe, listening } = await start({}, { attachAfterMs: 3_600_000 });
    expect((await sendForm(url, GOOD_CARD)).status).toBe(303);
    expect(await read()).toMatchObject({
      status: "complete",
      payment_status: "paid",
      customer: null,
      subscription: null,
    });
    expect(await subscriptions()).toEqual([]);
    expect((await stripe.events.list({ type: "checkout.session.completed" })).data).toEqual([]);
    await fetch(`${listening.url}/_sandbox/control`, { method: "POST", body: '{"attach":true}' });
    expect(await read()).toMatchObject({ subscription: { status: "active" } });
  });

  it("attaches the subscription after the configured time", async () => {
    const { sandbox, url, read } = await start({}, { attachAfterMs: 1 });
    const attached = new Promise<void>((resolve) => {
      sandbox.onEvent(({ type }) => type === "checkout.session.completed" && resolve());
    });
    await sendForm(url, GOOD_CARD);
    await attached;
    expect(await read()).toMatchObject({ subscription: { status: "active" } });
  });

  it("begins a trial when the session has one", async () => {
    const { url, read } = await start({ subscription_data: { trial_period_days: 7 } });
    await sendForm(url, GOOD_CARD);
    expect(await read()).toMatchObject({
      payment_status: "no_payment_required",
      amount_total: 0,
      subscription: { status: "trialing", trial_end: TEST_NOW + 7 * 86_400 },
    });
  });
});

describe("a failed payment", () => {
  it("shows that the card was declined and creates nothing", async () => {
    const { url, read, subscriptions } = await start();
    const declined = await sendForm(url, { ...GOOD_CARD, cardNumber: "4000000000000002" });
    expect(declined.status).toBe(200);
    const text = await declined.text();
    expect(text).toContain('role="alert"');
    expect(text).toContain("Your card was declined");
    expect(text).toContain('value="ann@example.com"');
    expect(text).not.toContain("4000000000000002");
    expect(await read()).toMatchObject({ status: "open", payment_status: "unpaid", subscription: null });
    expect(await subscriptions()).toEqual([]);
    expect((await sendForm(url, GOOD_CARD)).status).toBe(303);
  });

  it("shows a problem at each invalid field", async () => {
    const { url, subscriptions } = await start();
    const fields = { email: "ann", cardNumber: "4111 1111 1111 1111", expiry: "13/30", cvc: "1", name: " " };
    const wrong = await sendForm(url, fields);
    const text = await wrong.text();
    expect(wrong.status).toBe(200);
    for (const name of Object.keys(fields)) expect(text).toContain(`id="${name}-problem"`);
    expect(await (await sendForm(url, { ...GOOD_CARD, expiry: "12/25" })).text()).toContain("has expired");
    expect(await subscriptions()).toEqual([]);
  });

  it("is rejected when the form is on another site", async () => {
    const { url, subscriptions } = await start();
    const send = (headers: Record<string, string>) =>
      fetch(url, { method: "POST", body: new URLSearchParams(GOOD_CARD), redirect: "manual", headers });
    expect((await send({ Origin: "http://evil.example" })).status).toBe(403);
    expect((await send({ "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect(await subscriptions()).toEqual([]);
  });

  it("is rejected when the customer was deleted meanwhile", async () => {
    const { sandbox, create, subscriptions } = await start();
    const { id } = sandbox.customers.create();
    const session = await create({ customer: id });
    sandbox.customers.delete(id);
    expect((await sendForm(session.url ?? "", GOOD_CARD)).status).toBe(409);
    expect(await subscriptions()).toEqual([]);
  });
});

describe("a card that needs confirmation", () => {
  const card = { ...GOOD_CARD, cardNumber: "4000002500003155" };

  it("pays once the bank has confirmed", async () => {
    const { session, url, read, subscriptions } = await start();
    const asked = await sendForm(url, card);
    expect(asked.headers.get("location")).toBe(`/c/pay/${session.id}/confirm`);
    expect(await read()).toMatchObject({ status: "open" });
    expect(await (await fetch(`${url}/confirm`)).text()).toContain(">Complete</button>");
    const done = await sendForm(`${url}/confirm`, { outcome: "complete" });
    expect(done.headers.get("location")).toContain(`session_id=${session.id}`);
    await sendForm(`${url}/confirm`, { outcome: "complete" });
    expect(await subscriptions()).toHaveLength(1);
    expect(await read()).toMatchObject({
      status: "complete",
      customer_details: { email: "ann@example.com" },
    });
  });

  it("pays nothing when the bank refuses, and shows it", async () => {
    const { url, listening, subscriptions } = await start();
    await sendForm(url, card);
    const failed = await sendForm(`${url}/confirm`, { outcome: "fail" });
    const back = await fetch(listening.url + (failed.headers.get("location") ?? ""));
    expect(await back.text()).toContain("Your bank did not confirm the payment");
    expect(await subscriptions()).toEqual([]);
    const skipped = await fetch(`${url}/confirm`, { redirect: "manual" });
    expect(skipped.status).toBe(303);
  });
});
