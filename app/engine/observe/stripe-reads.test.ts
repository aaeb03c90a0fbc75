import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, STAFF, type World } from "~/engine/testing/world";

const DAY_MS = 86_400_000;
let world: World;

beforeAll(async () => {
  world = await createWorld();
  const read = (daysAgo: number, endpoint: string, requests: number) => ({
    day: new Date(Math.floor(Date.now() / DAY_MS - daysAgo) * DAY_MS),
    endpoint: `GET /v1/${endpoint}`,
    requests,
  });
  await world.db.stripeRequestCount.createMany({
    data: [
      read(0, "subscriptions", 5),
      read(1, "subscriptions", 40),
      read(29, "subscriptions", 100),
      read(30, "subscriptions", 1_000),
      read(2, "events", 200),
      read(31, "account", 7),
    ],
  });
});
afterAll(() => world.close());

describe("reads of Stripe", () => {
  it("are shown by endpoint, today and in 30 days, against an allocation of 10,000 unless set", async () => {
    const { reads } = await world.parity.overview();
    expect(reads).toEqual({
      allocation: 10_000,
      ownAllocation: false,
      endpoints: [
        { endpoint: "GET /v1/events", today: 0, last30Days: 200 },
        { endpoint: "GET /v1/subscriptions", today: 5, last30Days: 145 },
      ],
    });
    await world.parity.settings.set({ readAllocation: 50_000 }, STAFF);
    const said = (await world.parity.overview()).reads;
    expect(said).toMatchObject({ allocation: 50_000, ownAllocation: true });
    await world.parity.settings.set({ readAllocation: null }, STAFF);
    expect((await world.parity.overview()).reads.allocation).toBe(10_000);
  });

  it("are metrics for Prometheus, with the present slowdown", async () => {
    await world.db.stripeRateBucket.createMany({
      data: [
        { bucket: "all", nextRequestAt: new Date(), slowdown: 1, slowedAt: new Date(0) },
        { bucket: "GET /v1/events", nextRequestAt: new Date(), slowdown: 1e6, slowedAt: new Date() },
        {
          bucket: "GET /v1/account",
          nextRequestAt: new Date(),
          slowdown: 16,
          slowedAt: new Date(Date.now() - 120_000),
        },
      ],
    });
    const text = await world.parity.metrics();
    expect(text).toContain('parity_stripe_reads{endpoint="GET /v1/subscriptions"} 145\n');
    expect(text).toContain('parity_stripe_slowdown_ratio{bucket="all"} 1\n');
    expect(text).toContain('parity_stripe_slowdown_ratio{bucket="GET /v1/account"} 1\n');
    expect(text).toMatch(/parity_stripe_slowdown_ratio\{bucket="GET \/v1\/events"\} [1-9]\d/);
  });
});
