import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Budget } from "./budget";
import { createLimiter, type Limiter, type Priority } from "./limiter.server";
import { createMemoryBudget } from "./memory-budget";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIST = "GET /v1/subscriptions";
const PATIENT = 60_000;
const CEILINGS = { backgroundPerSecond: 20, globalPerSecond: 100 };

const budgetOf = (ceilings: Partial<typeof CEILINGS> = {}) =>
  createMemoryBudget({ ...CEILINGS, ...ceilings }, () => Date.now());
const limiterOf = (budget: Budget = budgetOf()) =>
  createLimiter({ budget, random: () => 0, now: () => Date.now() });

/** Asks so many times at once; says, as time passes, when each went: milliseconds from now. Answered in 100 ms. */
function ask(limiter: Limiter, times: number, priority: Priority = "background", endpoint = LIST) {
  const start = Date.now();
  const went: number[] = [];
  for (let n = 0; n < times; n += 1)
    void limiter.take(endpoint, priority, PATIENT).then((mayGo) => {
      if (!mayGo) return;
      went.push(Date.now() - start);
      setTimeout(() => limiter.answered(endpoint), 100);
    });
  return went;
}

const lastGap = (went: readonly number[]) => (went.at(-1) ?? 0) - (went.at(-2) ?? 0);

describe("requests to one endpoint", () => {
  it("go evenly spaced, the first at once", async () => {
    const went = ask(limiterOf(), 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went).toEqual([0, 50, 100, 150, 200]);
  });

  it("of another endpoint do not wait for them", async () => {
    const limiter = limiterOf();
    ask(limiter, 5);
    await vi.advanceTimersByTimeAsync(20);
    const other = ask(limiter, 1, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1);
    expect(other).toHaveLength(1);
  });

  it("all together keep what the account has for the background", async () => {
    const limiter = limiterOf(budgetOf({ globalPerSecond: 10 }));
    const went = [...Array(4).keys()].map((n) => ask(limiter, 1, "background", `GET /v1/${n}`));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went.flat()).toEqual([0, 125, 250, 375]);
  });

  it("are sent as fast as the ceiling while many wait, whatever a single answer takes", async () => {
    const limiter = limiterOf(budgetOf({ backgroundPerSecond: 25 }));
    let sent = 0;
    const reader = async () => {
      for (;;) {
        await limiter.take(LIST, "background", PATIENT);
        sent += 1;
        await new Promise((resolve) => setTimeout(resolve, 120));
        limiter.answered(LIST);
      }
    };
    for (let n = 0; n < 5; n += 1) void reader();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sent / 40).toBeGreaterThan(24.5);
    expect(sent / 40).toBeLessThan(25.2);
  });
});

describe("what a person waits for", () => {
  it("goes in front of the background of every process that shares the budget", async () => {
    const budget = budgetOf();
    const others = [limiterOf(budget), limiterOf(budget), limiterOf(budget)];
    const background = others.map((limiter) => ask(limiter, 20));
    await vi.advanceTimersByTimeAsync(1_000);
    const before = background.flat().length;
    const people = ask(limiterOf(budget), 20, "interactive");
    await vi.advanceTimersByTimeAsync(700);
    expect(people).toHaveLength(20);
    // One had been let go when they came.
    expect(background.flat().length - before).toBeLessThanOrEqual(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(background.flat()).toHaveLength(60);
  });
});

describe("after a 429", () => {
  it("requests go half as fast, and as before when time has passed", async () => {
    const limiter = limiterOf();
    ask(limiter, 1);
    await limiter.throttled(LIST, "endpoint-rate");
    const slow = ask(limiter, 4);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lastGap(slow)).toBeGreaterThan(90);
    const again = ask(limiter, 10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again.at(-1)).toBeLessThan(300);
  });

  it("that was about the whole account, every endpoint slows down; about one, the others do not", async () => {
    const limiter = limiterOf();
    ask(limiter, 1);
    await limiter.throttled(LIST, "endpoint-rate");
    const free = ask(limiter, 3, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lastGap(free)).toBe(50);
    await limiter.throttled(LIST, "global-rate");
    const slow = ask(limiter, 4, "background", "GET /v1/events");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lastGap(slow)).toBeGreaterThan(90);
  });

  it("without a reason (an object is locked) nobody slows down", async () => {
    const limiter = limiterOf();
    ask(limiter, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    await limiter.throttled(LIST, null);
    const went = ask(limiter, 7);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(went.at(-1)).toBeLessThan(200);
  });

  it.each([
    ["endpoint-concurrency", 4],
    ["global-concurrency", 4],
    ["endpoint-rate", 8],
  ])("for %s, of 8 requests on their way %d are at most from then on", async (reason, most) => {
    const limiter = limiterOf(budgetOf({ backgroundPerSecond: 1_000, globalPerSecond: 10_000 }));
    let onTheirWay = 0;
    let mostOfAll = 0;
    const gates: (() => void)[] = [];
    const read = async () => {
      await limiter.take(LIST, "background", PATIENT);
      onTheirWay += 1;
      mostOfAll = Math.max(mostOfAll, onTheirWay);
      await new Promise<void>((resolve) => gates.push(resolve));
      onTheirWay -= 1;
      limiter.answered(LIST);
    };
    const readMany = (many: number) => {
      for (let n = 0; n < many; n += 1) void read();
    };
    readMany(8);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onTheirWay).toBe(8);
    await limiter.throttled(LIST, reason);
    await limiter.throttled(LIST, reason);
    for (const open of gates.splice(0)) open();
    await vi.advanceTimersByTimeAsync(0);
    mostOfAll = 0;
    readMany(8);
    await vi.advanceTimersByTimeAsync(1_000);
    // A round of 8 that passed has added one or two.
    expect(mostOfAll).toBeGreaterThanOrEqual(most);
    expect(mostOfAll).toBeLessThanOrEqual(most + 2);
    for (let round = 0; round < 400; round += 1) {
      for (const open of gates.splice(0)) open();
      await vi.advanceTimersByTimeAsync(50);
      readMany(2);
    }
    readMany(40);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onTheirWay).toBeGreaterThan(30);
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

  it("that ended uses up nothing of what is shared", async () => {
    const budget = budgetOf();
    const [one, other] = [limiterOf(budget), limiterOf(budget)];
    ask(one, 1);
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 20; n += 1) void one.take(LIST, "background", 40);
    await vi.advanceTimersByTimeAsync(49);
    const next = ask(other, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(next).toEqual([1]);
  });
});

describe("a budget that cannot be asked", () => {
  it("lets nothing go, and says so to all who wait; who comes later asks anew", async () => {
    const sound = budgetOf();
    const ask = vi.fn<Budget["ask"]>().mockRejectedValueOnce(new Error("no database"));
    ask.mockImplementation((wish) => sound.ask(wish));
    const limiter = limiterOf({ ...sound, ask });
    const taken = Promise.allSettled([
      limiter.take(LIST, "background", PATIENT),
      limiter.take(LIST, "background", PATIENT),
    ]);
    expect((await taken).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await limiter.take(LIST, "background", PATIENT)).toBe(true);
  });
});
