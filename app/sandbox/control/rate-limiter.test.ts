import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";
import { RateLimiter } from "./rate-limiter";

function createLimiter(limits: RateLimiter["limits"]) {
  let now = 0;
  const limiter = new RateLimiter(() => now);
  limiter.configure(limits);
  const request = (endpoint: string) => {
    const reason = limiter.acquire(endpoint);
    if (reason === undefined) limiter.release(endpoint);
    return reason;
  };
  const requestMany = (endpoint: string, times: number) =>
    Array.from({ length: times }, () => request(endpoint));
  return { limiter, request, requestMany, advance: (ms: number) => (now += ms) };
}

const countAllowed = (reasons: (string | undefined)[]) =>
  reasons.filter((reason) => reason === undefined).length;

describe("rate limits", () => {
  it("allow all requests when none is set", () => {
    expect(countAllowed(createLimiter({}).requestMany("GET /a", 1_000))).toBe(1_000);
  });

  it("allow an endpoint's rate each second and name the reason for rejected requests", () => {
    const { request, requestMany, advance } = createLimiter({ endpointPerSecond: 25 });
    expect(countAllowed(requestMany("GET /a", 40))).toBe(25);
    expect(request("GET /a")).toBe("endpoint-rate");
    expect(request("GET /b")).toBeUndefined();
    advance(1_000);
    expect(countAllowed(requestMany("GET /a", 40))).toBe(25);
    advance(100);
    expect(countAllowed(requestMany("GET /a", 40))).toBe(2);
  });

  it("can count all endpoints together", () => {
    const { request, requestMany } = createLimiter({ globalPerSecond: 10 });
    expect(countAllowed(requestMany("GET /a", 6)) + countAllowed(requestMany("GET /b", 6))).toBe(10);
    expect(request("GET /c")).toBe("global-rate");
  });

  it("have a burst besides the rate", () => {
    const { requestMany, advance } = createLimiter({ endpointPerSecond: 20, burst: 2 });
    expect(countAllowed(requestMany("GET /a", 10))).toBe(2);
    advance(50);
    expect(countAllowed(requestMany("GET /a", 10))).toBe(1);
  });

  it("can count requests in flight", () => {
    const { limiter } = createLimiter({ endpointConcurrency: 1, globalConcurrency: 2 });
    expect(limiter.acquire("GET /a")).toBeUndefined();
    expect(limiter.acquire("GET /a")).toBe("endpoint-concurrency");
    expect(limiter.acquire("GET /b")).toBeUndefined();
    expect(limiter.acquire("GET /c")).toBe("global-concurrency");
    limiter.release("GET /a");
    expect(limiter.acquire("GET /a")).toBeUndefined();
  });

  it("answer as Stripe does and count different ids of an endpoint together", async () => {
    const { sandbox, stripe } = await startSandbox({ limits: { endpointPerSecond: 1 } });
    const ann = sandbox.customers.create();
    const bob = sandbox.customers.create();
    await stripe.customers.retrieve(ann.id);
    const error = await catchStripeError(stripe.customers.retrieve(bob.id));
    expect(error).toMatchObject({ statusCode: 429, code: "rate_limit" });
    expect(error.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-rate");
    await stripe.customers.list();
  });

  it("count hanging requests as in flight, but not broken ones", async () => {
    const { sandbox, stripe } = await startSandbox({ limits: { endpointConcurrency: 1 } });
    sandbox.control.addFault({ effect: { type: "hang" }, times: 1 });
    const held = stripe.customers.list();
    await sandbox.control.held.waitForCount(1);
    const error = await catchStripeError(stripe.customers.list());
    expect(error.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-concurrency");
    sandbox.control.held.release();
    await held;
    sandbox.control.addFault({ effect: { type: "cut" }, times: 1 });
    await catchStripeError(stripe.customers.list());
    await stripe.customers.list();
  });
});
