import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALL_ENDPOINTS, type Priority } from "./budget";
import { createMemoryBudget } from "./memory-budget";
import { type Ceilings, computeSlowdown, type RateBucket, SLOWEST, slowDown } from "./pacing";

const LIVE: Ceilings = { backgroundPerSecond: 20, globalPerSecond: 100 };
const TEST: Ceilings = { backgroundPerSecond: 12, globalPerSecond: 25 };
const LIST = "GET /v1/subscriptions";

/** A budget with a clock that is turned by hand, and when it let go what: one entry a request. */
function open(ceilings: Ceilings = LIVE) {
  let now = 1_000;
  const budget = createMemoryBudget(ceilings, () => now);
  const went: { at: number; endpoint: string; priority: Priority }[] = [];
  const ask = async (many: number, priority: Priority = "background", endpoint = LIST) => {
    const grant = await budget.ask({ endpoint, priority, many });
    for (let n = 0; n < grant.granted; n += 1) went.push({ at: now, endpoint, priority });
    return grant;
  };
  return { budget, went, ask, pass: (milliseconds: number) => (now += milliseconds) };
}

/** Asks for more than there is, whenever something may be free, for so long. */
async function exhaust({ ask, pass }: ReturnType<typeof open>, milliseconds: number, priority?: Priority) {
  for (let left = milliseconds; ; ) {
    const { waitMs } = await ask(100, priority);
    const wait = Math.max(waitMs, 0.001);
    if (wait > left) return pass(left);
    pass(wait);
    left -= wait;
  }
}

/** By how many, at worst, any interval had more than `perSecond` of these moments (ordered). */
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
        const { budget, went, ask, pass } = open(limits);
        for (const { after, many, priority, endpoint, refused } of steps) {
          pass(after);
          if (refused) await budget.slowDown(endpoint);
          await ask(many, priority, endpoint);
        }
        const moments = (name?: string) =>
          went.filter(({ endpoint }) => !name || endpoint === name).map(({ at }) => at);
        expect(worstExcess(moments(LIST), 25)).toBeLessThan(9.001);
        expect(worstExcess(moments(), limits.globalPerSecond)).toBeLessThan(9.001);
      });
      await fc.assert(property);
    },
  );

  it("no more go in the background than t × its ceiling + 6, and no fewer while they are always waited for", async () => {
    const world = open();
    await exhaust(world, 20_000);
    const moments = world.went.map(({ at }) => at);
    expect(worstExcess(moments, 20)).toBeLessThan(6.001);
    expect(moments.length).toBeGreaterThanOrEqual(400);
  });

  it("a fifth of the account's ceiling is left to the application, unless people wait", async () => {
    const world = open({ backgroundPerSecond: 200, globalPerSecond: 100 });
    await exhaust(world, 10_000);
    expect(world.went.length / 10).toBeCloseTo(80, -1);
    world.went.splice(0);
    await exhaust(world, 10_000, "interactive");
    expect(world.went.length / 10).toBeCloseTo(100, -1);
  });

  it("a timer that is late by less than the burst loses nothing", async () => {
    const { ask, pass, went } = open({ backgroundPerSecond: 25, globalPerSecond: 100 });
    await ask(1);
    for (let n = 0; n < 100; n += 1) {
      pass(190);
      await ask(100);
    }
    expect(went.length).toBeGreaterThanOrEqual(100 * 0.19 * 25);
  });
});

describe("what a person waits for", () => {
  it("goes at once although the background takes all that is free", async () => {
    const world = open();
    await exhaust(world, 5_000);
    expect((await world.ask(3, "interactive")).granted).toBeGreaterThanOrEqual(2);
    expect((await world.ask(1)).granted).toBe(0);
  });

  it("leaves the background nothing as long as more waits, and all of it from then on", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 5, max: 200 }), async (people) => {
      const { ask, pass, went } = open();
      await ask(100);
      let left = people;
      while (left > 0) {
        const { granted, waitMs } = await ask(left, "interactive");
        left -= granted;
        if (left === 0) break;
        expect((await ask(100)).granted).toBe(0);
        pass(waitMs + 5);
      }
      const over = went.length;
      const { waitMs } = await ask(100);
      expect(waitMs).toBeLessThan(200);
      for (let n = 0; n < 20; n += 1) {
        pass(50);
        await ask(100);
      }
      expect(went.length - over).toBeGreaterThanOrEqual(16);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

describe("a slowdown", () => {
  const calm: RateBucket = { nextRequestAt: 0, slowdown: 1, slowedAt: Number.NEGATIVE_INFINITY };

  it("halves the rate, and is gone after a while by itself", async () => {
    const world = open();
    await exhaust(world, 10_000);
    const calmly = world.went.splice(0).length;
    await world.budget.slowDown(LIST);
    await exhaust(world, 1_000);
    expect(world.went.splice(0).length).toBeLessThan(calmly / 10 / 1.5);
    world.pass(60_000);
    await exhaust(world, 10_000);
    expect(world.went.length).toBeGreaterThanOrEqual(calmly - 6);
  });

  it("of the account is one of every endpoint; of an endpoint no other's", async () => {
    const world = open();
    await world.ask(1);
    await world.budget.slowDown(ALL_ENDPOINTS);
    expect((await world.ask(1, "background", "GET /v1/customers")).slotMs).toBeCloseTo(100);
    world.pass(200_000);
    await world.budget.slowDown(LIST);
    expect((await world.ask(1, "background", "GET /v1/customers")).slotMs).toBeCloseTo(50);
    expect((await world.ask(1)).slotMs).toBeCloseTo(100);
  });

  it("counts once for all that are refused together", () => {
    const once = slowDown(calm, 10_000);
    expect(once.slowdown).toBe(2);
    expect(slowDown(once, 10_400)).toBe(once);
    expect(slowDown(once, 10_500).slowdown).toBeCloseTo(3.9, 1);
  });

  it("however often, something still goes", () => {
    let bucket = calm;
    for (let at = 1_000; at < 60_000; at += 600) bucket = slowDown(bucket, at);
    expect(computeSlowdown(bucket, 60_000)).toBeLessThanOrEqual(SLOWEST);
  });

  it("takes away what was saved up", async () => {
    const world = open();
    await world.ask(1);
    world.pass(10_000);
    await world.budget.slowDown(LIST);
    expect((await world.ask(100)).granted).toBe(1);
  });
});

describe("a clock that is set back", () => {
  it("holds nothing up", async () => {
    const { ask, pass, budget } = open();
    await exhaust({ ask, pass, budget, went: [] }, 2_000);
    await budget.slowDown(LIST);
    pass(-3_600_000);
    expect(await ask(1)).toMatchObject({ granted: 1, slotMs: 50 });
  });
});
