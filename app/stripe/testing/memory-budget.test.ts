import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALL_ENDPOINTS, type Priority } from "~/stripe/budget";
import type { Ceilings } from "~/stripe/pacing";
import { createMemoryBudget } from "./memory-budget";
import { computeSlowdown, type RateBucket, SLOWEST, slowDown } from "./rate-bucket";

const LIVE: Ceilings = { backgroundPerSecond: 20, globalPerSecond: 100 };
const TEST: Ceilings = { backgroundPerSecond: 12, globalPerSecond: 25 };
const LIST = "GET /v1/subscriptions";

/** A budget with a manual clock, and a list of the granted requests with their times. */
function open(ceilings: Ceilings = LIVE) {
  let now = 1_000;
  const budget = createMemoryBudget(ceilings, () => now);
  const sent: { at: number; endpoint: string; priority: Priority }[] = [];
  const acquire = async (many: number, priority: Priority = "background", endpoint = LIST) => {
    const grant = await budget.acquire({ endpoint, priority, many });
    for (let n = 0; n < grant.granted; n += 1) sent.push({ at: now, endpoint, priority });
    return grant;
  };
  return { budget, sent, acquire, advance: (milliseconds: number) => (now += milliseconds) };
}

/** Asks for more than the budget has, whenever something may be free, for that long. */
async function exhaust(
  { acquire, advance }: ReturnType<typeof open>,
  milliseconds: number,
  priority?: Priority,
) {
  for (let left = milliseconds; ; ) {
    const { waitMs } = await acquire(100, priority);
    const wait = Math.max(waitMs, 0.001);
    if (wait > left) return advance(left);
    advance(wait);
    left -= wait;
  }
}

/** How many of these sorted moments the worst interval had above `perSecond`. */
function worstExcess(moments: readonly number[], perSecond: number): number {
  let worst = 0;
  moments.forEach((from, first) => {
    moments.forEach((to, last) => {
      if (last >= first) worst = Math.max(worst, last - first + 1 - ((to - from) / 1000) * perSecond);
    });
  });
  return worst;
}

const asks = fc.array(
  fc.record({
    after: fc.oneof(fc.nat(60), fc.nat(2_000)),
    many: fc.integer({ min: 1, max: 40 }),
    priority: fc.constantFrom<Priority>("interactive", "background"),
    endpoint: fc.constantFrom(LIST, "GET /v1/customers/:id", "GET /v1/events", "GET /v1/customers"),
    refused: fc.nat(9).map((chance) => chance === 0),
  }),
  { maxLength: 60 },
);

describe("over any interval of t seconds", () => {
  it.each([
    ["live", LIVE],
    ["test", TEST],
  ])(
    "no more go than t × the ceiling + 9: an endpoint's and the account's, in %s mode",
    async (_, limits) => {
      const property = fc.asyncProperty(asks, async (steps) => {
        const { budget, sent, acquire, advance } = open(limits);
        for (const { after, many, priority, endpoint, refused } of steps) {
          advance(after);
          if (refused) await budget.slowDown(endpoint);
          await acquire(many, priority, endpoint);
        }
        const moments = (name?: string) =>
          sent.filter(({ endpoint }) => !name || endpoint === name).map(({ at }) => at);
        expect(worstExcess(moments(LIST), 25)).toBeLessThan(9.001);
        expect(worstExcess(moments(), limits.globalPerSecond)).toBeLessThan(9.001);
      });
      await fc.assert(property);
    },
  );

  it("no more background requests go than t × their ceiling + 6, and no fewer while some always wait", async () => {
    const world = open();
    await exhaust(world, 20_000);
    const moments = world.sent.map(({ at }) => at);
    expect(worstExcess(moments, 20)).toBeLessThan(6.001);
    expect(moments.length).toBeGreaterThanOrEqual(400);
  });

  it("a fifth of the account's ceiling is left to the application, unless interactive requests wait", async () => {
    const world = open({ backgroundPerSecond: 200, globalPerSecond: 100 });
    await exhaust(world, 10_000);
    expect(world.sent.length / 10).toBeCloseTo(80, -1);
    world.sent.splice(0);
    await exhaust(world, 10_000, "interactive");
    expect(world.sent.length / 10).toBeCloseTo(100, -1);
  });

  it("a timer that is late by less than the burst loses nothing", async () => {
    const { acquire, advance, sent } = open({ backgroundPerSecond: 25, globalPerSecond: 100 });
    await acquire(1);
    for (let n = 0; n < 100; n += 1) {
      advance(190);
      await acquire(100);
    }
    expect(sent.length).toBeGreaterThanOrEqual(100 * 0.19 * 25);
  });
});

