import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLimiter, type Limiter, type Priority } from "./limiter.server";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIST = "GET /v1/subscriptions";
const PATIENT = 60_000;

const limiterOf = (options: Partial<Parameters<typeof createLimiter>[0]> = {}) =>
  createLimiter({ backgroundPerSecond: 20, globalPerSecond: 100, now: () => Date.now(), ...options });

/** Asks so many times at once; says, as time passes, when each went: milliseconds from now. */
function ask(limiter: Limiter, times: number, priority: Priority = "background", endpoint = LIST) {
  const start = Date.now();
  const went: number[] = [];
  for (let n = 0; n < times; n += 1)
    void limiter.take(endpoint, priority, PATIENT).then(() => went.push(Date.now() - start));
  return went;
}

describe("requests to one endpoint", () => {
  it("go evenly spaced, the first at once", async () => {
    const went = ask(limiterOf(), 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went).toEqual([0, 50, 100, 150, 200]);
  });

  it("of another endpoint do not wait for them", async () => {
    const limiter = limiterOf({ globalPerSecond: 1_000 });
    ask(limiter, 5);
    const other = ask(limiter, 1, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1);
    expect(other).toHaveLength(1);
  });

  it("all together keep the ceiling of the account", async () => {
    const limiter = limiterOf({ globalPerSecond: 10 });
    const went = [...Array(4).keys()].map((n) => ask(limiter, 1, "background", `GET /v1/${n}`));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went.flat()).toEqual([0, 100, 200, 300]);
  });

  it("that a person waits for go first, and closer together", async () => {
    const limiter = limiterOf();
    const background = ask(limiter, 2);
    const interactive = ask(limiter, 2, "interactive");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(interactive).toEqual([40, 80]);
    expect(background).toEqual([0, 130]);
  });
});

describe("after a 429", () => {
  it("requests go half as fast, and speed up again with each answer", async () => {
    const limiter = limiterOf();
    limiter.throttled(LIST, "endpoint-rate");
    const slow = ask(limiter, 3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(slow).toEqual([0, 100, 200]);
    for (let n = 0; n < 20; n += 1) limiter.answered(LIST);
    const again = ask(limiter, 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(again).toEqual([0, 50]);
  });

  it("that was about the whole account, every endpoint slows down", async () => {
    const limiter = limiterOf({ globalPerSecond: 20 });
    limiter.throttled(LIST, "global-rate");
    const went = ask(limiter, 3, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went).toEqual([0, 100, 200]);
  });

  it("that was about one endpoint, the others do not", async () => {
    const limiter = limiterOf({ globalPerSecond: 1_000 });
    limiter.throttled(LIST, "endpoint-rate");
    const went = ask(limiter, 3, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went).toEqual([0, 50, 100]);
  });

  it("however many there were, something still goes", async () => {
    const limiter = limiterOf();
    for (let n = 0; n < 50; n += 1) limiter.throttled(LIST, "endpoint-rate");
    const went = ask(limiter, 2);
    await vi.advanceTimersByTimeAsync(800);
    expect(went).toEqual([0, 800]);
  });
});

describe("patience", () => {
  it("ends, and the request is not sent: its turn goes to the next", async () => {
    const limiter = limiterOf();
    ask(limiter, 3);
    const impatient = limiter.take(LIST, "background", 120);
    const next = ask(limiter, 1);
    await vi.advanceTimersByTimeAsync(120);
    expect(await impatient).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(next).toEqual([150]);
  });
});
