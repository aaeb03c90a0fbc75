import { expect, it } from "vitest";
import { addCatalogue, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  const { id } = sandbox.subscriptions.create({ customer, items: [{ price: starter }] });
  const charge = sandbox.payments.findCharge(id) ?? "";
  const types = async () =>
    (await stripe.events.list({ limit: 100 })).data
      .map(({ type }) => type)
      .filter((type) => /^(charge|refund)/.test(type))
      .reverse();
  const lastObject = async (type: string) =>
    (await stripe.events.list({ type, limit: 1 })).data[0]?.data.object;
  return { ...parts, id, charge, types, lastObject };
}

it("a payment can be refunded in parts, and no more than it was", async () => {
  const { sandbox, charge, types, lastObject } = await start();
  sandbox.refunds.create({ charge, amount: 500, reason: "requested_by_customer" });
  expect(await lastObject("charge.refunded")).toMatchObject({
    id: charge,
    amount: 2_000,
    amount_refunded: 500,
    refunded: false,
  });
  expect(await lastObject("refund.created")).toMatchObject({ charge, amount: 500, status: "succeeded" });
  sandbox.refunds.create({ charge });
  expect(await lastObject("charge.refunded")).toMatchObject({ amount_refunded: 2_000, refunded: true });
  expect(() => sandbox.refunds.create({ charge })).toThrow("0 left");
  expect(await types()).toEqual([
    "charge.succeeded",
    "charge.refunded",
    "refund.created",
    "charge.refunded",
    "refund.created",
  ]);
});

it("a refund that fails gives the money back to the account", async () => {
  const { sandbox, charge, lastObject } = await start();
  const { id } = sandbox.refunds.create({ charge });
  sandbox.refunds.fail(id);
  expect(await lastObject("refund.failed")).toMatchObject({ id, status: "failed" });
  expect(await lastObject("charge.updated")).toMatchObject({
    id: charge,
    amount_refunded: 0,
    refunded: false,
  });
});

it("a payment can be disputed once, and the dispute is won or lost", async () => {
  const { sandbox, charge, types, lastObject } = await start();
  const { id } = sandbox.disputes.open({ charge });
  expect(await lastObject("charge.dispute.created")).toMatchObject({
    id,
    charge,
    amount: 2_000,
    status: "needs_response",
  });
  expect(() => sandbox.disputes.open({ charge })).toThrow("disputed already");
  sandbox.disputes.review(id);
  sandbox.disputes.lose(id);
  expect(await lastObject("charge.dispute.closed")).toMatchObject({ id, status: "lost" });
  expect(() => sandbox.disputes.win(id)).toThrow("closed");
  expect(await types()).toEqual([
    "charge.succeeded",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.dispute.updated",
    "charge.dispute.closed",
  ]);
});

it("payments of a bulk import can be refunded, too", async () => {
  const { sandbox } = await start();
  const { starter } = { starter: sandbox.account.store.prices.getId(1) };
  const id = sandbox.bulk(() => {
    const customer = sandbox.customers.create().id;
    return sandbox.subscriptions.create({ customer, items: [{ price: starter }] }).id;
  });
  const charge = sandbox.payments.findCharge(id) ?? "";
  sandbox.refunds.create({ charge });
  expect(sandbox.account.store.charges.find(charge)).toMatchObject({ amountRefunded: 2_000 });
});