describe("an interactive request", () => {
  it("goes at once although background requests take all that is free", async () => {
    const world = open();
    await exhaust(world, 5_000);
    expect((await world.acquire(3, "interactive")).granted).toBeGreaterThanOrEqual(2);
    expect((await world.acquire(1)).granted).toBe(0);
  });

  it("leaves nothing for background requests while more wait, and everything afterwards", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 5, max: 200 }), async (people) => {
      const { acquire, advance, sent } = open();
      await acquire(100);
      let left = people;
      while (left > 0) {
        const { granted, waitMs } = await acquire(left, "interactive");
        left -= granted;
        if (left === 0) break;
        expect((await acquire(100)).granted).toBe(0);
        advance(waitMs + 5);
      }
      const over = sent.length;
      const { waitMs } = await acquire(100);
      expect(waitMs).toBeLessThan(200);
      for (let n = 0; n < 20; n += 1) {
        advance(50);
        await acquire(100);
      }
      expect(sent.length - over).toBeGreaterThanOrEqual(16);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

describe("a slowdown", () => {
  const calm: RateBucket = { nextRequestAt: 0, slowdown: 1, slowedAt: Number.NEGATIVE_INFINITY };

  it("halves the rate, and is gone after a while by itself", async () => {
    const world = open();
    await exhaust(world, 10_000);
    const calmly = world.sent.splice(0).length;
    await world.budget.slowDown(LIST);
    await exhaust(world, 1_000);
    expect(world.sent.splice(0).length).toBeLessThan(calmly / 10 / 1.5);
    world.advance(60_000);
    await exhaust(world, 10_000);
    expect(world.sent.length).toBeGreaterThanOrEqual(calmly - 6);
  });

  it("of the account is one of every endpoint; of an endpoint no other's", async () => {
    const world = open();
    await world.acquire(1);
    await world.budget.slowDown(ALL_ENDPOINTS);
    expect((await world.acquire(1, "background", "GET /v1/customers")).slotMs).toBeCloseTo(100);
    world.advance(200_000);
    await world.budget.slowDown(LIST);
    expect((await world.acquire(1, "background", "GET /v1/customers")).slotMs).toBeCloseTo(50);
    expect((await world.acquire(1)).slotMs).toBeCloseTo(100);
  });

  it("counts once for all that are refused together", () => {
    const once = slowDown(calm, 10_000);
    expect(once.slowdown).toBe(2);
    expect(slowDown(once, 10_400)).toBe(once);
    expect(slowDown(once, 10_500).slowdown).toBeCloseTo(3.9, 1);
  });

  it("however often, some requests still go", () => {
    let bucket = calm;
    for (let at = 1_000; at < 60_000; at += 600) bucket = slowDown(bucket, at);
    expect(computeSlowdown(bucket, 60_000)).toBeLessThanOrEqual(SLOWEST);
  });

  it("removes what was left unused", async () => {
    const world = open();
    await world.acquire(1);
    world.advance(10_000);
    await world.budget.slowDown(LIST);
    expect((await world.acquire(100)).granted).toBe(1);
  });
});

describe("a clock that is set back", () => {
  it("delays nothing", async () => {
    const { acquire, advance, budget } = open();
    await exhaust({ acquire, advance, budget, sent: [] }, 2_000);
    await budget.slowDown(LIST);
    advance(-3_600_000);
    expect(await acquire(1)).toMatchObject({ granted: 1, slotMs: 50 });
  });
});
