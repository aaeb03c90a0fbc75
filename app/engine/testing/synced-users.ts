import { expect } from "vitest";
import { addManyPayingUsers, type World } from "./world";

/** Adds paying users that a full run has put in sync. Ids of their subscriptions. */
export async function addSyncedUsers(world: World, count: number): Promise<string[]> {
  const subscriptionIds = await addManyPayingUsers(world, count);
  const run = await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(run).toMatchObject({ scope: "full", success: true, syncedCount: count });
  world.sandbox.requests.clear();
  return subscriptionIds;
}
