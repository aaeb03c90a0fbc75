import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const HOUR = 3_600;
const DAY = 86_400;

async function start({ card }: { card?: string | null } = {}) {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter, army } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  if (card !== null) addCard(sandbox, customer, card);
  const subscribe = (fields = {}) =>
    sandbox.newSubscriptions.subscribe({ customer, items: [{ price: starter }], ...fields }).id;
  const read = (id: string) => stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
  const listEvents = async (since: number) =>
    (await stripe.events.list({ limit: 100, created: { gte: since } })).data
      .map(({ type, created }) => `${type} ${(created - TEST_NOW) / DAY}`)
      .reverse();
  return { ...parts, customer, starter, army, subscribe, read, listEvents };
}

describe("when time passes", () => {
  it("a subscription renews: its period at once, its invoice an hour later, each as of its time", async () => {
    const { sandbox, subscribe, read, listEvents } = await start();
    const id = subscribe();
    sandbox.clock.advance(31 * DAY);
    expect(await read(id)).toMatchObject({
      status: "active",
      items: {
        data: [{ current_period_start: TEST_NOW + 31 * DAY, current_period_end: TEST_NOW + 59 * DAY }],
      },
      latest_invoice: { status: "draft", created: TEST_NOW + 31 * DAY, billing_reason: "subscription_cycle" },
    });
    sandbox.clock.advance(2 * DAY);
    expect(await read(id)).toMatchObject({
      latest_invoice: { status: "paid", status_transitions: { paid_at: TEST_NOW + 31 * DAY + HOUR } },
    });
    expect(await listEvents(TEST_NOW + 1)).toEqual([
      "invoice.upcoming 24",
      "invoice.created 31",
      "customer.subscription.updated 31",
      ...[
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
      ].map((type) => `${type} ${31 + HOUR / DAY}`),
    ]);
  });

  it("it renews as often as it is due, on the day of its anchor", async () => {
    const { sandbox, subscribe, read } = await start();
    const paid: number[] = [];
    sandbox.onEvent(({ type, created }) => {
      if (type === "invoice.paid") paid.push(Math.floor((created - TEST_NOW) / DAY));
    });
    const id = subscribe();
    sandbox.clock.advance(120 * DAY);
    expect((await read(id)).items.data).toMatchObject([{ current_period_start: TEST_NOW + 120 * DAY }]);
    expect(paid).toEqual([0, 31, 59, 90]);
  });

  it("a trial ends with a payment, after a notice three days before", async () => {
    const { sandbox, subscribe, read, listEvents } = await start();
    const id = subscribe({ trial_period_days: 14 });
    sandbox.clock.advance(14 * DAY + 2 * HOUR);
    expect(await read(id)).toMatchObject({
      status: "active",
      items: {
        data: [{ current_period_start: TEST_NOW + 14 * DAY, current_period_end: TEST_NOW + 45 * DAY }],
      },
      latest_invoice: { status: "paid", total: 2_000 },
    });
    expect((await listEvents(TEST_NOW + DAY)).slice(0, 2)).toEqual([
      "invoice.upcoming 7",
      "customer.subscription.trial_will_end 11",
    ]);
  });

  it.each([
    ["pause", { status: "paused" }],
    ["cancel", { status: "canceled", ended_at: TEST_NOW + 14 * DAY }],
    ["create_invoice", { status: "past_due", latest_invoice: { status: "open" } }],
  ] as const)(
    "a trial that nothing can pay ends as trial_settings say: %s",
    async (missing_payment_method, expected) => {
      const { sandbox, subscribe, read } = await start({ card: null });
      const id = subscribe({ trial_period_days: 14, missing_payment_method });
      sandbox.clock.advance(14 * DAY + 2 * HOUR);
      expect(await read(id)).toMatchObject(expected);
    },
  );

  it("a scheduled cancellation happens when it is due", async () => {
    const { sandbox, stripe, subscribe, read } = await start();
    const [atEnd, atTime] = [subscribe(), subscribe()];
    await stripe.subscriptions.update(atEnd, { cancel_at_period_end: true });
    await stripe.subscriptions.update(atTime, { cancel_at: TEST_NOW + 5 * DAY });
    sandbox.clock.advance(5 * DAY);
    expect([(await read(atEnd)).status, (await read(atTime)).status]).toEqual(["active", "canceled"]);
    sandbox.clock.advance(26 * DAY);
    expect(await read(atEnd)).toMatchObject({ status: "canceled", ended_at: TEST_NOW + 31 * DAY });
  });

  it("an incomplete subscription expires after 23 hours, and its invoice is void", async () => {
    const { sandbox, subscribe, read } = await start({ card: null });
    const id = subscribe({ payment_behavior: "default_incomplete" });
    sandbox.clock.advance(22 * HOUR);
    expect(await read(id)).toMatchObject({ status: "incomplete" });
    sandbox.clock.advance(HOUR);
    expect(await read(id)).toMatchObject({
      status: "incomplete_expired",
      latest_invoice: { status: "void" },
    });
  });

  it("a payment that fails is tried again after 3, 5 and 7 days, and then the subscription ends", async () => {
    const { sandbox, customer, subscribe, read } = await start();
    const id = subscribe();
    addCard(sandbox, customer, "4000000000000341");
    sandbox.clock.advance(31 * DAY + HOUR);
    const failed = TEST_NOW + 31 * DAY + HOUR;
    expect(await read(id)).toMatchObject({
      status: "past_due",
      latest_invoice: { status: "open", attempt_count: 1, next_payment_attempt: failed + 3 * DAY },
    });
    sandbox.clock.advance(8 * DAY);
    expect(await read(id)).toMatchObject({ status: "past_due", latest_invoice: { attempt_count: 3 } });
    sandbox.clock.advance(7 * DAY);
    expect(await read(id)).toMatchObject({
      status: "canceled",
      ended_at: failed + 15 * DAY,
      cancellation_details: { reason: "payment_failed" },
      latest_invoice: { status: "open", next_payment_attempt: null },
    });
  });

  it.each(["unpaid", "past_due"] as const)("or stays %s, as the account is set", async (afterRetries) => {
    const { sandbox, customer, subscribe, read } = await start();
    sandbox.account.dunning.afterRetries = afterRetries;
    const id = subscribe();
    addCard(sandbox, customer, "4000000000000341");
    sandbox.clock.advance(47 * DAY);
    expect(await read(id)).toMatchObject({ status: afterRetries });
  });

  it("a later card pays what is past due at the next try", async () => {
    const { sandbox, customer, subscribe, read } = await start();
    const id = subscribe();
    addCard(sandbox, customer, "4000000000000341");
    sandbox.clock.advance(32 * DAY);
    addCard(sandbox, customer);
    sandbox.clock.advance(3 * DAY);
    expect(await read(id)).toMatchObject({
      status: "active",
      latest_invoice: { status: "paid", attempt_count: 2 },
    });
  });

  it("an invoice that was sent and not paid in time makes the subscription past due", async () => {
    const { sandbox, subscribe, read, listEvents } = await start({ card: null });
    const id = subscribe({ collection_method: "send_invoice", days_until_due: 10 });
    sandbox.clock.advance(2 * HOUR);
    expect(await read(id)).toMatchObject({ status: "active", latest_invoice: { status: "open" } });
    sandbox.clock.advance(10 * DAY);
    expect(await read(id)).toMatchObject({ status: "past_due" });
    expect(await listEvents(TEST_NOW + DAY)).toContain(`invoice.overdue ${10 + HOUR / DAY}`);
  });

  it("collection that is paused until a time goes on then", async () => {
    const { sandbox, stripe, subscribe, read } = await start();
    const id = subscribe();
    await stripe.subscriptions.update(id, {
      pause_collection: { behavior: "keep_as_draft", resumes_at: TEST_NOW + 40 * DAY },
    });
    sandbox.clock.advance(35 * DAY);
    expect(await read(id)).toMatchObject({
      status: "active",
      latest_invoice: { status: "draft", auto_advance: false },
    });
    sandbox.clock.advance(5 * DAY);
    expect(await read(id)).toMatchObject({ pause_collection: null });
  });

  it("an open checkout session expires with its event, without being read", async () => {
    const { sandbox, starter, listEvents } = await start();
    sandbox.checkoutSessions.create({ line_items: [{ price: starter }] });
    sandbox.clock.advance(2 * DAY);
    expect(await listEvents(TEST_NOW + 1)).toEqual(["checkout.session.expired 1"]);
  });

  it("metered items are billed for what was used", async () => {
    const { sandbox, subscribe, read } = await start();
    const product = sandbox.products.create({ name: "Calls" }).id;
    const recurring = { interval: "month", usage_type: "metered" } as const;
    const price = sandbox.prices.create({
      product,
      currency: "usd",
      unit_amount_decimal: "0.5",
      recurring,
    }).id;
    const id = subscribe({ items: [{ price }] });
    const [item] = (await read(id)).items.data;
    sandbox.account.renewals.reportUsage(id, item?.id ?? "", 301);
    sandbox.clock.advance(32 * DAY);
    expect(await read(id)).toMatchObject({ latest_invoice: { total: 151, status: "paid" } });
  });
});

