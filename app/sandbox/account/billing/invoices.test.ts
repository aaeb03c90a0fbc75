import type Stripe from "stripe";
import { expect, it } from "vitest";
import { addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;

async function start() {
  const parts = await startSandbox();
  const { starter, army } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "ann@example.com", name: "Ann" }).id;
  const subscribe = (fields: object = {}) =>
    parts.sandbox.subscriptions.create({ customer, items: [{ price: starter, quantity: 2 }], ...fields }).id;
  const readLatest = async (id: string): Promise<Stripe.Invoice> => {
    const expand = ["latest_invoice.payments.data.payment"];
    const { latest_invoice } = await parts.stripe.subscriptions.retrieve(id, { expand });
    if (latest_invoice === null || typeof latest_invoice === "string") throw new Error("no invoice");
    return latest_invoice;
  };
  return { ...parts, starter, army, customer, subscribe, readLatest };
}

it("an invoice does not change when its subscription, price or customer does", async () => {
  const { sandbox, stripe, starter, army, customer, subscribe, readLatest } = await start();
  const id = subscribe();
  const before = await readLatest(id);
  expect(before).toMatchObject({
    status: "paid",
    total: 4_000,
    amount_due: 4_000,
    amount_paid: 4_000,
    amount_remaining: 0,
    billing_reason: "subscription_create",
    status_transitions: { finalized_at: TEST_NOW, paid_at: TEST_NOW },
    customer_email: "ann@example.com",
  });
  const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
  sandbox.subscriptions.update(id, { items: [{ id: item?.id, price: army, quantity: 7 }] });
  sandbox.prices.update(starter, { nickname: "other" });
  sandbox.customers.update(customer, { email: "new@example.com" });
  sandbox.subscriptions.cancel(id);
  const after = await stripe.invoices.retrieve(before.id ?? "", { expand: ["payments.data.payment"] });
  expect(JSON.parse(JSON.stringify(after))).toEqual(JSON.parse(JSON.stringify(before)));
});

it("an invoice of a bulk import is the same however late it is read", async () => {
  const { sandbox, stripe, starter, army, customer } = await start();
  const make = () =>
    sandbox.subscriptions.create({ customer, items: [{ price: starter }], created: TEST_NOW - 3 * DAY });
  const [read, unread] = sandbox.bulk(() => [make().id, make().id]);
  const early = await stripe.subscriptions.retrieve(read ?? "", { expand: ["latest_invoice"] });
  for (const id of [read ?? "", unread ?? ""]) {
    sandbox.subscriptions.update(id, { items: [{ price: army }], status: "unpaid" });
  }
  sandbox.customers.update(customer, { name: "Other" });
  const [, first] = sandbox.account.store
    .listInvoices(sandbox.account.store.subscriptions.find(unread ?? "")?.sequence ?? 0)
    .reverse();
  expect(first).toMatchObject({
    total: 2_000,
    status: "paid",
    customerName: "Ann",
    created: TEST_NOW - 3 * DAY,
  });
  expect(early.latest_invoice).toMatchObject({ total: 2_000, status: "paid", customer_name: "Ann" });
});

it("has a line for each item, and a payment with its charge", async () => {
  const { stripe, starter, army, subscribe, readLatest } = await start();
  const invoice = await readLatest(
    subscribe({
      items: [
        { price: starter, quantity: 2 },
        { price: army, quantity: 0 },
      ],
    }),
  );
  expect(invoice.lines.data).toMatchObject([
    {
      amount: 4_000,
      quantity: 2,
      pricing: { price_details: { price: starter } },
      description: "2 × Starter (at $20.00 / month)",
    },
    { amount: 0, quantity: 0, pricing: { price_details: { price: army } } },
  ]);
  const [payment] = invoice.payments?.data ?? [];
  expect(payment).toMatchObject({ status: "paid", amount_paid: 4_000, payment: { type: "payment_intent" } });
  expect(
    await stripe.invoices.retrieve(invoice.id ?? "", { expand: ["payments.data.payment.payment_intent"] }),
  ).toMatchObject({
    payments: {
      data: [
        {
          payment: {
            payment_intent: {
              status: "succeeded",
              amount_received: 4_000,
              latest_charge: expect.stringMatching(/^ch_/),
            },
          },
        },
      ],
    },
  });
});

