import type Stripe from "stripe";
import { expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;
const HALF = 15.5 * DAY;

/** A monthly subscription in the middle of January. */
async function start() {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter, army } = addCatalogue(sandbox);
  const product = sandbox.products.create({ name: "Team" }).id;
  const team = sandbox.prices.create({
    product,
    currency: "usd",
    unit_amount: 6_000,
    recurring: { interval: "month" },
  }).id;
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  addCard(sandbox, customer);
  const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: starter }] });
  sandbox.clock.advance(HALF);
  const [item] = items.data;
  const update = (fields: Stripe.SubscriptionUpdateParams) =>
    stripe.subscriptions.update(id, { expand: ["latest_invoice"], ...fields });
  const change = (price: string, fields: Stripe.SubscriptionUpdateParams = {}) =>
    update({ items: [{ id: item?.id, price }], ...fields });
  return { ...parts, id, item: item?.id, customer, starter, army, team, update, change };
}

it("a change of price bills the difference for the rest of the period with the next invoice", async () => {
  const { sandbox, stripe, id, team, change } = await start();
  const changed = await change(team);
  expect(changed).toMatchObject({
    items: { data: [{ price: { id: team } }] },
    latest_invoice: { total: 2_000 },
  });
  expect((await stripe.events.list({ type: "invoiceitem.created" })).data).toHaveLength(2);
  sandbox.subscriptions.renew(id);
  const { latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
  expect(latest_invoice).toMatchObject({
    total: -1_000 + 3_000 + 6_000,
    lines: {
      data: [
        {
          amount: -1_000,
          description: "Unused time on Starter after 16 Jan 2026",
          parent: { subscription_item_details: { proration: true } },
        },
        { amount: 3_000, description: "Remaining time on Team after 16 Jan 2026" },
        { amount: 6_000 },
      ],
    },
  });
});

it("always_invoice bills the difference at once, and none bills nothing", async () => {
  const first = await start();
  expect(await first.change(first.team, { proration_behavior: "always_invoice" })).toMatchObject({
    latest_invoice: { total: 2_000, status: "paid", billing_reason: "subscription_update" },
  });
  const second = await start();
  const before = (await second.stripe.subscriptions.retrieve(second.id)).latest_invoice;
  expect(await second.change(second.team, { proration_behavior: "none" })).toMatchObject({
    latest_invoice: { id: before },
  });
  expect((await second.stripe.events.list({ type: "invoiceitem.created" })).data).toEqual([]);
});

it("a cheaper price gives a credit that pays later invoices", async () => {
  const { stripe, sandbox, id, customer, starter, team, change } = await start();
  await change(team, { proration_behavior: "always_invoice" });
  expect(await change(starter, { proration_behavior: "always_invoice" })).toMatchObject({
    latest_invoice: { total: -2_000, amount_due: 0, status: "paid", ending_balance: -2_000 },
  });
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -2_000 });
  sandbox.subscriptions.renew(id);
  const { latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
  expect(latest_invoice).toMatchObject({ total: 2_000, amount_due: 0, starting_balance: -2_000 });
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: 0 });
});

it("a price with another interval begins a new period now and is paid now", async () => {
  const { army, change } = await start();
  expect(await change(army)).toMatchObject({
    billing_cycle_anchor: TEST_NOW + HALF,
    items: {
      data: [{ current_period_start: TEST_NOW + HALF, current_period_end: TEST_NOW + HALF + 365 * DAY }],
    },
    latest_invoice: { total: 20_000 - 1_000, status: "paid" },
  });
});

it("billing_cycle_anchor=now begins a new period at once", async () => {
  const { update } = await start();
  expect(await update({ billing_cycle_anchor: { type: "now" } })).toMatchObject({
    billing_cycle_anchor: TEST_NOW + HALF,
    items: { data: [{ current_period_start: TEST_NOW + HALF }] },
    latest_invoice: { total: 1_000 },
  });
});

it("a declined payment of a change makes the subscription past due, or stops the change if so wished", async () => {
  const { sandbox, stripe, id, customer, starter, team, change } = await start();
  addCard(sandbox, customer, "4000000000000002");
  const always = { proration_behavior: "always_invoice" } as const;
  const refused = change(team, { ...always, payment_behavior: "error_if_incomplete" });
  expect(await catchStripeError(refused)).toMatchObject({ statusCode: 402, code: "card_declined" });
  expect((await stripe.subscriptions.retrieve(id)).items.data).toMatchObject([{ price: { id: starter } }]);
  expect(await change(team, always)).toMatchObject({
    status: "past_due",
    latest_invoice: { status: "open", next_payment_attempt: TEST_NOW + HALF + 3 * DAY },
  });
});

it("a trial can begin and end on a running subscription", async () => {
  const { update } = await start();
  const end = TEST_NOW + HALF + 10 * DAY;
  expect(await update({ trial_end: end })).toMatchObject({
    status: "trialing",
    billing_cycle_anchor: end,
    items: { data: [{ current_period_end: end }] },
  });
  expect(await update({ trial_end: "now" })).toMatchObject({
    status: "active",
    trial_end: TEST_NOW + HALF,
    billing_cycle_anchor: TEST_NOW + HALF,
    latest_invoice: { status: "paid", billing_reason: "subscription_update" },
  });
});

it("a trial that never was cannot end", async () => {
  const { update } = await start();
  expect(await update({ trial_end: "now" })).toMatchObject({
    status: "active",
    trial_end: null,
    trial_start: null,
  });
});

it("an empty cancel_at takes back a cancellation at the end of the period", async () => {
  const { update } = await start();
  expect(await update({ cancel_at_period_end: true })).toMatchObject({ cancel_at: expect.any(Number) });
  expect(await update({ cancel_at: "" })).toMatchObject({
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
  });
});

it("what is not reproduced is named and changes nothing", async () => {
  const { team, army, item, update, change } = await start();
  const named = (what: string) => ({ statusCode: 501, message: expect.stringContaining(what) });
  const pending = { payment_behavior: "pending_if_incomplete" } as const;
  expect(await catchStripeError(change(team, pending))).toMatchObject(named("pending_if_incomplete"));
  const mixed = update({ items: [{ id: item }, { price: army }] });
  expect(await catchStripeError(mixed)).toMatchObject(named("different intervals"));
});

it("the last item cannot be deleted", async () => {
  const { item, update } = await start();
  const error = await catchStripeError(update({ items: [{ id: item, deleted: true }] }));
  expect(error).toMatchObject({
    statusCode: 400,
    message: expect.stringContaining("at least one active item"),
  });
});

it("a cancellation remembers what the customer said, and can give back what is not used", async () => {
  const { stripe, id } = await start();
  const ended = await stripe.subscriptions.cancel(id, {
    prorate: true,
    invoice_now: true,
    cancellation_details: { comment: "Too dear", feedback: "too_expensive" },
    expand: ["latest_invoice"],
  });
  expect(ended).toMatchObject({
    status: "canceled",
    cancellation_details: {
      comment: "Too dear",
      feedback: "too_expensive",
      reason: "cancellation_requested",
    },
    latest_invoice: { total: -1_000, ending_balance: -1_000 },
  });
});
