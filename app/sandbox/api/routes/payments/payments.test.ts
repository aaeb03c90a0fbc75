import { describe, expect, it } from "vitest";
import { addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { sandbox } = parts;
  const { starter } = addCatalogue(sandbox);
  const subscribe = (email: string) => {
    const customer = sandbox.customers.create({ email }).id;
    return { customer, id: sandbox.subscriptions.create({ customer, items: [{ price: starter }] }).id };
  };
  return { ...parts, starter, subscribe };
}

describe("invoices", () => {
  it("are listed newest first, by customer, subscription and status, with their lines and payment", async () => {
    const { stripe, subscribe, sandbox } = await start();
    const ann = subscribe("ann@example.com");
    const bob = subscribe("bob@example.com");
    sandbox.lifecycle.reachPeriodEnd(ann.id);
    const all = await stripe.invoices.list();
    expect(all.data).toHaveLength(3);
    const own = await stripe.invoices.list({ customer: ann.customer, expand: ["data.payments"] });
    expect(own.data.map(({ billing_reason }) => billing_reason)).toEqual([
      "subscription_cycle",
      "subscription_create",
    ]);
    expect(own.data[0]?.payments?.data[0]).toMatchObject({ status: "paid", amount_paid: 2_000 });
    expect((await stripe.invoices.list({ subscription: bob.id, status: "paid" })).data).toHaveLength(1);
    expect((await stripe.invoices.list({ subscription: bob.id, status: "open" })).data).toEqual([]);
    const [first] = own.data;
    const lines = await stripe.invoices.listLineItems(first?.id ?? "");
    expect(lines.data).toMatchObject([{ object: "line_item", amount: 2_000, quantity: 1 }]);
    const payments = await stripe.invoicePayments.list({ invoice: first?.id });
    expect(payments.data).toMatchObject([{ invoice: first?.id, status: "paid" }]);
    expect(await stripe.invoicePayments.retrieve(payments.data[0]?.id ?? "")).toMatchObject({
      invoice: first?.id,
    });
    expect(await catchStripeError(stripe.invoices.list({ customer: "cus_none" }))).toMatchObject({
      code: "resource_missing",
      statusCode: 400,
    });
  });

  it("of a bulk import are listed with their charges, too", async () => {
    const { stripe, subscribe, sandbox } = await start();
    sandbox.bulk(() => ["a", "b", "c"].map((name) => subscribe(`${name}@example.com`)));
    expect((await stripe.charges.list({ limit: 2 })).has_more).toBe(true);
    expect((await stripe.invoices.list()).data).toHaveLength(3);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(3);
  });
});

describe("refunds and disputes", () => {
  it("are made and listed by charge and payment", async () => {
    const { stripe, subscribe, sandbox } = await start();
    const { customer } = subscribe("ann@example.com");
    const [charge] = (await stripe.charges.list({ customer })).data;
    const id = charge?.id ?? "";
    const intent = String(charge?.payment_intent);
    const refund = await stripe.refunds.create({ payment_intent: intent, amount: 500 });
    expect(refund).toMatchObject({ object: "refund", charge: id, amount: 500, status: "succeeded" });
    expect(await stripe.charges.retrieve(id)).toMatchObject({ amount_refunded: 500, refunded: false });
    expect(await catchStripeError(stripe.refunds.create({ charge: id, amount: 1_501 }))).toMatchObject({
      message: "Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)",
    });
    await stripe.refunds.create({ charge: id });
    expect(await catchStripeError(stripe.refunds.create({ charge: id }))).toMatchObject({
      code: "charge_already_refunded",
      message: `Charge ${id} has already been refunded.`,
    });
    expect((await stripe.refunds.list({ charge: id })).data).toHaveLength(2);
    expect((await stripe.refunds.list({ payment_intent: intent, limit: 1 })).has_more).toBe(true);
    const dispute = sandbox.disputes.open({ charge: id }).id;
    expect((await stripe.disputes.list({ charge: id })).data).toMatchObject([{ id: dispute }]);
    expect(await stripe.disputes.close(dispute)).toMatchObject({ status: "lost" });
    expect((await catchStripeError(stripe.disputes.close(dispute))).message).toContain("already closed");
  });
});

describe("payment methods", () => {
  it("are attached by the name of a test card, listed and detached", async () => {
    const { stripe, sandbox } = await start();
    const customer = sandbox.customers.create().id;
    const method = await stripe.paymentMethods.attach("pm_card_mastercard", { customer });
    expect(method).toMatchObject({ customer, type: "card", card: { brand: "mastercard", last4: "4444" } });
    expect((await stripe.paymentMethods.list({ customer })).data).toMatchObject([{ id: method.id }]);
    expect((await stripe.customers.listPaymentMethods(customer, { type: "card" })).data).toHaveLength(1);
    expect((await stripe.customers.listPaymentMethods(customer, { type: "paypal" })).data).toEqual([]);
    expect((await stripe.paymentMethods.list()).data).toEqual([]);
    expect((await catchStripeError(stripe.paymentMethods.attach(method.id, { customer }))).message).toContain(
      "already been attached",
    );
    expect((await stripe.paymentMethods.detach(method.id)).customer).toBeNull();
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
  });

  it("that the bank declines cannot be attached", async () => {
    const { stripe, sandbox } = await start();
    const customer = sandbox.customers.create().id;
    expect(
      await catchStripeError(stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer })),
    ).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
      decline_code: "generic_decline",
    });
  });
});

it("plans are the recurring prices", async () => {
  const { stripe, starter } = await start();
  const { data } = await stripe.plans.list({ active: true });
  expect(data).toHaveLength(2);
  expect(await stripe.plans.retrieve(starter)).toMatchObject({ id: starter, object: "plan", amount: 2_000 });
  expect(await catchStripeError(stripe.plans.retrieve("plan_none"))).toMatchObject({
    code: "resource_missing",
  });
});

it("what cannot exist is an empty list, and a 404 by its id", async () => {
  const { stripe, sandbox } = await start();
  const customer = sandbox.customers.create().id;
  expect(await stripe.subscriptionSchedules.list({ customer })).toMatchObject({ data: [], has_more: false });
  expect((await stripe.coupons.list()).data).toEqual([]);
  expect((await stripe.promotionCodes.list({ code: "SAVE" })).data).toEqual([]);
  expect((await stripe.setupIntents.list()).data).toEqual([]);
  expect((await stripe.taxIds.list()).data).toEqual([]);
  expect((await stripe.creditNotes.list()).data).toEqual([]);
  expect((await stripe.radar.earlyFraudWarnings.list()).data).toEqual([]);
  expect((await stripe.entitlements.features.list()).data).toEqual([]);
  expect((await stripe.entitlements.activeEntitlements.list({ customer })).data).toEqual([]);
  expect((await stripe.customers.listTaxIds(customer)).data).toEqual([]);
  expect(await catchStripeError(stripe.coupons.retrieve("SAVE"))).toMatchObject({
    statusCode: 404,
    code: "resource_missing",
    message: "No such coupon: 'SAVE'",
  });
  expect(await catchStripeError(stripe.coupons.create({ percent_off: 10 }))).toMatchObject({
    statusCode: 501,
    message: "The sandbox does not serve POST /v1/coupons.",
  });
  expect(await catchStripeError(stripe.subscriptionSchedules.list({ customer: "cus_none" }))).toMatchObject({
    code: "resource_missing",
  });
});
