import { describe, expect, it, vi } from "vitest";
import { createLog } from "~/platform/log.server";
import { addCatalogue, startSandbox } from "~/sandbox/testing/sandbox";
import { createLimiter } from "./limiter.server";
import { createStripeReader, type RequestOptions } from "./reader.server";
import { createMemoryBudget } from "./testing/memory-budget";

const UNHURRIED = { backgroundPerSecond: 1_000, interactivePerSecond: 1_000, globalPerSecond: 2_000 };

/** A sandbox, a reader with versions that count from 1, and options for its requests. */
async function setUp({ deadlineMs = 5_000, perSecond = 0, timeoutMs = 30_000 } = {}) {
  const { sandbox, listening } = await startSandbox();
  const prices = addCatalogue(sandbox);
  let version = 0;
  const ceilings = perSecond ? { backgroundPerSecond: perSecond, globalPerSecond: 100 } : UNHURRIED;
  const limiter = createLimiter({ budget: createMemoryBudget(ceilings) });
  const reader = createStripeReader({
    secretKey: sandbox.secretKey,
    apiBase: listening.url,
    limiter,
    nextVersion: async () => {
      version += 1;
      return version;
    },
    log: createLog({ level: "silent" }),
    timeouts: { interactive: timeoutMs, background: timeoutMs },
  });
  const options: RequestOptions = { priority: "background", deadlineMs };
  const customer = sandbox.customers.create({ email: "ada@example.com", metadata: { userId: "ada" } });
  return { sandbox, reader, options, customer, prices };
}

describe("an answer", () => {
  it("has its own version, Stripe's clock and the request id", async () => {
    const { reader, options, customer } = await setUp();
    const read = await reader.readCustomer(customer.id, options);
    expect(read).toMatchObject({ ok: true, started: 1, ended: 2, value: { metadata: { userId: "ada" } } });
    expect(read.ok && read.requestId).toMatch(/^req_/);
    expect(read.ok && read.stripeTime).toBeGreaterThan(1_700_000_000);
  });

  it("after failed attempts has the version of the attempt that was answered", async () => {
    const { sandbox, reader, options, customer } = await setUp();
    sandbox.control.addFault({ effect: { type: "error", status: 500 }, times: 2 });
    const read = await reader.readCustomer(customer.id, options);
    expect(read).toMatchObject({ ok: true, started: 5, ended: 6 });
    expect(reader.countRequests()).toBe(3);
  });
});

describe("a failed attempt", () => {
  it.each([
    ["a 429", { type: "error", status: 429, reason: "endpoint-rate" } as const],
    ["a 429 about a lock", { type: "error", status: 429, code: "lock_timeout", reason: null } as const],
    ["a 503", { type: "error", status: 503 } as const],
    ["a 409", { type: "error", status: 409 } as const],
    ["a reset connection", { type: "reset" } as const],
    ["a connection reset in the middle", { type: "reset", afterBytes: 40 } as const],
    ["a body that is cut short", { type: "cut", afterBytes: 40 } as const],
    ["a body that is not JSON", { type: "malformed" } as const],
    ["a 400 that says to try again", { type: "error", status: 400, shouldRetry: true } as const],
  ])("with %s is retried", async (_, effect) => {
    const { sandbox, reader, options, customer } = await setUp();
    sandbox.control.addFault({ effect, times: 1 });
    expect(await reader.readCustomer(customer.id, options)).toMatchObject({ ok: true });
    expect(sandbox.requests.counts().total).toBe(2);
  });

  it.each([
    ["unauthorized", { type: "invalid_key" } as const],
    ["forbidden", { type: "forbidden" } as const],
    ["bad_request", { type: "error", status: 400 } as const],
    ["stripe_error", { type: "error", status: 500, shouldRetry: false } as const],
    ["rate_limited", { type: "error", status: 429, shouldRetry: false } as const],
  ])("that is %s is not retried", async (reason, effect) => {
    const { sandbox, reader, options, customer } = await setUp();
    sandbox.control.addFault({ effect });
    expect(await reader.readCustomer(customer.id, options)).toMatchObject({ ok: false, failure: { reason } });
    // A refusal that does not name the permission is confirmed once.
    expect(reader.countRequests()).toBe(reason === "forbidden" ? 2 : 1);
  });

  it("names the account of a key that may not read it", async () => {
    const { sandbox, reader, options } = await setUp();
    sandbox.control.addFault({ effect: { type: "forbidden" } });
    expect(await reader.readAccount(options)).toMatchObject({
      ok: false,
      failure: { accountId: sandbox.accountId },
    });
  });
});

