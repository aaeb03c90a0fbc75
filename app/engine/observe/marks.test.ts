import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadGround } from "~/engine/evaluate/parts.server";
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
import { markDrifted } from "~/engine/evaluate/drift.server";
import { clearMarks, markDue, markToJudge } from "./marks.server";
import { databaseNow } from "~/platform/stamps.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const marked = async () => {
  const rows = await world.db.toJudge.findMany({ orderBy: { userId: "asc" } });
  return rows.map(({ userId }) => userId);
};
const mark = (...ids: string[]) => world.db.$transaction((tx) => markToJudge(tx, ids));
const marksOf = async (userId: string) =>
  Number((await world.db.toJudge.findUniqueOrThrow({ where: { userId } })).marks);
const clear = (userId: string, marks: number) =>
  world.db.$transaction((tx) => clearMarks(tx, [{ userId, marks }]));

async function judge(ids: string[], { apply = true, keepStandings = true } = {}) {
  const ground = await loadGround(world.db);
  const { id } = (await world.db.run.findFirst()) ?? { id: "run" };
  const how = { apply, keepStandings, addressesRead: false, runId: () => Promise.resolve(id) };
  return reconcileUsers(world.db, { userIds: ids, ground, actor: CRON, log: world.parts.log, ...how });
}

describe("a mark", () => {
  it("is taken away when it is what was loaded", async () => {
    await mark("ada", "bob");
    await clear("ada", await marksOf("ada"));
    expect(await marked()).toEqual(["bob"]);
  });

  it("that came after loading stays, also when the one before it was taken away by another", async () => {
    await mark("ada");
    const loaded = await marksOf("ada");
    await mark("ada");
    await clear("ada", loaded);
    expect(await marked()).toEqual(["ada"]);
    await clear("ada", await marksOf("ada"));
    await mark("ada");
    await clear("ada", loaded);
    expect(await marked()).toEqual(["ada"]);
  });

  it("that is just being made stays, and nobody waits for it", async () => {
    await mark("ada");
    const loaded = await marksOf("ada");
    await world.db.$transaction(async (tx) => {
      await markToJudge(tx, ["ada"]);
      await clear("ada", loaded);
    });
    expect(await marked()).toEqual(["ada"]);
  });

  it("goes when its user was judged, and there is nothing left to do", async () => {
    await addSyncedUser(world, "ada");
    await addPayingUser(world, "bob");
    await syncAll(world.parity);
    await world.db.user.update({ where: { id: "bob" }, data: { plan: null } });
    await mark("ada", "bob", "nobody");
    await judge(["ada", "bob", "nobody"], { keepStandings: false, apply: false });
    expect(await marked()).toEqual(["ada", "bob", "nobody"]);
    await judge(["ada", "bob", "nobody"], { apply: false });
    expect(await marked()).toEqual(["bob"]); // to be repaired
    await judge(["bob"]);
    expect(await marked()).toEqual([]);
  });

  it("stays while its user is not checked, or Stripe must be asked first", async () => {
    await addUser(world, { id: "ada" });
    const { subscriptionId } = await addSyncedUser(world, "bob");
    await mark("ada", "bob");
    expect(await judge(["ada"])).toMatchObject([{ outcome: "not_checked" }]);
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.runs.preview({ actor: CRON });
    await world.db.$executeRaw`UPDATE "StripeSubscription" SET status = 'canceled', "endedAt" = now()`;
    expect(await judge(["bob"])).toMatchObject([{ needs: "customers" }]);
    expect(await marked()).toEqual(["ada", "bob"]);
  });

  it("stays when the record could not be written", async () => {
    await addSyncedUser(world, "ada");
    await world.db.user.update({ where: { id: "ada" }, data: { plan: null } });
    await mark("ada");
    await world.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "User" WHERE id = 'ada' FOR UPDATE`;
      expect(await judge(["ada"])).toMatchObject([{ outcome: "failed" }]);
    });
    expect(await marked()).toEqual(["ada"]);
  });
});

describe("due are", () => {
  it("users whom the clock has overtaken, and the restless", async () => {
    const ids = ["past", "later", "never", "conflict", "breaker", "held", "gone"];
    for (const id of ids.slice(0, -1)) await addUser(world, { id });
    const now = await databaseNow(world.db);
    const standing = (userId: string, changes: object = {}) => ({
      userId,
      verdict: "in_sync",
      severity: 0,
      mismatches: [],
      ...changes,
    });
    await world.db.standing.createMany({
      data: [
        standing("past", { judgeAgainAt: new Date(now * 1000) }),
        standing("later", { judgeAgainAt: new Date((now + 1) * 1000) }),
        standing("never"),
        standing("conflict", { verdict: "link_conflict" }),
        standing("breaker", { withheld: "breaker" }),
        standing("held", { withheld: "on_hold" }),
        standing("gone", { verdict: "not_checked" }),
      ],
    });
    const due = () => world.db.$transaction((tx) => markDue(tx, { now }));
    expect(await due()).toBe(3);
    expect(await marked()).toEqual(["breaker", "conflict", "past"]);
    expect(await due()).toBe(0);
  });
});

describe("drift inside the database", () => {
  const drift = () => world.db.$transaction(markDrifted);

  it("is found in whatever table, and a user without a standing too; nothing else is", async () => {
    const ids = ["ada", "bob", "dan", "eve", "fay", "gus"];
    for (const id of ids) await addSyncedUser(world, id);
    await syncAll(world.parity);
    expect(await drift()).toBe(0);
    await world.db.user.update({ where: { id: "ada" }, data: { plan: null } });
    await world.db.billingSubscription.update({ where: { userId: "bob" }, data: { amount: 1 } });
    await world.db.workspace.update({ where: { id: "dan_w1" }, data: { soldiers: 0 } });
    await world.db.user.update({ where: { id: "eve" }, data: { name: "Eve" } });
    await world.db.user.delete({ where: { id: "fay" } });
    await addUser(world, { id: "new" });
    expect(await drift()).toBe(4);
    expect(await marked()).toEqual(["ada", "bob", "dan", "new"]);
    expect(await drift()).toBe(0);

    await judge(await marked());
    expect(await drift()).toBe(0);
  });
});
