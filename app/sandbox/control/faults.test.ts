import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

const LIST = { method: "GET", path: "/v1/subscriptions" };

describe("faults over HTTP", () => {
  it("answer 429 with Stripe's header for the next requests to a route", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "error", status: 429 }, match: LIST, times: 2 });
    const error = await catchStripeError(stripe.subscriptions.list());
    expect(error).toMatchObject({ type: "StripeRateLimitError", statusCode: 429, code: "rate_limit" });
    expect(error.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-rate");
    await stripe.customers.list();
    await catchStripeError(stripe.subscriptions.list());
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect(sandbox.control.listFaults()).toEqual([]);
  });

  it("answer 429 for other reasons, and lock_timeout without the header", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "error", status: 429, reason: "global-rate" }, times: 1 });
    sandbox.control.addFault({ effect: { type: "error", status: 429, code: "lock_timeout" } });
    const global = await catchStripeError(stripe.customers.list());
    expect(global.headers?.["stripe-rate-limited-reason"]).toBe("global-rate");
    const locked = await catchStripeError(stripe.customers.list());
    expect(locked).toMatchObject({ statusCode: 429, code: "lock_timeout" });
    expect(locked.headers).not.toHaveProperty("stripe-rate-limited-reason");
  });

  it("answer 5xx with and without Stripe-Should-Retry", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "error", status: 500, shouldRetry: false }, times: 1 });
    sandbox.control.addFault({ effect: { type: "error", status: 503 }, times: 1 });
    const first = await catchStripeError(stripe.customers.list());
    expect(first).toMatchObject({ type: "StripeAPIError", statusCode: 500 });
    expect(first.headers?.["stripe-should-retry"]).toBe("false");
    const second = await catchStripeError(stripe.customers.list());
    expect(second.statusCode).toBe(503);
    expect(second.headers).not.toHaveProperty("stripe-should-retry");
  });

  it("reset the connection, which the SDK always retries once", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "reset" }, times: 2 });
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ type: "StripeConnectionError" });
    expect(sandbox.requests.list().map(({ status }) => status)).toEqual([null, null]);
    expect((await stripe.customers.list()).data).toEqual([]);
  });

  it.each([
    { type: "reset" as const, afterBytes: 10 },
    { type: "cut" as const },
    { type: "cut" as const, afterBytes: 1 },
  ])("break the connection: $type after $afterBytes bytes", async (effect) => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect, times: 1 });
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ type: "StripeConnectionError" });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect(sandbox.requests.list().map(({ status }) => status)).toEqual([null, 200]);
  });

  it("answer a body that is not JSON", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "malformed" } });
    const error = await catchStripeError(stripe.customers.list());
    expect(error.message).toContain("Invalid JSON received from the Stripe API");
  });

  it("answer as for a wrong key, and 403 with the account id", async () => {
    const { sandbox, stripe } = await startSandbox({ accountId: "acct_1Hidden" });
    sandbox.control.addFault({ effect: { type: "invalid_key" }, times: 1 });
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ statusCode: 401 });
    sandbox.control.addFault({ effect: { type: "forbidden" }, match: { path: "/v1/account" } });
    expect(await catchStripeError(stripe.accounts.retrieve(null))).toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("acct_1Hidden"),
    });
  });

  it("apply only to the given customer", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ann = sandbox.customers.create();
    const bob = sandbox.customers.create();
    sandbox.control.addFault({
      effect: { type: "error", status: 500 },
      match: { ...LIST, query: { customer: ann.id } },
    });
    sandbox.control.addFault({
      effect: { type: "error", status: 502 },
      match: { path: `/v1/customers/${ann.id}` },
    });
    expect(await catchStripeError(stripe.subscriptions.list({ customer: ann.id }))).toMatchObject({
      statusCode: 500,
    });
    expect(await catchStripeError(stripe.customers.retrieve(ann.id))).toMatchObject({ statusCode: 502 });
    await stripe.subscriptions.list({ customer: bob.id });
    await stripe.customers.retrieve(bob.id);
  });

  it("apply only from the third request", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "error", status: 500 }, match: LIST, skip: 2, times: 1 });
    await stripe.subscriptions.list();
    await stripe.subscriptions.list();
    expect(await catchStripeError(stripe.subscriptions.list())).toMatchObject({ statusCode: 500 });
    await stripe.subscriptions.list();
  });

  it("apply until one or all are cleared", async () => {
    const { sandbox, stripe } = await startSandbox();
    const id = sandbox.control.addFault({ effect: { type: "error", status: 500 } });
    sandbox.control.addFault({ effect: { type: "error", status: 502 } });
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ statusCode: 500 });
    sandbox.control.clearFaults(id);
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ statusCode: 502 });
    sandbox.control.clearFaults();
    await stripe.customers.list();
  });
});

describe("slow responses", () => {
  it("a hanging request shows the state at its release", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "hang" }, times: 1 });
    const call = stripe.customers.list();
    await sandbox.control.held.waitForCount(1);
    sandbox.customers.create();
    sandbox.control.held.release();
    expect((await call).data).toHaveLength(1);
  });

  it("a hanging request can show the state at its arrival", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "hang", reads: "first" }, times: 1 });
    const call = stripe.customers.list();
    await sandbox.control.held.waitForCount(1);
    sandbox.customers.create();
    sandbox.control.held.release();
    expect((await call).data).toEqual([]);
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  it("a hanging request ends when the sandbox closes", async () => {
    const { sandbox, stripe, listening } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "hang" } });
    const call = catchStripeError(stripe.customers.list());
    await sandbox.control.held.waitForCount(1);
    await listening.close();
    expect(await call).toMatchObject({ type: "StripeConnectionError" });
  });

  it("latency delays each response and adds to the latency of a route", async () => {
    const { sandbox, stripe } = await startSandbox({ latency: 30 });
    sandbox.control.addFault({ effect: { type: "latency", ms: [30, 40] }, match: { path: "/v1/customers" } });
    await stripe.products.list();
    await stripe.customers.list();
    const [plain, slow] = sandbox.requests.list();
    expect(plain?.took).toBeGreaterThanOrEqual(28);
    expect(slow?.took).toBeGreaterThanOrEqual(58);
  });
});
