import { afterEach, beforeEach, expect, it } from "vitest";
import {
  addManyPayingUsers,
  addPayingUser,
  createWorld,
  readAccess,
  type World,
} from "~/engine/testing/world";
import { withPgClient } from "~/platform/migrations/pg-client.server";

// A call of the scheduler is answered when its time is over, whatever a step is waiting for: proxies cut it off otherwise.

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

it("is answered when its time is over, though a step waits for the database; the next call goes on", async () => {
  await addPayingUser(world, "ada");
  const first = await withPgClient(world.url, async (client) => {
    await client.query(`BEGIN; LOCK TABLE parity."StripeSubscription"`);
    const answer = await world.parity.runs.cron({ budgetMs: 1, scope: "incremental" });
    // Without this answer the lock would still be held now.
    expect(answer).toMatchObject({
      done: false,
      success: false,
      reason: expect.stringContaining("time is up"),
    });
    // The step has the run until it ends: nothing is done twice.
    expect(await world.parity.runs.cron({ budgetMs: 1, scope: "incremental" })).toMatchObject({
      runId: answer.runId,
      alreadyRunning: true,
    });
    await client.query("ROLLBACK");
    return answer;
  });
  await world.parity.settle();
  const next = await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
  expect(next).toMatchObject({ runId: first.runId, success: true, syncedCount: 1 });
  expect(await readAccess(world, "ada")).toBe("active 5");
});

it("is answered though Stripe holds a request back, and what Stripe answers then is not lost", async () => {
  await addPayingUser(world, "ada");
  const { control } = world.sandbox;
  const fault = control.addFault({ effect: { type: "hang" }, match: { path: "/v1/subscriptions" } });
  const first = await world.parity.runs.cron({ budgetMs: 1, scope: "incremental" });
  expect(first).toMatchObject({ done: false, success: false });
  control.clearFaults(fault);
  control.held.release();
  await world.parity.settle();
  expect(await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" })).toMatchObject({
    runId: first.runId,
    success: true,
    syncedCount: 1,
  });
});

it("asks Stripe for nothing more once its time is over: the requests in flight are the last ones, and each page is asked for once", async () => {
  const USERS = 450;
  await addManyPayingUsers(world, USERS);
  const { control, requests } = world.sandbox;
  const count = () => requests.counts().total;
  const fault = control.addFault({ effect: { type: "hang" }, match: { path: "/v1/subscriptions" } });
  const calls: unknown[] = [];
  // Stripe answers after the time of each call, and the process comes to it when it may.
  for (let nth = 0; nth < 2; nth += 1) {
    const { done } = await world.parity.runs.cron({ budgetMs: 1, scope: "full" });
    const asked = count();
    expect(control.held.count).toBeGreaterThan(0);
    control.held.release();
    await world.parity.settle();
    calls.push({ done, more: count() - asked });
  }
  expect(calls).toEqual(calls.map(() => ({ done: false, more: 0 })));
  control.clearFaults(fault);
  const last = await world.parity.runs.cron({ budgetMs: 60_000, scope: "full" });
  expect(last).toMatchObject({ success: true, syncedCount: USERS });
  // A hundred subscriptions a page, and what a full run needs besides: no page was asked for again.
  expect(count()).toBeLessThanOrEqual(Math.ceil((1.05 * USERS) / 100) + 16);
});
