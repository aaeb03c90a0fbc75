import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Budget } from "./budget";
import { createLimiter, type Limiter, type Priority } from "./limiter.server";
import { createMemoryBudget } from "./testing/memory-budget";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIST = "GET /v1/subscriptions";
const PATIENT = 60_000;
const CEILINGS = { backgroundPerSecond: 20, globalPerSecond: 100 };

const createBudget = (ceilings: Partial<typeof CEILINGS> = {}) =>
  createMemoryBudget({ ...CEILINGS, ...ceilings }, () => Date.now());
const createTestLimiter = (budget: Budget = createBudget()) =>
  createLimiter({ budget, random: () => 0, now: () => Date.now() });

/** Sends that many requests at once; fills in when each was sent, in milliseconds from now. Each is answered in 100 ms. */
function sendRequests(limiter: Limiter, times: number, priority: Priority = "background", endpoint = LIST) {
  const start = Date.now();
  const sentAt: number[] = [];
  for (let n = 0; n < times; n += 1)
    void limiter.acquire(endpoint, priority, PATIENT).then((isAllowed) => {
      if (!isAllowed) return;
      sentAt.push(Date.now() - start);
      setTimeout(() => limiter.release(endpoint), 100);
    });
  return sentAt;
}

const measureLastGap = (sentAt: readonly number[]) => (sentAt.at(-1) ?? 0) - (sentAt.at(-2) ?? 0);

describe("requests to one endpoint", () => {
  it("go evenly spaced, the first at once", async () => {
    const sentAt = sendRequests(createTestLimiter(), 5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt).toEqual([0, 50, 100, 150, 200]);
  });

  it("of another endpoint do not wait for them", async () => {
    const limiter = createTestLimiter();
    sendRequests(limiter, 5);
    await vi.advanceTimersByTimeAsync(20);
    const other = sendRequests(limiter, 1, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1);
    expect(other).toHaveLength(1);
  });

  it("all together keep the account's limit for background requests", async () => {
    const limiter = createTestLimiter(createBudget({ globalPerSecond: 10 }));
    const sentAt = [...Array(4).keys()].map((n) => sendRequests(limiter, 1, "background", `GET /v1/${n}`));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt.flat()).toEqual([0, 125, 250, 375]);
  });

  it("are sent as fast as the ceiling while many wait, whatever a single answer takes", async () => {
    const limiter = createTestLimiter(createBudget({ backgroundPerSecond: 25 }));
    let sent = 0;
    const reader = async () => {
      for (;;) {
        await limiter.acquire(LIST, "background", PATIENT);
        sent += 1;
        await new Promise((resolve) => setTimeout(resolve, 120));
        limiter.release(LIST);
      }
    };
    for (let n = 0; n < 5; n += 1) void reader();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sent / 40).toBeGreaterThan(24.5);
    expect(sent / 40).toBeLessThan(25.2);
  });
});

describe("an interactive request", () => {
  it("goes before background requests of every process that shares the budget", async () => {
    const budget = createBudget();
    const others = [createTestLimiter(budget), createTestLimiter(budget), createTestLimiter(budget)];
    const background = others.map((limiter) => sendRequests(limiter, 20));
    await vi.advanceTimersByTimeAsync(1_000);
    const before = background.flat().length;
    const people = sendRequests(createTestLimiter(budget), 20, "interactive");
    await vi.advanceTimersByTimeAsync(700);
    expect(people).toHaveLength(20);
    // One request was sent before they came.
    expect(background.flat().length - before).toBeLessThanOrEqual(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(background.flat()).toHaveLength(60);
  });
});

describe("after a 429", () => {
  it("requests go half as fast, and as before when time has passed", async () => {
    const limiter = createTestLimiter();
    sendRequests(limiter, 1);
    await limiter.slowDown(LIST, "endpoint-rate");
    const slow = sendRequests(limiter, 4);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(measureLastGap(slow)).toBeGreaterThan(90);
    const again = sendRequests(limiter, 10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again.at(-1)).toBeLessThan(300);
  });

  it("that was about the whole account, every endpoint slows down; about one, the others do not", async () => {
    const limiter = createTestLimiter();
    sendRequests(limiter, 1);
    await limiter.slowDown(LIST, "endpoint-rate");
    const free = sendRequests(limiter, 3, "background", "GET /v1/customers");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(measureLastGap(free)).toBe(50);
    await limiter.slowDown(LIST, "global-rate");
    const slow = sendRequests(limiter, 4, "background", "GET /v1/events");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(measureLastGap(slow)).toBeGreaterThan(90);
  });

  it("without a reason (an object is locked) nothing slows down", async () => {
    const limiter = createTestLimiter();
    sendRequests(limiter, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    await limiter.slowDown(LIST, null);
    const sentAt = sendRequests(limiter, 7);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sentAt.at(-1)).toBeLessThan(200);
  });

  it.each([
    ["endpoint-concurrency", 4],
    ["global-concurrency", 4],
    ["endpoint-rate", 8],
  ])("for %s, of 8 requests in flight at most %d are allowed from then on", async (reason, most) => {
    const limiter = createTestLimiter(createBudget({ backgroundPerSecond: 1_000, globalPerSecond: 10_000 }));
    let onTheirWay = 0;
    let mostOfAll = 0;
    const gates: (() => void)[] = [];
    const read = async () => {
      await limiter.acquire(LIST, "background", PATIENT);
      onTheirWay += 1;
      mostOfAll = Math.max(mostOfAll, onTheirWay);
      await new Promise<void>((resolve) => gates.push(resolve));
      onTheirWay -= 1;
      limiter.release(LIST);
    };
    const readMany = (many: number) => {
      for (let n = 0; n < many; n += 1) void read();
    };
    readMany(8);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onTheirWay).toBe(8);
    await limiter.slowDown(LIST, reason);
    await limiter.slowDown(LIST, reason);
    for (const open of gates.splice(0)) open();
    await vi.advanceTimersByTimeAsync(0);
    mostOfAll = 0;
    readMany(8);
    await vi.advanceTimersByTimeAsync(1_000);
    // A round of 8 without a refusal has added one or two.
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

describe("the timeout in the queue", () => {
  it("ends the wait, and the request is not sent: the next one goes instead", async () => {
    const limiter = createTestLimiter();
    sendRequests(limiter, 3);
    const impatient = limiter.acquire(LIST, "background", 120);
    const next = sendRequests(limiter, 1);
    await vi.advanceTimersByTimeAsync(120);
    expect(await impatient).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(next).toEqual([150]);
  });

  it("uses nothing of the shared budget", async () => {
    const budget = createBudget();
    const [one, other] = [createTestLimiter(budget), createTestLimiter(budget)];
    sendRequests(one, 1);
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 20; n += 1) void one.acquire(LIST, "background", 40);
    await vi.advanceTimersByTimeAsync(49);
    const next = sendRequests(other, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(next).toEqual([1]);
  });
});

describe("a budget that is not available", () => {
  it("sends nothing, and rejects all waiting requests; later ones ask again", async () => {
    const sound = createBudget();
    const ask = vi.fn<Budget["acquire"]>().mockRejectedValueOnce(new Error("no database"));
    ask.mockImplementation((wish) => sound.acquire(wish));
    const limiter = createTestLimiter({ ...sound, acquire: ask });
    const taken = Promise.allSettled([
      limiter.acquire(LIST, "background", PATIENT),
      limiter.acquire(LIST, "background", PATIENT),
    ]);
    expect((await taken).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await limiter.acquire(LIST, "background", PATIENT)).toBe(true);
  });
});
