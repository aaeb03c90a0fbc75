import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";
import type { SandboxOptions } from "../../sandbox";

const ACACIA = "2025-02-24.acacia";
const MONTH_LATER = TEST_NOW + 31 * 86_400;

async function start(options: SandboxOptions = {}) {
  const parts = await startSandbox(options);
  const { sandbox, listening } = parts;
  const { starter } = addCatalogue(sandbox);
  const customer = sandbox.customers.create({ email: "ann@example.com" }).id;
  const subscription = sandbox.subscriptions.create({
    customer,
    items: [{ price: starter }],
    metadata: { userId: "u1" },
  }).id;
  const get = async (path: string, version?: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${listening.url}${path}`, {
      headers: {
        Authorization: "Bearer sk_test_sandbox",
        ...(version === undefined ? {} : { "Stripe-Version": version }),
        ...headers,
      },
    });
    return {
      status: response.status,
      version: response.headers.get("stripe-version"),
      body: await response.json(),
    };
  };
  return { ...parts, starter, customer, subscription, get };
}

describe("an older API version", () => {
  it("has the period on the subscription and not on its items", async () => {
    const { get, subscription } = await start();
    const older = await get(`/v1/subscriptions/${subscription}`, ACACIA);
    expect(older.version).toBe(ACACIA);
    expect(older.body).toMatchObject({
      current_period_start: TEST_NOW,
      current_period_end: MONTH_LATER,
      discount: null,
    });
    expect(older.body.items.data[0]).not.toHaveProperty("current_period_end");
    expect(older.body.items.data[0].price.recurring).toMatchObject({ aggregate_usage: null });
    const newer = await get(`/v1/subscriptions/${subscription}`, "2025-03-31.basil");
    expect(newer.body).not.toHaveProperty("current_period_end");
    expect(newer.body.items.data[0].current_period_end).toBe(MONTH_LATER);
    const listed = await get("/v1/subscriptions", ACACIA);
    expect(listed.body.data[0].current_period_end).toBe(MONTH_LATER);
  });

  it("says on the invoice whose it is and how it was paid", async () => {
    const { get, subscription, starter } = await start();
    const { body } = await get(`/v1/subscriptions/${subscription}?expand[]=latest_invoice`, ACACIA);
    expect(body.latest_invoice).toMatchObject({
      object: "invoice",
      subscription,
      subscription_details: { metadata: { userId: "u1" } },
      paid: true,
      paid_out_of_band: false,
      payment_intent: expect.stringMatching(/^pi_/),
      charge: expect.stringMatching(/^ch_/),
      tax: null,
      total_tax_amounts: [],
    });
    expect(body.latest_invoice).not.toHaveProperty("parent");
    expect(body.latest_invoice.lines.data[0]).toMatchObject({
      type: "subscription",
      proration: false,
      subscription,
      subscription_item: body.items.data[0].id,
      price: { id: starter, object: "price", unit_amount: 2_000 },
      plan: { id: starter, object: "plan", amount: 2_000 },
    });
    expect(body.latest_invoice.lines.data[0]).not.toHaveProperty("pricing");
  });

  it("expands what only it can expand", async () => {
    const { get, subscription, customer } = await start();
    const path = `/v1/subscriptions/${subscription}?expand[]=latest_invoice.payment_intent`;
    const older = await get(path, ACACIA);
    const intent = older.body.latest_invoice.payment_intent;
    expect(intent).toMatchObject({
      object: "payment_intent",
      status: "succeeded",
      invoice: older.body.latest_invoice.id,
    });
    const deep = await get(
      "/v1/invoices?expand[]=data.charge&expand[]=data.customer&expand[]=data.subscription",
      ACACIA,
    );
    expect(deep.body.data[0]).toMatchObject({
      charge: { object: "charge", invoice: older.body.latest_invoice.id },
      customer: { id: customer },
      subscription: { id: subscription, current_period_end: MONTH_LATER },
    });
    const current = await get(path);
    expect(current.status).toBe(400);
    expect(current.body.error.message).toContain("This property cannot be expanded (payment_intent)");
  });

  it("has the older words for how a payment page is shown", async () => {
    const { get, sandbox } = await start();
    const { id } = sandbox.checkoutSessions.create({ hosted: true });
    expect((await get(`/v1/checkout/sessions/${id}`)).body.ui_mode).toBe("hosted_page");
    expect((await get(`/v1/checkout/sessions/${id}`, "2026-02-25.clover")).body.ui_mode).toBe("hosted");
  });

  it.each([
    ["1999-01-01", 400, "Invalid Stripe API version: 1999-01-01"],
    ["2025-09-30.acacia", 400, "Invalid Stripe API version: 2025-09-30.acacia"],
    [
      "2020-08-27",
      501,
      "The sandbox does not serve the API version 2020-08-27; the oldest that it serves is 2024-04-10.",
    ],
  ])("%s is answered with %i: %s", async (version, status, message) => {
    const { get } = await start();
    const answer = await get("/v1/customers", version);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toBe(message);
  });

  it("refuses by name what only it has", async () => {
    const { get } = await start();
    expect((await get("/v1/invoices/upcoming?customer=cus_1", ACACIA)).body.error).toMatchObject({
      code: "sandbox_unsupported",
      message: "The sandbox does not serve GET /v1/invoices/upcoming.",
    });
    expect((await get("/v1/subscriptions?coupon=a", ACACIA)).body.error.message).toBe(
      `The sandbox does not serve coupon of the API version ${ACACIA}.`,
    );
    expect((await get("/v1/subscriptions?coupon=a")).body.error.message).toBe(
      "Received unknown parameter: coupon",
    );
  });

  it("can be the account's own: then requests without a version and events have it", async () => {
    const { get, subscription } = await start({ apiVersion: ACACIA });
    expect((await get(`/v1/subscriptions/${subscription}`)).body.current_period_end).toBe(MONTH_LATER);
    const events = await get("/v1/events?type=customer.subscription.created", "2026-10-28.endive");
    expect(events.body.data[0]).toMatchObject({
      api_version: ACACIA,
      data: { object: { id: subscription, current_period_end: MONTH_LATER } },
    });
  });
});

it("a webhook endpoint gets its events in its own API version, with previous_attributes", async () => {
  interface Received {
    type: string;
    api_version: string;
    data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  }
  const received: Record<string, Received[]> = { "/older": [], "/newer": [] };
  const server = createServer(async (request, response) => {
    const event = (await json(request)) as Received;
    received[request.url ?? ""]?.push(event);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const types = ["customer.subscription.updated", "invoice.paid"];
  const { sandbox, subscription } = await start({
    webhooks: [
      { url: `${origin}/older`, secret: "whsec_a", types, apiVersion: ACACIA },
      { url: `${origin}/newer`, secret: "whsec_b", types },
    ],
  });
  sandbox.lifecycle.reachPeriodEnd(subscription);
  await sandbox.webhooks.waitUntilIdle();
  const find = (path: string, type: string) => received[path]?.findLast((event) => event.type === type);
  expect(find("/older", "customer.subscription.updated")).toMatchObject({
    api_version: ACACIA,
    data: {
      object: { current_period_start: MONTH_LATER },
      previous_attributes: { current_period_start: TEST_NOW, current_period_end: MONTH_LATER },
    },
  });
  expect(find("/older", "invoice.paid")?.data.object).toMatchObject({ subscription, paid: true });
  expect(find("/newer", "customer.subscription.updated")?.data.object).not.toHaveProperty(
    "current_period_start",
  );
  expect(find("/newer", "invoice.paid")?.data.object).toMatchObject({
    parent: { subscription_details: { subscription } },
  });
});

it("another account's objects are refused, the own account may be named", async () => {
  const { get, sandbox } = await start();
  const other = await get("/v1/customers", undefined, { "Stripe-Account": "acct_other" });
  expect(other.status).toBe(403);
  expect(other.body.error).toMatchObject({
    code: "account_invalid",
    message: expect.stringContaining("does not have access to account 'acct_other'"),
  });
  expect((await get("/v1/customers", undefined, { "Stripe-Account": sandbox.accountId })).status).toBe(200);
});