it.each([
  ["past_due", { status: "open", amount_paid: 0, amount_remaining: 4_000, attempted: true }],
  ["unpaid", { status: "open", amount_remaining: 4_000 }],
  ["incomplete", { status: "open", attempt_count: 1 }],
  ["incomplete_expired", { status: "void" }],
  ["active", { status: "paid" }],
])("an imported subscription that is %s has the invoice that belongs to it", async (status, expected) => {
  const { subscribe, readLatest } = await start();
  expect(await readLatest(subscribe({ status }))).toMatchObject(expected);
});

it("an imported trial has an invoice of nothing, and its period is the trial", async () => {
  const { stripe, subscribe, readLatest } = await start();
  const id = subscribe({ trial_end: TEST_NOW + 14 * DAY });
  expect(await readLatest(id)).toMatchObject({ total: 0, status: "paid", payments: { data: [] } });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
    status: "trialing",
    billing_cycle_anchor: TEST_NOW + 14 * DAY,
    items: { data: [{ current_period_start: TEST_NOW, current_period_end: TEST_NOW + 14 * DAY }] },
  });
});

it("an invoice that is sent has a due date", async () => {
  const { subscribe, readLatest } = await start();
  const id = subscribe({ collection_method: "send_invoice", days_until_due: 30, status: "past_due" });
  expect(await readLatest(id)).toMatchObject({
    collection_method: "send_invoice",
    status: "open",
    due_date: TEST_NOW + 30 * DAY,
  });
});

it("a subscription in another currency of its price is billed in that currency", async () => {
  const { sandbox, stripe, customer, readLatest } = await start();
  const { id: product } = sandbox.products.create({ name: "Army" });
  const made = await stripe.prices.create({
    product,
    currency: "usd",
    unit_amount: 20_000,
    currency_options: { eur: { unit_amount: 18_500 } },
    recurring: { interval: "year" },
    expand: ["currency_options"],
  });
  expect(made.currency_options).toMatchObject({ eur: { unit_amount: 18_500 }, usd: { unit_amount: 20_000 } });
  const { id } = sandbox.subscriptions.create({ customer, currency: "eur", items: [{ price: made.id }] });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ currency: "eur" });
  expect(await readLatest(id)).toMatchObject({ currency: "eur", total: 18_500 });
});

it("while collection is paused, the subscription stays active and its next invoice is void", async () => {
  const { sandbox, stripe, subscribe, readLatest } = await start();
  const id = subscribe({ pause_collection: { behavior: "void", resumes_at: null } });
  sandbox.subscriptions.renew(id);
  expect(await readLatest(id)).toMatchObject({ status: "void", billing_reason: "subscription_cycle" });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
    status: "active",
    pause_collection: { behavior: "void" },
  });
});

it("a metered item has no quantity and costs nothing before it is used", async () => {
  const { sandbox, stripe, customer, readLatest } = await start();
  const { id: product } = sandbox.products.create({ name: "Calls" });
  const price = sandbox.prices.create({
    product,
    currency: "usd",
    unit_amount: 10,
    recurring: { interval: "month", usage_type: "metered" },
  }).id;
  const { id } = sandbox.subscriptions.create({ customer, items: [{ price }] });
  const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
  expect(item).toMatchObject({
    price: { recurring: { usage_type: "metered" } },
    plan: { usage_type: "metered" },
  });
  expect(item).not.toHaveProperty("quantity");
  expect(await readLatest(id)).toMatchObject({ total: 0 });
});
