import { describe, expect, it } from "vitest";
import { createClient, startSandbox } from "~/sandbox/testing/sandbox";

async function catchError(
  url: string,
  path: string,
): Promise<{ status: number; error: Record<string, string> }> {
  const response = await fetch(`${url}${path}`, { headers: { Authorization: "Bearer sk_test_sandbox" } });
  const body: { error: Record<string, string> } = await response.json();
  return { status: response.status, error: body.error };
}

describe("parameters", () => {
  it.each([
    ["limit=0", "parameter_invalid_integer", "limit"],
    ["limit=101", "parameter_invalid_integer", "limit"],
    ["limit=abc", "parameter_invalid_integer", "limit"],
    ["limit=1.5", "parameter_invalid_integer", "limit"],
    ["created=soon", "parameter_invalid_integer", "created"],
    ["created[gte]=soon", "parameter_invalid_integer", "created[gte]"],
    ["created[since]=1", "parameter_unknown", "created[since]"],
    ["updated=1", "parameter_unknown", "updated"],
    ["__proto__=1", "parameter_unknown", "__proto__"],
    ["customer=", "parameter_invalid_empty", "customer"],
    ["customer=cus_none", "resource_missing", "customer"],
    ["price=price_none", "resource_missing", "price"],
  ])("rejects %s", async (query, code, param) => {
    const { listening } = await startSandbox();
    const { status, error } = await catchError(listening.url, `/v1/subscriptions?${query}`);
    expect({ status, code: error.code, param: error.param }).toEqual({ status: 400, code, param });
    expect(error).toMatchObject({
      type: "invalid_request_error",
      message: expect.any(String),
      doc_url: expect.stringContaining("https://docs.stripe.com/error-codes#"),
      request_log_url: expect.stringContaining("req_"),
    });
  });

  it("an unknown status is rejected with the list of known ones", async () => {
    const { listening } = await startSandbox();
    const { status, error } = await catchError(listening.url, "/v1/subscriptions?status=dormant");
    expect(status).toBe(400);
    expect(error).toMatchObject({
      param: "status",
      message:
        "Invalid status: must be one of active, all, canceled, ended, incomplete, incomplete_expired, past_due, paused, trialing, or unpaid",
    });
  });

  it("all unknown parameters are named together", async () => {
    const { listening } = await startSandbox();
    const { error } = await catchError(listening.url, "/v1/customers?phone=1&city=2");
    expect(error.message).toBe("Received unknown parameters: phone, city");
  });

  it("retrieve accepts only expand", async () => {
    const { listening, sandbox } = await startSandbox();
    const { id } = sandbox.customers.create();
    const { error } = await catchError(listening.url, `/v1/customers/${id}?limit=1`);
    expect(error.code).toBe("parameter_unknown");
  });
});

describe("keys", () => {
  it("a missing or unknown key gets 401", async () => {
    const { listening } = await startSandbox();
    const bare = await fetch(`${listening.url}/v1/customers`);
    expect(bare.status).toBe(401);
    const call = createClient(listening, "sk_test_somebodyelse").customers.list();
    await expect(call).rejects.toMatchObject({
      statusCode: 401,
      type: "StripeAuthenticationError",
      message: "Invalid API Key provided: sk_test_********else",
    });
  });

  it("restricted keys read everything except the account, and the error names the account", async () => {
    const { listening } = await startSandbox({
      restrictedKeys: ["rk_test_reader"],
      accountId: "acct_1Reader",
    });
    const stripe = createClient(listening, "rk_test_reader");
    expect((await stripe.customers.list()).data).toEqual([]);
    await expect(stripe.accounts.retrieve(null)).rejects.toMatchObject({
      statusCode: 403,
      type: "StripePermissionError",
      message: expect.stringContaining("'acct_1Reader'"),
    });
  });

  it("secret keys can read their account", async () => {
    const { stripe } = await startSandbox({ accountId: "acct_1Own" });
    expect(await stripe.accounts.retrieve(null)).toMatchObject({ id: "acct_1Own", object: "account" });
    expect(await stripe.accounts.retrieve("acct_1Own")).toMatchObject({ id: "acct_1Own" });
  });
});

describe("responses", () => {
  it("have Stripe's headers, a request id of their own and the sandbox's time", async () => {
    const { listening, sandbox } = await startSandbox();
    sandbox.clock.set(1_800_000_000);
    const headers = { Authorization: `Basic ${Buffer.from("sk_test_sandbox:").toString("base64")}` };
    const first = await fetch(`${listening.url}/v1/customers`, { headers });
    const second = await fetch(`${listening.url}/v1/customers`, { headers });
    expect(first.headers.get("date")).toBe(new Date(1_800_000_000_000).toUTCString());
    expect(first.headers.get("request-id")).toMatch(/^req_\w{14}$/);
    expect(second.headers.get("request-id")).not.toBe(first.headers.get("request-id"));
    expect(first.headers.get("stripe-version")).toBe("2026-10-28.endive");
    expect(first.headers.get("content-type")).toBe("application/json");
  });

  it("are 404 for unknown paths", async () => {
    const { listening } = await startSandbox();
    const { status, error } = await catchError(listening.url, "/v1/unicorns");
    expect(status).toBe(404);
    expect(error.message).toContain("Unrecognized request URL (GET: /v1/unicorns)");
  });

  it("are 404 with resource_missing for unknown ids", async () => {
    const { stripe } = await startSandbox();
    const missing = { statusCode: 404, code: "resource_missing", param: "id" };
    await expect(stripe.customers.retrieve("cus_none")).rejects.toMatchObject(missing);
    await expect(stripe.subscriptions.retrieve("sub_none")).rejects.toMatchObject({
      ...missing,
      message: "No such subscription: 'sub_none'",
    });
    await expect(stripe.prices.retrieve("price_none")).rejects.toMatchObject(missing);
    await expect(stripe.events.retrieve("evt_none")).rejects.toMatchObject(missing);
    await expect(stripe.invoices.retrieve("in_none")).rejects.toMatchObject(missing);
  });
});
