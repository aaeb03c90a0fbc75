import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { addCard, addCatalogue, GOOD_CARD, sendForm, startSandbox } from "~/sandbox/testing/sandbox";

const resources = join(dirname(createRequire(import.meta.url).resolve("stripe")), "../esm/resources");

/** The names of the members that the SDK's first interface of this name requires. */
function requiredKeys(file: string, name: string): string[] {
  const path = join(resources, file);
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: ts.InterfaceDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return (found[0]?.members ?? []).flatMap((member) =>
    ts.isPropertySignature(member) && !member.questionToken && member.name ? [member.name.getText()] : [],
  );
}

async function everyObject() {
  const { sandbox, stripe } = await startSandbox();
  const { army } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "a@example.com" });
  const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
  const session = sandbox.checkoutSessions.create({ subscription: id, line_items: [{ price: army }] });
  const charge = sandbox.payments.findCharge(id) ?? "";
  const refund = sandbox.refunds.create({ charge, amount: 1 });
  const dispute = sandbox.disputes.open({ charge });
  addCard(sandbox, customer.id);
  const subscription = await stripe.subscriptions.retrieve(id, {
    expand: ["latest_invoice.payments", "latest_invoice.payments.data.payment"],
  });
  const invoice = typeof subscription.latest_invoice === "string" ? null : subscription.latest_invoice;
  const paid = await stripe.charges.retrieve(charge);
  const [item] = subscription.items.data;
  const events = await stripe.events.list();
  return {
    Customer: await stripe.customers.retrieve(customer.id),
    Subscription: subscription,
    SubscriptionItem: item,
    Plan: item?.plan,
    Price: await stripe.prices.retrieve(army),
    Product: (await stripe.products.list()).data[0],
    Invoice: invoice,
    InvoiceLineItem: invoice?.lines.data[0],
    InvoicePayment: invoice?.payments?.data[0],
    Charge: paid,
    PaymentIntent: await stripe.paymentIntents.retrieve(String(paid.payment_intent)),
    PaymentMethod: (await stripe.customers.listPaymentMethods(customer.id)).data[0],
    Refund: await stripe.refunds.retrieve(refund.id),
    Dispute: await stripe.disputes.retrieve(dispute.id),
    TestClock: await stripe.testHelpers.testClocks.create({ frozen_time: 1_767_225_600 }),
    Session: await stripe.checkout.sessions.retrieve(session.id),
    PortalSession: await stripe.billingPortal.sessions.create({ customer: customer.id }),
    WebhookEndpoint: await stripe.webhookEndpoints.create({
      url: "http://127.0.0.1:9/",
      enabled_events: ["*"],
    }),
    Account: await stripe.accounts.retrieve(null),
    EventBase: events.data[0],
  };
}

describe("every object has every key that the SDK's types require", () => {
  it.each([
    ["Customer", "Customers.d.ts"],
    ["Subscription", "Subscriptions.d.ts"],
    ["SubscriptionItem", "SubscriptionItems.d.ts"],
    ["Plan", "Plans.d.ts"],
    ["Price", "Prices.d.ts"],
    ["Product", "Products.d.ts"],
    ["Invoice", "Invoices.d.ts"],
    ["InvoiceLineItem", "InvoiceLineItems.d.ts"],
    ["InvoicePayment", "InvoicePayments.d.ts"],
    ["Charge", "Charges.d.ts"],
    ["PaymentIntent", "PaymentIntents.d.ts"],
    ["PaymentMethod", "PaymentMethods.d.ts"],
    ["Refund", "Refunds.d.ts"],
    ["Dispute", "Disputes.d.ts"],
    ["TestClock", "TestHelpers/TestClocks.d.ts"],
    ["Session", "Checkout/Sessions.d.ts"],
    ["PortalSession", "BillingPortal/Sessions.d.ts", "Session"],
    ["WebhookEndpoint", "WebhookEndpoints.d.ts"],
    ["Account", "Accounts.d.ts"],
    ["EventBase", "Events.d.ts"],
  ] as const)("%s", async (name, file, type: string = name) => {
    const required = requiredKeys(file, type);
    expect(required.length).toBeGreaterThan(5);
    const object = (await everyObject())[name];
    expect(required.filter((key) => !Object.hasOwn(Object(object), key))).toEqual([]);
  });

  it("a paid Session of the payment page, and its customer_details", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "subscription",
      line_items: [{ price: army, quantity: 1 }],
      success_url: "http://127.0.0.1:9/",
    });
    await sendForm(url ?? "", GOOD_CARD);
    const session = await stripe.checkout.sessions.retrieve(id);
    const required = requiredKeys("Checkout/Sessions.d.ts", "Session");
    expect(required.filter((key) => !Object.hasOwn(session, key))).toEqual([]);
    const details = requiredKeys("Checkout/Sessions.d.ts", "CustomerDetails");
    expect(details.length).toBeGreaterThan(5);
    expect(details.filter((key) => !Object.hasOwn(Object(session.customer_details), key))).toEqual([]);
  });

  it.each([
    ["automatic_tax", "AutomaticTax"],
    ["billing_mode", "BillingMode"],
    ["cancellation_details", "CancellationDetails"],
    ["invoice_settings", "InvoiceSettings"],
    ["payment_settings", "PaymentSettings"],
    ["trial_settings", "TrialSettings"],
  ] as const)("Subscription.%s", async (field, name) => {
    const nested = (await everyObject()).Subscription[field];
    const required = requiredKeys("Subscriptions.d.ts", name);
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((key) => !Object.hasOwn(Object(nested), key))).toEqual([]);
  });
});
