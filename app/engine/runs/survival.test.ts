import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DEFAULT_GATES, endCheck } from "~/engine/observe/user-checks.server";
import { rewriteLists } from "~/engine/testing/list-proxy";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  runToEnd,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

const HOUR = 3_600_000;
const cron = (scope: "incremental" | "full" = "incremental", budgetMs = 20_000) =>
  world.parity.runs.cron({ budgetMs, scope });

/** Continues the current run until its next step is in this phase. */
async function untilPhase(phase: string, scope: "incremental" | "full" = "incremental"): Promise<string> {
  for (;;) {
    const { runId, done } = await cron(scope, 0);
    if (done) throw new Error(`The run never reached ${phase}`);
    if ((await world.db.run.findUniqueOrThrow({ where: { id: runId } })).phase === phase) return runId;
  }
}

it.each([-26, 30])(
  "a process whose clock is %i hours ahead starts runs by the database's clock",
  async (hours) => {
    vi.useFakeTimers({ now: Date.now() + hours * HOUR, toFake: ["Date"] });
    await addPayingUser(world, "ada");
    const first = await cron("incremental", 0);
    const second = await cron();
    vi.useRealTimers();

    // A run that started 26 hours ago would have been abandoned as too old.
    expect(second).toMatchObject({ runId: first.runId, success: true, syncedCount: 1 });
    const ages = await world.db.$queryRaw<{ age: number }[]>`
    SELECT abs(extract(epoch FROM now() - "createdAt"))::float8 AS age FROM parity."Run"
    UNION ALL SELECT abs(extract(epoch FROM now()) - (value->>'at')::float8)::float8 FROM parity."Cursor"
      WHERE key = 'events'`;
    expect(ages).toHaveLength(2);
    for (const { age } of ages) expect(age).toBeLessThan(HOUR / 1000);
  },
);

it("the incremental run after a cancelled full run evaluates all users by what that had read", async () => {
  const { subscriptionId } = await addSyncedUser(world, "ada");
  for (const id of ["bob", "eve"]) await addSyncedUser(world, id);
  await syncAll(world.parity);
  // Every event so far is settled, so none makes the last run check a user.
  await cron();
  const apiBase = await rewriteLists(world.stripeUrl, (path, { data, ...list }) => ({
    ...list,
    data: path.startsWith("/v1/subscriptions") ? data.filter(({ id }) => id !== subscriptionId) : data,
  }));
  const another = world.another({ apiBase });
  const { run } = await another.runs.apply({ actor: CRON });
  const phase = async () => (await world.db.run.findUniqueOrThrow({ where: { id: run.id } })).phase;
  while ((await phase()) !== "evaluate") await another.runs.step(run.id, 0);
  await another.runs.cancel(run.id);
  await another.runs.step(run.id, 0);

  expect(await another.runs.cron({ budgetMs: 20_000, scope: "incremental" })).toMatchObject({
    scope: "incremental",
  });

  expect(await world.db.syncStatus.findUnique({ where: { userId: "ada" } })).toMatchObject({
    verdict: "missing_in_stripe",
  });
});

it("no access is revoked by what a run read before a long pause", async () => {
  const { subscriptionId, customerId } = await addSyncedUser(world, "ada");
  await cron();
  await world.parity.settings.set({ writeMode: "grant_only" }, STAFF);
  world.sandbox.subscriptions.cancel(subscriptionId);
  // The revocation is due now, and blocked.
  await cron();
  expect(await readAccess(world, "ada")).toBe("active 5");
  await world.parity.settings.set({ writeMode: "full" }, STAFF);
  world.sandbox.customers.update(customerId, { name: "Ada" });
  const runId = await untilPhase("evaluate");
  // For hours no process resumes the run. The customer pays again, and no event appears.
  const items = [{ price: world.prices.army }];
  world.sandbox.bulk(() => world.sandbox.subscriptions.create({ customer: customerId, items }));

  await runToEnd(world.parity, runId);

  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await world.db.change.count({ where: { revokes: true } })).toBe(0);
});

it("a failed check by a process that died is forgotten when the next one succeeds", async () => {
  for (const id of ["ada", "bob"]) {
    const { subscriptionId } = await addSyncedUser(world, id);
    world.sandbox.subscriptions.cancel(subscriptionId);
  }
  const runId = await untilPhase("revoke");
  await endCheck(world.db, "ada", "timeout", DEFAULT_GATES);
  // And a user that is not read again in this run, so that the failed check still counts.
  await addUser(world, { id: "eve" });
  await endCheck(world.db, "eve", "timeout", DEFAULT_GATES);

  await runToEnd(world.parity, runId);

  expect(await readAccess(world, "ada")).toBe("locked 0");
  const listFlags = async (userId: string) =>
    (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).flags;
  expect(await listFlags("ada")).toEqual(await listFlags("bob"));
  const [eve] = await world.parity.views(["eve"]);
  expect(eve?.flags).toContain("lookup_failed");
});

it("a new run that applies does not join a running preview", async () => {
  await addPayingUser(world, "ada");
  const preview = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
  const { run, joined } = await world.another().runs.apply({ actor: STAFF });
  expect(joined).toBe(false);
  expect(run.id).not.toBe(preview.id);
  expect(await runToEnd(world.parity, run.id)).toMatchObject({ mode: "apply", synced: 1 });
});

it("an incremental run repairs what was only previewed", async () => {
  await cron();
  await addPayingUser(world, "ada");
  await runToEnd(world.parity, (await world.parity.runs.preview({ actor: STAFF, readStripe: true })).id);
  expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 1 });
  expect(await readAccess(world, "ada")).toBe("active 5");
});

it("an incremental run repairs a user whose record was locked in the run before", async () => {
  await addUser(world, { id: "bob" });
  await addSyncedUser(world, "ada");
  await cron();
  await world.db.workspace.updateMany({ where: { ownerId: "ada" }, data: { status: "locked", seats: 0 } });
  await world.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM app."User" WHERE id = 'ada' FOR UPDATE`;
    expect(await cron()).toMatchObject({ failedCount: 1, success: false });
  });
  expect(await cron()).toMatchObject({ syncedCount: 1, success: true });
  expect(await readAccess(world, "ada")).toBe("active 5");
});
