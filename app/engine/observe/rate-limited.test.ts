import { afterEach, beforeEach, expect, it } from "vitest";
import { createStripeBudget } from "~/engine/account/stripe-budget.server";
import { createWorld, type World } from "~/engine/testing/world";
import { nextVersion } from "~/platform/versions.server";
import { createLimiter } from "~/stripe/limiter.server";
import { createStripeReader } from "~/stripe/reader.server";

const READS = 60;
const PROCESSES = 3;
const CEILINGS = { backgroundPerSecond: 1_000, interactivePerSecond: 1_000, globalPerSecond: 10_000 };
const ENDPOINT = "GET /v1/customers/:id";

let world: World;
beforeEach(async () => {
  world = await createWorld({ latency: 5 });
});
afterEach(() => world.close());

/** A reader as another process has it, with the budget that all on this database share. */
function anotherReader() {
  const { db, deps, stripeUrl, sandbox } = world;
  return createStripeReader({
    secretKey: sandbox.secretKey,
    apiBase: stripeUrl,
    limiter: createLimiter({ budget: createStripeBudget(db, CEILINGS) }),
    nextVersion: () => nextVersion(db),
    log: deps.log,
  });
}

it.each([
  ["endpoint-rate", { endpointPerSecond: 20, burst: 2 }],
  ["global-rate", { globalPerSecond: 20, burst: 2 }],
  ["endpoint-concurrency", { endpointConcurrency: 2 }],
  ["global-concurrency", { globalConcurrency: 2 }],
])("after many 429s for %s everything is read, and the rate recovers", async (reason, limits) => {
  const { sandbox, db } = world;
  const customer = sandbox.customers.create({ email: "ada@example.com" });
  sandbox.control.setLimits(limits);
  const how = { priority: "background", deadlineMs: 120_000 } as const;
  const reads = Array.from({ length: PROCESSES }, anotherReader).flatMap((reader) =>
    Array.from({ length: READS / PROCESSES }, () => reader.readCustomer(customer.id, how)),
  );
  expect((await Promise.all(reads)).filter(({ ok }) => !ok)).toEqual([]);

  const refused = sandbox.requests.list({ status: 429 }).length;
  expect(refused).toBeGreaterThan(0);
  const bucket = reason.startsWith("global") ? "all" : ENDPOINT;
  const slowed = await db.stripeRateBucket.findMany({ where: { slowdown: { gt: 1 } } });
  expect(slowed.map((row) => row.bucket)).toEqual([bucket]);
  // Every request that was sent had been granted and counted, the refused ones too.
  const counted = await db.stripeRequestCount.findMany();
  expect(counted).toMatchObject([{ endpoint: ENDPOINT, requests: READS + refused }]);

  const later = createStripeBudget(db, CEILINGS, () => new Date(Date.now() + 180_000));
  const { slotMs } = await later.acquire({ endpoint: ENDPOINT, priority: "background", many: 1 });
  expect(slotMs).toBeCloseTo(1, 1);
});

it("a 429 for a locked object does not lower the rate", async () => {
  const { sandbox, db } = world;
  const customer = sandbox.customers.create({ email: "ada@example.com" });
  sandbox.control.addFault({
    effect: { type: "error", status: 429, code: "lock_timeout", reason: null },
    times: 3,
  });
  const read = await anotherReader().readCustomer(customer.id, {
    priority: "interactive",
    deadlineMs: 60_000,
  });
  expect(read).toMatchObject({ ok: true });
  expect(await db.stripeRateBucket.findMany({ where: { slowdown: { gt: 1 } } })).toEqual([]);
});
