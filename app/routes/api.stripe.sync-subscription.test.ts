import { describe, expect, it, vi } from "vitest";
import type { CustomerIdentity } from "~/auth/customer.server";
import type { CheckoutSync } from "~/customers/customer-views";
import { createRouteArgs } from "~/http/testing/request";
import { action, loader } from "./api.stripe.sync-subscription";

const byToken: CustomerIdentity = { ok: true, customer: { userId: "ada", by: "token" } };
const bySession: CustomerIdentity = { ok: true, customer: { userId: "ada", by: "session" } };
const json = { "Content-Type": "application/json" };
const billing = { plan: "army", status: "active", currentPeriodEnd: null, cancelAtPeriodEnd: false };

type AskOptions = { body?: string; headers?: Record<string, string>; customer?: CustomerIdentity };

async function ask(result: CheckoutSync, { body = "{}", headers = {}, customer = byToken }: AskOptions = {}) {
  const init = { method: "POST", body, headers: { ...json, ...headers } };
  const { args } = createRouteArgs("/api/stripe/sync-subscription", init, { customer });
  const sync = vi.fn(async () => result);
  Object.assign(args.context, { parity: { checkout: { sync } } });
  const answer = await action(args).catch((thrown: unknown) => thrown);
  if (!(answer instanceof Response)) throw answer;
  return { status: answer.status, body: await answer.json(), headers: answer.headers, sync };
}

describe("syncing a subscription after a payment", () => {
  it("returns the state before and after once access is granted", async () => {
    const done: CheckoutSync = {
      state: "done",
      before: { ...billing, plan: null },
      after: billing,
      access: true,
    };
    const answer = await ask(done, { body: '{"sessionId":"cs_test_1"}' });
    expect(answer).toMatchObject({ status: 200, body: done });
    expect(answer.sync).toHaveBeenCalledWith({ userId: "ada", sessionId: "cs_test_1" });
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  it("works without a session, and without a body", async () => {
    const blanks = ['{"sessionId":null}', '{"sessionId":""}', '{"sessionId":"  "}'];
    for (const body of ["{}", "", ...blanks])
      expect((await ask({ state: "pending" }, { body })).sync).toHaveBeenCalledWith({
        userId: "ada",
        sessionId: null,
      });
  });

  it("answers 202 while the payment is pending", async () => {
    expect(await ask({ state: "pending" })).toMatchObject({ status: 202, body: { state: "pending" } });
  });

  it("answers 404 for another customer's payment", async () => {
    expect(await ask({ state: "not_yours" })).toMatchObject({
      status: 404,
      body: { error: { code: "not_found" } },
    });
  });

  it("says when to retry after too many requests", async () => {
    const answer = await ask({ state: "too_many", retryAfterSeconds: 42 });
    expect(answer).toMatchObject({ status: 429, body: { error: { code: "too_many_requests" } } });
    expect(answer.headers.get("Retry-After")).toBe("42");
  });

  it.each([
    ['{"sessionId":"sub_1"}', 400],
    ['{"sessionId":["cs_1"]}', 400],
    ["{", 400],
    ["[]", 400],
    [`{"sessionId":"cs_${"x".repeat(300)}"}`, 400],
  ])("rejects %s before the sync", async (body, status) => {
    const answer = await ask({ state: "pending" }, { body });
    expect(answer.status).toBe(status);
    expect(answer.sync).not.toHaveBeenCalled();
  });

  it("accepts our session cookie only from our own pages", async () => {
    const from = (site: string) => ({ customer: bySession, headers: { "Sec-Fetch-Site": site } });
    expect((await ask({ state: "pending" }, from("same-origin"))).status).toBe(202);
    expect((await ask({ state: "pending" }, from("cross-site"))).status).toBe(403);
    expect((await ask({ state: "pending" }, { customer: { ok: false, reason: "missing" } })).status).toBe(
      401,
    );
  });

  it("accepts only POST", async () => {
    const { args } = createRouteArgs("/api/stripe/sync-subscription", {}, { customer: byToken });
    const answer = await loader(args).catch((thrown: unknown) => thrown);
    expect(answer).toMatchObject({ status: 405 });
  });
});
