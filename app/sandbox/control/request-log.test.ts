import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";

describe("the request log", () => {
  it("contains requests and status codes, but never the key", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { id } = sandbox.customers.create();
    await stripe.customers.retrieve(id);
    await stripe.subscriptions.list({ customer: id, status: "all" });
    expect(sandbox.requests.list()).toMatchObject([
      { method: "GET", path: `/v1/customers/${id}`, endpoint: "GET /v1/customers/:id", status: 200 },
      { endpoint: "GET /v1/subscriptions", query: { customer: id, status: "all" }, keyPrefix: "sk_test" },
    ]);
    expect(JSON.stringify(sandbox.requests.list())).not.toContain("sk_test_sandbox");
  });

  it("counts all requests, including those it no longer holds", async () => {
    const { sandbox, stripe } = await startSandbox({ rememberedRequests: 2 });
    await stripe.products.list();
    await stripe.customers.list();
    await stripe.customers.create({});
    await catchStripeError(stripe.customers.retrieve("cus_none"));
    expect(sandbox.requests.list().map(({ endpoint }) => endpoint)).toEqual([
      "POST /v1/customers",
      "GET /v1/customers/:id",
    ]);
    expect(sandbox.requests.counts()).toMatchObject({
      total: 4,
      inFlight: 0,
      byMethod: { GET: 3, POST: 1 },
      byEndpoint: { "GET /v1/products": 1, "GET /v1/customers": 1 },
      byStatus: { 200: 3, 404: 1 },
    });
    sandbox.requests.clear();
    expect(sandbox.requests.counts()).toMatchObject({ total: 0, byMethod: {} });
  });

  it("counts the most requests in flight", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.control.addFault({ effect: { type: "hang" }, times: 3 });
    const calls = [stripe.products.list(), stripe.products.list(), stripe.products.list()];
    await sandbox.control.held.waitForCount(3);
    expect(sandbox.requests.counts().inFlight).toBe(3);
    sandbox.control.held.release();
    await Promise.all(calls);
    expect(sandbox.requests.counts()).toMatchObject({ inFlight: 0, mostInFlight: 3 });
  });
});
