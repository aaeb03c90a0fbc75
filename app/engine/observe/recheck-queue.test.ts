import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FIELDS } from "~/billing/fields";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "~/engine/evaluate/enqueue-drifted-users.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  CRON,
  createWorld,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { readDatabaseTime } from "~/platform/versions.server";
import { dequeueRechecks, enqueueDueUsers, enqueueRechecks } from "./recheck-queue.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const marked = async () => {
  const rows = await world.db.recheckQueue.findMany({ orderBy: { userId: "asc" } });
  return rows.map(({ userId }) => userId);
};
const enqueue = (...ids: string[]) => world.db.$transaction((tx) => enqueueRechecks(tx, ids));
const readQueueEntry = async (userId: string) =>
  Number((await world.db.recheckQueue.findUniqueOrThrow({ where: { userId } })).generation);
const clear = (userId: string, generation: number) =>
  world.db.$transaction((tx) => dequeueRechecks(tx, [{ userId, generation }]));

async function evaluate(ids: string[], { apply = true, saveStatuses = true } = {}) {
  const context = await loadEvaluationContext(world.db);
  const { id } = (await world.db.run.findFirst({ orderBy: { createdAt: "asc" } })) ?? { id: "run" };
  const how = { apply, saveStatuses, addressesRead: false, run: { id } };
  const input = { userIds: ids, context, actor: CRON, log: world.deps.log, ...how };
  return (await reconcileUsers(world.db, input)).outcomes;
}

describe("an entry of the recheck queue", () => {
  it("is removed when it was loaded", async () => {
    await enqueue("ada", "bob");
    await clear("ada", await readQueueEntry("ada"));
    expect(await marked()).toEqual(["bob"]);
  });

  it("that was added after loading stays, also when another process removed the one before it", async () => {
    await enqueue("ada");
    const loaded = await readQueueEntry("ada");
    await enqueue("ada");
    await clear("ada", loaded);
    expect(await marked()).toEqual(["ada"]);
    await clear("ada", await readQueueEntry("ada"));
    await enqueue("ada");
    await clear("ada", loaded);
    expect(await marked()).toEqual(["ada"]);
  });

  it("whose transaction is still open stays, and no process waits for it", async () => {
    await enqueue("ada");
    const loaded = await readQueueEntry("ada");
    await world.db.$transaction(async (tx) => {
      await enqueueRechecks(tx, ["ada"]);
      await clear("ada", loaded);
    });
    expect(await marked()).toEqual(["ada"]);
  });

  it("is removed when its user was evaluated and nothing is left to do", async () => {
    await addSyncedUser(world, "ada");
    await addPayingUser(world, "bob");
    await syncAll(world.parity);
    await world.db.user.update({ where: { id: "bob" }, data: { plan: null } });
    await enqueue("ada", "bob", "unknown");
    await evaluate(["ada", "bob", "unknown"], { saveStatuses: false, apply: false });
    expect(await marked()).toEqual(["ada", "bob", "unknown"]);
    await evaluate(["ada", "bob", "unknown"], { apply: false });
    expect(await marked()).toEqual(["bob"]); // to be repaired
    expect(await evaluate(["bob"])).toMatchObject([{ outcome: "synced", reason: null }]);
    expect(await marked()).toEqual([]);
  });

  it("stays while its user is not checked, or Stripe must be read first", async () => {
    await addUser(world, { id: "ada" });
    const { subscriptionId } = await addSyncedUser(world, "bob");
    await enqueue("ada", "bob");
    expect(await evaluate(["ada"])).toMatchObject([{ outcome: "not_checked" }]);
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.runs.preview({ actor: CRON });
    await world.db.$executeRaw`UPDATE parity."StripeSubscription" SET status = 'canceled', "endedAt" = now()`;
    expect(await evaluate(["bob"])).toMatchObject([{ needs: "customers" }]);
    expect(await marked()).toEqual(["ada", "bob"]);
  });

  it("stays when the record could not be written", async () => {
    await addSyncedUser(world, "ada");
    await world.db.user.update({ where: { id: "ada" }, data: { plan: null } });
    await enqueue("ada");
    await world.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM app."User" WHERE id = 'ada' FOR UPDATE`;
      expect(await evaluate(["ada"])).toMatchObject([{ outcome: "failed" }]);
    });
    expect(await marked()).toEqual(["ada"]);
  });
});

describe("the recheck", () => {
  it("covers users whose next check is due, and verdicts that are rechecked in every run", async () => {
    const ids = ["past", "later", "never", "conflict", "revocation_limit", "held", "gone"];
    for (const id of ids.slice(0, -1)) await addUser(world, { id });
    const now = await readDatabaseTime(world.db);
    const syncStatus = (userId: string, changes: object = {}) => ({
      userId,
      verdict: "in_sync",
      severity: 0,
      mismatches: [],
      ...changes,
    });
    await world.db.syncStatus.createMany({
      data: [
        syncStatus("past", { nextCheckAt: new Date(now * 1000) }),
        syncStatus("later", { nextCheckAt: new Date((now + 1) * 1000) }),
        syncStatus("never"),
        syncStatus("conflict", { verdict: "link_conflict" }),
        syncStatus("revocation_limit", { blocked: "revocation_limit" }),
        syncStatus("held", { blocked: "on_hold" }),
        syncStatus("gone", { verdict: "not_checked" }),
      ],
    });
    const due = () => world.db.$transaction((tx) => enqueueDueUsers(tx, { now }));
    expect(await due()).toBe(3);
    expect(await marked()).toEqual(["conflict", "past", "revocation_limit"]);
    expect(await due()).toBe(0);
  });
});

describe("drift inside the database", () => {
  const find = () => world.db.$transaction((tx) => enqueueDriftedUsers(tx, FIELDS));
  const drift = async () => (await find()).enqueued;

  it("is found in every table, and so is a user without a sync status; nothing else is", async () => {
    const ids = ["ada", "bob", "dan", "eve", "fay", "gus"];
    for (const id of ids) await addSyncedUser(world, id);
    await syncAll(world.parity);
    expect(await drift()).toBe(0);
    await world.db.user.update({ where: { id: "ada" }, data: { plan: null } });
    await world.db.billingSubscription.update({ where: { userId: "bob" }, data: { amount: 1 } });
    await world.db.workspace.update({ where: { id: "dan_w1" }, data: { seats: 0 } });
    await world.db.user.update({ where: { id: "eve" }, data: { name: "Eve" } });
    await world.db.user.delete({ where: { id: "fay" } });
    await addUser(world, { id: "new" });
    expect(await drift()).toBe(4);
    expect(await marked()).toEqual(["ada", "bob", "dan", "new"]);
    expect(await drift()).toBe(0);

    await evaluate(await marked());
    expect(await drift()).toBe(0);
  });
});