describe("a time-out", () => {
  it("ends a request that hangs", async () => {
    const { sandbox, reader, options, customer } = await setUp({ deadlineMs: 200, timeoutMs: 200 });
    sandbox.control.addFault({ effect: { type: "hang" } });
    expect(await reader.readCustomer(customer.id, options)).toMatchObject({
      ok: false,
      failure: { reason: "timeout" },
    });
    sandbox.control.reset();
  });

  it("belongs to one attempt: another one follows while there is time", async () => {
    const { sandbox, reader, options, customer } = await setUp({ deadlineMs: 30_000, timeoutMs: 2_000 });
    sandbox.control.addFault({ effect: { type: "hang" }, times: 1 });
    expect(await reader.readCustomer(customer.id, options)).toMatchObject({ ok: true });
    expect(reader.countRequests()).toBe(2);
    sandbox.control.reset();
  });

  it("is not tried a second time while a person waits", async () => {
    const { sandbox, reader, customer } = await setUp({ timeoutMs: 200 });
    sandbox.control.addFault({ effect: { type: "hang" } });
    const read = await reader.readCustomer(customer.id, { priority: "interactive", deadlineMs: 5_000 });
    expect(read).toMatchObject({ ok: false, failure: { reason: "timeout" } });
    expect(reader.countRequests()).toBe(1);
    sandbox.control.reset();
  });
});

describe("a deadline", () => {
  it("never cuts a request short that was sent: slow is not down", async () => {
    const { sandbox, reader, options, customer } = await setUp({ deadlineMs: 50 });
    sandbox.control.setLatency(400);
    expect(await reader.readCustomer(customer.id, options)).toMatchObject({ ok: true });
    expect(reader.countRequests()).toBe(1);
  });

  it("ends the retries of a request that always fails, with the last reason", async () => {
    const { sandbox, reader, options, customer } = await setUp({ deadlineMs: 1_000 });
    sandbox.control.addFault({ effect: { type: "error", status: 503 } });
    const read = await reader.readCustomer(customer.id, options);
    expect(read).toMatchObject({ ok: false, failure: { reason: "stripe_error" } });
  });

  it("ends the wait in the queue, and nothing is sent then", async () => {
    const { reader, options, customer } = await setUp({ deadlineMs: 100, perSecond: 1 });
    const [first, second] = await Promise.all([
      reader.readCustomer(customer.id, options),
      reader.readCustomer(customer.id, options),
    ]);
    expect(first.ok).toBe(true);
    expect(second).toMatchObject({ ok: false, failure: { reason: "out_of_time", retryable: true } });
    expect(reader.countRequests()).toBe(1);
  });
});

describe("a version that is not available", () => {
  it("fails the read, and the request is released", async () => {
    const { listening, sandbox } = await startSandbox();
    const answered = vi.fn();
    const reader = createStripeReader({
      secretKey: sandbox.secretKey,
      apiBase: listening.url,
      limiter: { acquire: async () => true, slowDown: async () => {}, release: answered },
      nextVersion: () => Promise.reject(new Error("no database")),
      log: createLog({ level: "silent" }),
    });
    await expect(reader.readAccount({ priority: "background", deadlineMs: 5_000 })).rejects.toThrow(
      "no database",
    );
    expect(sandbox.requests.counts().total).toBe(0);
    expect(answered).toHaveBeenCalledTimes(1);
  });
});

describe("pages of subscriptions", () => {
  it("have the customer of each subscription, ended ones too", async () => {
    const { sandbox, reader, options, customer, prices } = await setUp();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: prices.army }] });
    sandbox.subscriptions.cancel(id);
    const page = await reader.listSubscriptions({ customer: customer.id }, options);
    expect(page).toMatchObject({
      ok: true,
      value: {
        hasMore: false,
        lastId: id,
        subscriptions: [{ customer: { email: "ada@example.com" }, subscription: { status: "canceled" } }],
      },
    });
  });

  it("of a customer that Stripe does not have are an answer: not found", async () => {
    const { reader, options } = await setUp();
    const page = await reader.listSubscriptions({ customer: "cus_never" }, options);
    expect(page).toMatchObject({ ok: false, failure: { reason: "not_found", retryable: false } });
  });
});
