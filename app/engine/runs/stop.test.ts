import { afterEach, beforeEach, expect, it } from "vitest";
import {
  addManyPayingUsers,
  addPayingUser,
  addSyncedUser,
  createWorld,
  readAccess,
  STAFF,
  type World,
} from "~/engine/testing/world";

// What a process that shuts down does with the runs that it works on.

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const cron = (parity = world.parity) => parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });

/** Starts `work`, waits until Stripe holds a request of it back, and shuts the process down. */
async function stopInRequest<T>(path: string, work: () => Promise<T>, parity = world.parity): Promise<T> {
  const fault = world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path } });
  const working = work();
  await world.sandbox.control.held.waitForCount(1);
  parity.stop();
  const result = await working;
  world.sandbox.control.clearFaults(fault);
  world.sandbox.control.held.release();
  return result;
}

it("a full run driven by a cron request is handed over on SIGTERM, and the next call goes on at once (case 28)", async () => {
  await addPayingUser(world, "ada");
  const next = world.another();

  const stopped = await stopInRequest("/v1/subscriptions", () => cron());

  expect(stopped).toMatchObject({ done: false, success: false, reason: expect.stringMatching(/^stopped/) });
  expect(stopped).not.toHaveProperty("alreadyRunning");
  const { leaseUntil } = await world.db.run.findUniqueOrThrow({ where: { id: stopped.runId } });
  expect(leaseUntil).toBeNull();
  expect(await cron(next)).toMatchObject({ runId: stopped.runId, success: true, syncedCount: 1 });
});

it("a run that a process drives in the background is handed over when it closes", async () => {
  await addPayingUser(world, "ada");
  const { run } = await world.parity.runs.apply({ actor: STAFF });
  const next = world.another();
  await stopInRequest("/v1/subscriptions", async () => {
    world.parity.runs.drive(run.id);
    await world.sandbox.control.held.waitForCount(1);
    await world.parity.close();
  });
  expect(await cron(next)).toMatchObject({ runId: run.id, success: true, syncedCount: 1 });
});

it("a customer whose read is given up in the shutdown does not count as failed", async () => {
  const { subscriptionId } = await addSyncedUser(world, "ada");
  await cron();
  world.sandbox.subscriptions.cancel(subscriptionId);
  const next = world.another();

  const stopped = await stopInRequest("/v1/subscriptions", () => cron());

  expect(stopped).toMatchObject({ scope: "incremental", done: false, failedCount: 0 });
  expect(await world.db.userCheck.count({ where: { failedAt: { not: null } } })).toBe(0);
  expect(await cron(next)).toMatchObject({ runId: stopped.runId, success: true, syncedCount: 1 });
  expect(await readAccess(world, "ada")).toBe("locked 0");
});

it("a revocation whose evidence is given up in the shutdown is made by the next process", async () => {
  const { subscriptionId } = await addSyncedUser(world, "ada");
  world.sandbox.subscriptions.cancel(subscriptionId);
  const next = world.another();
  const { run } = await world.parity.runs.apply({ actor: { kind: "cron", id: null } });
  const phase = async () => (await world.db.run.findUniqueOrThrow({ where: { id: run.id } })).phase;
  while ((await phase()) !== "revoke") await world.parity.runs.step(run.id, 0);

  const stopped = await stopInRequest("/v1/subscriptions", () => world.parity.runs.step(run.id, 20_000));

  expect(stopped).toMatchObject({ state: "running", failed: 0 });
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await cron(next)).toMatchObject({ runId: run.id, success: true, syncedCount: 1 });
  expect(await readAccess(world, "ada")).toBe("locked 0");
});

it("pages that had been committed before the shutdown are not read again", async () => {
  await addManyPayingUsers(world, 250);
  const next = world.another();
  world.sandbox.control.addFault({
    effect: { type: "hang" },
    match: { path: "/v1/subscriptions" },
    skip: 2,
  });
  const working = cron();
  await world.sandbox.control.held.waitForCount(1);
  await expect
    .poll(async () => (await world.db.run.findFirst({ select: { observed: true } }))?.observed)
    .toBeGreaterThanOrEqual(100);
  world.parity.stop();
  expect(await working).toMatchObject({ done: false });
  world.sandbox.control.clearFaults();
  world.sandbox.control.held.release();

  const { runId, ...answer } = await cron(next);
  expect(answer).toMatchObject({ success: true, syncedCount: 250 });
  // Each subscription counts once, however many processes have read.
  expect(await world.db.run.findUnique({ where: { id: runId } })).toMatchObject({ observed: 250 });
});

it("a process that is shutting down begins no step for any caller", async () => {
  await addPayingUser(world, "ada");
  world.parity.stop();
  expect(await cron()).toMatchObject({ done: false, stripeRequests: 0 });
  const preview = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
  expect(preview).toMatchObject({ state: "running" });
});
