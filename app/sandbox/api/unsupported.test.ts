import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";
import { CATALOGUE_SDK, findKnownRoute, getKnownParams } from "./catalogue/catalogue";
import { listServedEndpoints } from "./router";

async function post(url: string, path: string, form: string): Promise<{ status: number; message: string }> {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    body: form,
    headers: {
      Authorization: "Bearer sk_test_sandbox",
      "Content-Type": "application/x-www-form-urlencoded",
    },
  });
  const body: { error?: { message: string } } = await response.json();
  return { status: response.status, message: body.error?.message ?? "" };
}

describe("what the sandbox does not serve", () => {
  it("is a 501 with the route's name, which the SDK does not retry", async () => {
    const { stripe, sandbox } = await startSandbox();
    const error = await catchStripeError(stripe.topups.retrieve("tu_1", {}, { maxNetworkRetries: 2 }));
    expect(error).toMatchObject({
      type: "StripeAPIError",
      statusCode: 501,
      code: "sandbox_unsupported",
      message: "The sandbox does not serve GET /v1/topups/:id.",
    });
    expect(sandbox.requests.list()).toHaveLength(1);
  });

  it.each([
    ["GET", "/v1/quotes/qt_1/line_items", "GET /v1/quotes/:id/line_items"],
    ["POST", "/v1/treasury/outbound_transfers", "POST /v1/treasury/outbound_transfers"],
    ["POST", "/v1/customers/cus_1/sources/card_1", "POST /v1/customers/:id/sources/:id"],
    ["GET", "/v1/quotas", undefined],
    ["PATCH", "/v1/quotes", undefined],
    ["GET", "/v1/quotes/", undefined],
  ])("%s %s is known as %s", (method, path, route) => {
    expect(findKnownRoute(method, path)).toBe(route);
  });

  it("is a 404 as at Stripe when Stripe does not know the route either", async () => {
    const { listening } = await startSandbox();
    const { status, message } = await post(listening.url, "/v1/quotas", "");
    expect(status).toBe(404);
    expect(message).toContain("Unrecognized request URL (POST: /v1/quotas)");
  });

  it.each([
    ["/v1/customers", "nickname=a", 400, "Received unknown parameter: nickname"],
    [
      "/v1/customers",
      "cash_balance[settings][a]=b",
      400,
      "Received unknown parameter: cash_balance[settings][a]",
    ],
    [
      "/v1/customers",
      "cash_balance[settings][reconciliation_mode]=manual",
      501,
      "The sandbox does not serve the parameter cash_balance.",
    ],
    [
      "/v1/customers",
      "tax_id_data[0][type]=foo",
      400,
      /^Invalid tax_id_data\[0\]\[type\]: must be one of ad_nrt, /,
    ],
    [
      "/v1/subscriptions",
      "proration_behavior=foo",
      400,
      "Invalid proration_behavior: must be one of always_invoice, create_prorations, or none",
    ],
    [
      "/v1/subscriptions",
      "items[0][price]=price_1&items[0][colour]=red&items[1][size]=2",
      400,
      "Received unknown parameters: items[0][colour], items[1][size]",
    ],
    [
      "/v1/prices",
      "currency_options[eur][amount]=2",
      400,
      "Received unknown parameter: currency_options[eur][amount]",
    ],
  ])("POST %s with %s is a %i: %s", async (path, form, status, message) => {
    const { listening } = await startSandbox();
    expect(await post(listening.url, path, form)).toEqual({
      status,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  it("True is a boolean, as older Python clients send it", async () => {
    const { listening } = await startSandbox();
    expect(await post(listening.url, "/v1/products", "name=A&active=True")).toEqual({
      status: 200,
      message: "",
    });
    expect((await post(listening.url, "/v1/products", "name=A&active=yes")).message).toBe(
      "Invalid boolean: yes",
    );
  });
});

describe("the catalogue", () => {
  it("was made from the installed SDK", () => {
    const { version } = JSON.parse(readFileSync("node_modules/stripe/package.json", "utf8"));
    expect(CATALOGUE_SDK).toBe(version);
  });

  it("has the parameters of every route that is served", () => {
    expect(listServedEndpoints().filter((endpoint) => !getKnownParams(endpoint))).toEqual([]);
  });
});
