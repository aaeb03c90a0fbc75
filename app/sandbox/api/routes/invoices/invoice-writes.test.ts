import { expect, it } from "vitest";
import { addCard, addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  const made = await stripe.subscriptions.create({
    customer,
    items: [{ price: starter }],
    payment_behavior: "default_incomplete",
  });
  return { ...parts, customer, id: made.id, invoice: String(made.latest_invoice) };
}

it("an open invoice is paid with the customer's card, and its subscription becomes active", async () => {
  const { sandbox, stripe, customer, id, invoice } = await start();
  expect(await catchStripeError(stripe.invoices.pay(invoice))).toMatchObject({ statusCode: 400 });
  addCard(sandbox, customer, "4000000000000002");
  expect(await catchStripeError(stripe.invoices.pay(invoice))).toMatchObject({
    statusCode: 402,
    code: "card_declined",
    decline_code: "generic_decline",
  });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "incomplete" });
  addCard(sandbox, customer);
  expect(await stripe.invoices.pay(invoice)).toMatchObject({ status: "paid", attempt_count: 2 });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
  expect(await catchStripeError(stripe.invoices.pay(invoice))).toMatchObject({
    message: "Invoice is already paid",
  });
});

it("an invoice that is paid by other means has no charge", async () => {
  const { stripe, id, invoice } = await start();
  await stripe.invoices.pay(invoice, { paid_out_of_band: true });
  expect(await stripe.invoices.retrieve(invoice, { expand: ["payments"] })).toMatchObject({
    status: "paid",
    payments: { data: [{ status: "canceled" }] },
  });
  expect((await stripe.charges.list()).data).toEqual([]);
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
});

it("an open invoice can be void or uncollectible, and a void one cannot be paid", async () => {
  const first = await start();
  expect(await first.stripe.invoices.markUncollectible(first.invoice)).toMatchObject({
    status: "uncollectible",
  });
  expect(await first.stripe.invoices.voidInvoice(first.invoice)).toMatchObject({ status: "void" });
  expect(await catchStripeError(first.stripe.invoices.pay(first.invoice))).toMatchObject({ statusCode: 400 });
});
