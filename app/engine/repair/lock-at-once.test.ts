import { afterAll, beforeAll, expect, it } from "vitest";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { addMixedUsers } from "~/engine/testing/mixed-users";
import { createSeededRandom } from "~/engine/testing/seeded-random";
import { addManyPayingUsers, CRON, createWorld, runToEnd, STAFF, type World } from "~/engine/testing/world";
import { createDatabase, type Database } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { type ReconcileInput, reconcileUsers } from "./reconcile-users.server";
import type { UserOutcome } from "./user-outcome.server";

// A first run repairs nearly everyone: then all users of a batch are locked at once and evaluated once, under the lock.

let world: World;
let other: Database;
let run: { id: string };

beforeAll(async () => {
  world = await createWorld();
  other = createDatabase(world.url, { poolSize: 1 });
  await world.db.setting.upsert({
    where: { key: "writeMode" },
    create: { key: "writeMode", value: "full" },
    update: { value: "full" },
  });
  await addMixedUsers(world, createSeededRandom(1), 60);
  await addManyPayingUsers(world, 160, "payer");
  const preview = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
  run = await runToEnd(world.parity, preview.id);
});
afterAll(async () => {
  await other.$disconnect();
  await world.close();
});

async function reconcile(userIds: readonly string[], input: Partial<ReconcileInput>) {
  const { outcomes } = await reconcileUsers(world.db, {
    ...{ log: createLog({ level: "silent" }), userIds, actor: CRON },
    context: await loadEvaluationContext(world.db),
    ...{ apply: true, saveStatuses: true, addressesRead: false, run },
    ...input,
  });
  return outcomes;
}

async function listUsers(): Promise<string[]> {
  const rows = await world.db.user.findMany({ select: { id: true }, orderBy: { id: "asc" } });
  return rows.map(({ id }) => id);
}

/** What another transaction could write at this moment. */
async function listFree(): Promise<{ users: string[]; customers: string[] }> {
  const users = await other.$queryRaw<{ id: string }[]>`SELECT id FROM app."User" FOR UPDATE SKIP LOCKED`;
  const customers = await other.$queryRaw<{ id: string }[]>`
    SELECT id FROM parity."StripeCustomer" FOR UPDATE SKIP LOCKED`;
  return { users: users.map(({ id }) => id), customers: customers.map(({ id }) => id) };
}

class NotCommitted extends Error {}

/** Reconciles, looks from another transaction before the commit, and takes everything back. */
async function tryReconcile(userIds: readonly string[], input: Partial<ReconcileInput>) {
  const seen: { outcomes: readonly UserOutcome[]; free: Awaited<ReturnType<typeof listFree>> }[] = [];
  const commit: ReconcileInput["commit"] = async (_, outcomes) => {
    seen.push({ outcomes, free: await listFree() });
    throw new NotCommitted();
  };
  await expect(reconcile(userIds, { ...input, commit })).rejects.toThrow(NotCommitted);
  const [first] = seen;
  if (first === undefined) throw new Error("Nothing was to be committed");
  return first;
}

const describeOutcomes = (outcomes: readonly UserOutcome[]) =>
  outcomes
    .map(({ userId, outcome, reason, needs, verdictAfter, grants, revokes, changes }) => ({
      ...{ userId, outcome, reason, needs, verdictAfter, grants, revokes, changes },
    }))
    .sort((a, b) => (a.userId < b.userId ? -1 : 1));

it("locks all users and their customers before it evaluates them, where most are repaired", async () => {
  const userIds = await listUsers();
  const { outcomes, free } = await tryReconcile(userIds, { expectsRepairs: true });
  expect(free.users).toEqual([]);
  const judged = outcomes.flatMap(({ before }) => before.evaluation.links.customerIds);
  expect(judged.length).toBeGreaterThan(180);
  expect(judged.filter((id) => free.customers.includes(id))).toEqual([]);
});

it("comes to the same for every user as a look without a lock before it", async () => {
  const userIds = await listUsers();
  const atOnce = await tryReconcile(userIds, { expectsRepairs: true });
  const looked = await tryReconcile(userIds, {});
  expect(looked.free.users).not.toEqual([]);
  expect(describeOutcomes(atOnce.outcomes)).toEqual(describeOutcomes(looked.outcomes));
});

it("looks without a lock first where a sample shows that few are repaired", async () => {
  const userIds = (await listUsers()).filter((id) => id.startsWith("payer"));
  await reconcile(userIds.slice(0, -1), { expectsRepairs: true });
  const { outcomes, free } = await tryReconcile(userIds, { expectsRepairs: true });
  expect(outcomes.filter(({ outcome }) => outcome === "synced").map(({ userId }) => userId)).toEqual(
    userIds.slice(-1),
  );
  for (const userId of userIds.slice(0, -1)) expect(free.users).toContain(userId);
});