describe("what was imported", () => {
  it("renews by means that the sandbox was not told of", async () => {
    const { sandbox, customer, starter, read } = await start({ card: null });
    const { id } = sandbox.subscriptions.create({ customer, items: [{ price: starter }] });
    sandbox.clock.advance(32 * DAY);
    expect(await read(id)).toMatchObject({ status: "active", latest_invoice: { status: "paid" } });
  });

  it("stays as it is when its time was over already", async () => {
    const { sandbox, customer, starter, read } = await start();
    const made = sandbox.subscriptions.create({
      customer,
      items: [{ price: starter }],
      current_period_start: TEST_NOW - 60 * DAY,
      current_period_end: TEST_NOW - 30 * DAY,
    });
    sandbox.clock.advance(DAY);
    expect((await read(made.id)).items.data).toMatchObject([{ current_period_end: TEST_NOW - 30 * DAY }]);
  });

  it("hundreds of them renew in their order, each once", async () => {
    const { sandbox, army } = await start({ card: null });
    const count = 500;
    sandbox.bulk(() => {
      for (let n = 0; n < count; n += 1) {
        const customer = sandbox.customers.create().id;
        sandbox.subscriptions.create({ customer, items: [{ price: army }], created: TEST_NOW - n * 60 });
      }
    });
    const seen: number[] = [];
    sandbox.onEvent(({ type, created }) => {
      if (type === "customer.subscription.updated") seen.push(created);
    });
    sandbox.clock.advance(366 * DAY);
    expect(seen).toHaveLength(count);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
