import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;

async function start({ card }: { card?: string | null } = {}) {
  const parts = await startSandbox();
  const { starter, army } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "ann@example.com" }).id;
  if (card !== null) addCard(parts.sandbox, customer, card);
  const subscribe = (fields: Partial<Stripe.SubscriptionCreateParams> = {}) =>
    parts.stripe.subscriptions.create({
      customer,
      items: [{ price: starter }],
      expand: ["latest_invoice"],
      ...fields,
    });
  const types = async () =>
    (await parts.stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();
  return { ...parts, starter, army, customer, subscribe, types };
}

const DECLINED = "4000000000009995";
const ASKS_THE_BANK = "4000002500003155";

describe("a new subscription", () => {
  it("is billed and paid at once, with all its events", async () => {
    const { subscribe, types } = await start();
    expect(await subscribe()).toMatchObject({
      status: "active",
      currency: "usd",
      latest_invoice: { status: "paid", amount_paid: 2_000, billing_reason: "subscription_create" },
    });
    expect((await types()).slice(-8)).toEqual([
      "invoice.created",
      "customer.subscription.created",
      "invoice.finalized",
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.paid",
      "invoice.payment_succeeded",
    ]);
  });

  it.each([undefined, "allow_incomplete", "error_if_incomplete"] as const)(
    "is refused without anything to pay with (payment_behavior %s)",
    async (payment_behavior) => {
      const { subscribe, stripe } = await start({ card: null });
      expect(await catchStripeError(subscribe({ payment_behavior }))).toMatchObject({
        statusCode: 400,
        code: "resource_missing",
        message: expect.stringContaining("no attached payment source or default payment method"),
      });
      expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
    },
  );

  it("waits for its first payment with default_incomplete", async () => {
    const { subscribe, stripe } = await start({ card: null });
    const made = await subscribe({
      payment_behavior: "default_incomplete",
      expand: ["latest_invoice.confirmation_secret"],
    });
    expect(made).toMatchObject({
      status: "incomplete",
      latest_invoice: { status: "open", attempted: false, confirmation_secret: { type: "payment_intent" } },
    });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: "incomplete" });
  });

  it("is incomplete when the card is declined, or refused if so wished", async () => {
    const { subscribe, types } = await start({ card: DECLINED });
    expect(await subscribe()).toMatchObject({
      status: "incomplete",
      latest_invoice: { status: "open", attempt_count: 1, next_payment_attempt: null },
    });
    expect((await types()).slice(-3)).toEqual([
      "charge.failed",
      "payment_intent.payment_failed",
      "invoice.payment_failed",
    ]);
    expect(await catchStripeError(subscribe({ payment_behavior: "error_if_incomplete" }))).toMatchObject({
      statusCode: 402,
      rawType: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
    });
  });

  it("is incomplete while the payer's bank asks", async () => {
    const { subscribe, types } = await start({ card: ASKS_THE_BANK });
    expect(await subscribe()).toMatchObject({ status: "incomplete" });
    expect(await types()).toContain("invoice.payment_action_required");
  });

  it("needs nothing to pay with when it costs nothing or is sent", async () => {
    const { subscribe, sandbox } = await start({ card: null });
    const product = sandbox.products.create({ name: "Free" }).id;
    const recurring = { interval: "month" } as const;
    const free = sandbox.prices.create({ product, currency: "usd", unit_amount: 0, recurring }).id;
    expect(await subscribe({ items: [{ price: free }] })).toMatchObject({
      status: "active",
      latest_invoice: { status: "paid", total: 0 },
    });
    expect(await subscribe({ collection_method: "send_invoice", days_until_due: 30 })).toMatchObject({
      status: "active",
      latest_invoice: { status: "draft", due_date: TEST_NOW + 30 * DAY },
    });
  });

  it("with a trial has the trial as its period, and an invoice of nothing", async () => {
    const { subscribe } = await start({ card: null });
    expect(await subscribe({ trial_period_days: 14 })).toMatchObject({
      status: "trialing",
      trial_start: TEST_NOW,
      trial_end: TEST_NOW + 14 * DAY,
      billing_cycle_anchor: TEST_NOW + 14 * DAY,
      items: { data: [{ current_period_start: TEST_NOW, current_period_end: TEST_NOW + 14 * DAY }] },
      latest_invoice: { total: 0, status: "paid" },
    });
  });

  it("begins its periods at the anchor, and pays for the part until then", async () => {
    const { subscribe } = await start();
    const anchor = TEST_NOW + 15.5 * DAY;
    expect(await subscribe({ billing_cycle_anchor: anchor })).toMatchObject({
      billing_cycle_anchor: anchor,
      items: { data: [{ current_period_end: anchor }] },
      latest_invoice: { total: Math.round((2_000 * 15.5) / 31) },
    });
    expect(await subscribe({ billing_cycle_anchor: anchor, proration_behavior: "none" })).toMatchObject({
      latest_invoice: { total: 0 },
    });
  });

  it("costs what its tiers say", async () => {
    const { subscribe, sandbox } = await start();
    const product = sandbox.products.create({ name: "Seats" }).id;
    const price = sandbox.prices.create({
      product,
      currency: "usd",
      tiers: [
        { up_to: 10, unit_amount: 100 },
        { up_to: null, unit_amount: 50 },
      ],
      tiers_mode: "graduated",
      recurring: { interval: "month" },
    }).id;
    expect(await subscribe({ items: [{ price, quantity: 15 }] })).toMatchObject({
      latest_invoice: { total: 1_250 },
    });
  });
});

describe("a new subscription is refused", () => {
  it.each([
    [
      "with an inactive price",
      async ({ sandbox, starter }) => {
        sandbox.prices.update(starter, { active: false });
        return { items: [{ price: starter }] };
      },
      "inactive",
    ],
    [
      "with a one-time price",
      async ({ sandbox }) => {
        const product = sandbox.products.create({ name: "Once" }).id;
        return { items: [{ price: sandbox.prices.create({ product, currency: "usd", unit_amount: 1 }).id }] };
      },
      "type=one_time",
    ],
    [
      "with two currencies",
      async ({ sandbox, starter }) => {
        const product = sandbox.products.create({ name: "Euro" }).id;
        const recurring = { interval: "month" } as const;
        const euro = sandbox.prices.create({ product, currency: "eur", unit_amount: 1, recurring }).id;
        return { items: [{ price: starter }, { price: euro }] };
      },
      "currency",
    ],
    [
      "with the same price twice",
      async ({ starter }) => ({ items: [{ price: starter }, { price: starter }] }),
      "same price",
    ],
    ["with a trial in the past", async () => ({ trial_end: TEST_NOW - 1 }), "in the future"],
    ["with a trial of 731 days", async () => ({ trial_period_days: 731 }), "730 days"],
    ["that would end in the past", async () => ({ cancel_at: TEST_NOW - 1 }), "in the future"],
    [
      "with a card of another customer",
      async ({ sandbox }) => {
        return { default_payment_method: addCard(sandbox, sandbox.customers.create().id) };
      },
      "must be attached",
    ],
  ] satisfies [
    string,
    (parts: Awaited<ReturnType<typeof start>>) => Promise<Partial<Stripe.SubscriptionCreateParams>>,
    string,
  ][])("%s", async (_name, make, message) => {
    const parts = await start();
    const error = await catchStripeError(parts.subscribe(await make(parts)));
    expect(error).toMatchObject({ statusCode: 400, message: expect.stringContaining(message) });
  });
});
