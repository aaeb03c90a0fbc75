import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSyncedUsers } from "~/engine/testing/synced-users";
import { createWorld, type World } from "~/engine/testing/world";
import { isHourPast } from "./start-runs.server";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const cron = (budgetMs = 30_000, scope: "incremental" | "full" = "incremental") =>
  world.parity.runs.cron({ budgetMs, scope });

describe("a full run replaces an incremental one", () => {
  it("when the key may not read events", async () => {
    await addSyncedUsers(world, 2);
    world.sandbox.control.addFault({ effect: { type: "error", status: 403 }, match: { path: "/v1/events" } });
    expect(await cron()).toMatchObject({ scope: "full", success: true, skippedCount: 2 });
  });

  it("when the events do not go back to the last run", async () => {
    await addSyncedUsers(world, 2);
    await world.db.$executeRaw`UPDATE parity."Cursor" SET value = jsonb_set(value, '{since}',
      to_jsonb(extract(epoch FROM now() - interval '26 days')::int)) WHERE key = 'events'`;
    expect(await cron()).toMatchObject({ scope: "full", success: true });
    expect(await cron()).toMatchObject({ scope: "incremental" });
  });

  it("when reading each changed customer would cost more requests", async () => {
    const subscriptions = await addSyncedUsers(world, 40);
    for (const id of subscriptions.slice(0, 25))
      world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "full", success: true, syncedCount: 25, skippedCount: 15 });
    expect(answer.stripeRequests).toBeLessThan(25);
    // The full run has read what the events of those minutes name; customers of its last seconds are read once more.
    const stripeTime = Math.floor(Date.now() / 1000) + 60;
    const moved = await world.db.$executeRaw`UPDATE parity."Cursor"
      SET value = jsonb_set(value, '{stripeTime}', to_jsonb(${stripeTime}::int)) WHERE key = 'full_run'`;
    expect(moved).toBe(1);
    expect(await cron()).toMatchObject({ scope: "incremental", stripeRequests: 1 });
  });

  it("once, when the events fill pages: it settles the events before it", async () => {
    const subscriptions = await addSyncedUsers(world, 150);
    for (const id of subscriptions.slice(0, 140))
      world.sandbox.subscriptions.update(id, { cancel_at_period_end: true });
    const answer = await cron();
    expect(answer).toMatchObject({ scope: "full", success: true, syncedCount: 140, skippedCount: 10 });
    expect(answer.stripeRequests).toBeLessThan(25);
    world.sandbox.requests.clear();
    expect(await cron()).toMatchObject({ scope: "incremental", success: true, stripeRequests: 2 });
    const paths = world.sandbox.requests.list().map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(["/v1/events"]));
  });

  it("when it is requested", async () => {
    await addSyncedUsers(world, 2);
    expect(await cron(30_000, "full")).toMatchObject({ scope: "full", success: true, skippedCount: 2 });
  });

  it("once a day, when its hour has come", () => {
    const at = (text: string) => Date.parse(text) / 1000;
    const now = at("2026-11-26T03:05:00Z");
    expect(isHourPast({ beganAt: at("2026-11-26T02:59:00Z") }, 3, now)).toBe(true);
    expect(isHourPast({ beganAt: at("2026-11-26T03:01:00Z") }, 3, now)).toBe(false);
    expect(isHourPast({ beganAt: at("2026-11-25T05:00:00Z") }, 4, now)).toBe(false);
    expect(isHourPast({ beganAt: at("2026-11-25T03:59:00Z") }, 4, now)).toBe(true);
    expect(isHourPast({ beganAt: at("2020-01-01T00:00:00Z") }, null, now)).toBe(false);
  });
});
