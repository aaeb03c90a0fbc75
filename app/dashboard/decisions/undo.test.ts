import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPayingUser, addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import { ADMIN, addStaff, createDecider, OPERATOR, toRequest } from "./testing/deciding";

let world: World;
let deciding: ReturnType<typeof createDecider>;
beforeAll(async () => {
  world = await createWorld();
  await addStaff(world);
  deciding = createDecider(world);
});
afterAll(() => world.close());

const lock = (userId: string) =>
  world.db
    .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${userId}`;
const view = async (userId: string) => (await world.parity.views([userId]))[0];
const writeMode = (value: string) =>
  world.db.setting.update({ where: { key: "writeMode" }, data: { value } });

/** Access that Parity gave for a subscription that has ended since, unnoticed. */
async function addEndedAfterGrant(id: string): Promise<{ runId: string; changeId: string }> {
  const { subscriptionId } = await addPayingUser(world, id);
  const result = await world.parity.syncUser({ userId: id, actor: ADMIN.actor });
  world.sandbox.subscriptions.cancel(subscriptionId);
  const change = await world.db.change.findFirstOrThrow({ where: { userId: id }, orderBy: { id: "desc" } });
  return { runId: result?.runId ?? "", changeId: String(change.id) };
}

describe("undoing one change", () => {
  it("never takes what Stripe entitles to now", async () => {
    await addPayingUser(world, "payer");
    await world.parity.syncUser({ userId: "payer", actor: ADMIN.actor });
    const { id } = await world.db.change.findFirstOrThrow({ where: { userId: "payer" } });
    const refused = await deciding.refused("undo_change", { changeId: String(id) });
    expect(refused.message).toContain("Stripe entitles the user to what would be taken");
    expect(await readAccess(world, "payer")).toBe("active 5");
    expect(await world.db.hold.count({ where: { userId: "payer" } })).toBe(0);
  });

  it("reads Stripe before it takes, is an admin's decision then, and puts the user on hold", async () => {
    const { changeId } = await addEndedAfterGrant("ended");
    // Not read since: as far as is known, Stripe entitles the user.
    expect(await deciding.refused("undo_change", { changeId })).toMatchObject({ reason: "changed" });
    await world.db.$executeRaw`UPDATE parity."Setting" SET value = '"grant_only"' WHERE key = 'writeMode'`;
    await world.parity.syncUser({ userId: "ended", actor: ADMIN.actor });
    expect((await view("ended"))?.verdict).toBe("unpaid_access");
    const inGrantOnly = await deciding.refused("undo_change", { changeId });
    expect(inGrantOnly.message).toContain("Parity only grants access now");
    await writeMode("full");
    expect(await deciding.refused("undo_change", { changeId }, OPERATOR)).toMatchObject({
      reason: "forbidden",
    });
    const preview = await world.parity.decisions.preview(toRequest("undo_change", { changeId }));
    expect(preview).toMatchObject({ ok: true, effect: { losing: { users: 1 } } });
    expect(await readAccess(world, "ended")).toBe("active 5");

    const made = await deciding.decide("undo_change", { changeId });

    expect(await readAccess(world, "ended")).toBe("locked 0");
    expect((await view("ended"))?.flags).toContain("on_hold");
    const change = await world.db.change.findFirstOrThrow({
      where: { userId: "ended" },
      orderBy: { id: "desc" },
    });
    expect(change).toMatchObject({ revokes: true, actor: "staff_ada", reason: "asked for in ticket 12" });
    expect(await world.db.run.findUnique({ where: { id: change.runId } })).toMatchObject({
      mode: "undo",
      state: "done",
      synced: 1,
    });
    expect(made.decision.subject).toMatchObject({ userId: "ended", changeId });
    // Nothing is left of what it wrote.
    expect(await deciding.refused("undo_change", { changeId })).toMatchObject({
      reason: "changed",
      decision: { label: "Change undone", by: "Ada (staff)" },
    });
  });

  it("R362: says that only seats fall where access stays, before and after", async () => {
    const { prices, sandbox, parity } = world;
    const { subscriptionId } = await addPayingUser(world, "smaller", { price: prices.starter });
    await parity.syncUser({ userId: "smaller", actor: ADMIN.actor });
    sandbox.lifecycle.changePlan(subscriptionId, prices.army);
    await parity.syncUser({ userId: "smaller", actor: ADMIN.actor });
    const { id } = await world.db.change.findFirstOrThrow({
      where: { userId: "smaller" },
      orderBy: { id: "desc" },
    });
    sandbox.lifecycle.changePlan(subscriptionId, prices.starter);
    await parity.checkUser({ userId: "smaller", actor: ADMIN.actor });
    expect(await view("smaller")).toMatchObject({ taken: "seats" });
    const change = { changeId: String(id) };
    expect(await deciding.refused("undo_change", change, OPERATOR)).toMatchObject({
      ...{ reason: "forbidden", message: "This takes soldiers from a user: an admin must decide it." },
    });
    const preview = await parity.decisions.preview(toRequest("undo_change", change));
    expect(preview).toMatchObject({ ok: true, effect: { losing: { users: 0 }, fewerSeats: { users: 1 } } });
    expect(preview.ok && preview.lines[0]).toBe("1 user ($20 a month) gets fewer soldiers.");
    await deciding.decide("undo_change", change);
    expect(await readAccess(world, "smaller")).toBe("active 1");
    const [undone, given] = (await parity.activity.list({ userId: "smaller", limit: 4 })).entries;
    expect([undone?.title, given?.title]).toEqual(["Change taken back", "Change undone"]);
  });

  it("is not made where the application has written since", async () => {
    const { changeId } = await addEndedAfterGrant("rewritten");
    await lock("rewritten");
    const refused = await deciding.refused("undo_change", { changeId });
    expect(refused.message).toContain("the record is not what was written any more");
  });

  it("writes nothing while repairs are paused", async () => {
    const { changeId } = await addEndedAfterGrant("off");
    await writeMode("off");
    const refused = await deciding.refused("undo_change", { changeId });
    await writeMode("full");
    expect(refused.message).toContain("repairs are paused");
    expect(await readAccess(world, "off")).toBe("active 5");
  });
});

describe("undoing a run", () => {
  it("gives back what a wrong run took, and leaves out who has changed since", async () => {
    const users = ["wrong_a", "wrong_b", "wrong_c"];
    for (const id of users) {
      const { subscriptionId } = await addPayingUser(world, id);
      await world.parity.syncUser({ userId: id, actor: ADMIN.actor });
      world.sandbox.subscriptions.cancel(subscriptionId);
    }
    const run = await syncAll(world.parity, "staff");
    for (const id of users) expect(await readAccess(world, id)).toBe("locked 0");
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'active', soldiers = 1 WHERE "ownerId" = 'wrong_c'`;
    const of = { runId: run.id };
    expect(await deciding.refused("undo_run", of, OPERATOR)).toMatchObject({ reason: "forbidden" });

    const silent = { ...toRequest("undo_run", of), reason: "" };
    expect(await world.parity.decisions.decide(silent)).toMatchObject({ reason: "reason_missing" });

    const made = await deciding.decide("undo_run", of);

    // And the one whose change could not be taken back while repairs were paused.
    expect(made.effect.gaining.users).toBe(3);
    expect(made.lines.join("\n")).toContain("Not taken back for");
    expect(await readAccess(world, "wrong_a")).toBe("active 5");
    expect(await readAccess(world, "wrong_b")).toBe("active 5");
    expect(await readAccess(world, "wrong_c")).toBe("active 1");
    expect(await deciding.refused("undo_run", of)).toMatchObject({ decision: { label: "Run undone" } });
    // On hold: no scheduled run takes it again.
    await syncAll(world.parity);
    expect(await readAccess(world, "wrong_a")).toBe("active 5");
    const undoing = await world.db.run.findFirstOrThrow({ where: { undoesRunId: run.id } });
    const page = await world.parity.runs.page({ runId: undoing.id, limit: 10 });
    expect(page?.users.map(({ userId }) => userId)).toEqual(expect.arrayContaining(users));
  });

  it("R383: cut off by the database is no success and does not run on; undoing again does it, and a lost one is ended", async () => {
    const { runId } = await addEndedAfterGrant("cut");
    await world.parity.checkUser({ userId: "cut", actor: ADMIN.actor });
    const { db } = world;
    const undo = () => world.parity.decisions.decide(toRequest("undo_run", { runId }));
    await db.$executeRaw`CREATE FUNCTION app.cut() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`;
    await db.$executeRaw`CREATE TRIGGER cut BEFORE UPDATE ON app."Workspace" FOR EACH ROW EXECUTE FUNCTION app.cut()`;
    await expect(undo()).rejects.toThrow();
    const cut = { where: { undoesRunId: runId } };
    expect(await db.run.findFirstOrThrow(cut)).toMatchObject({
      ...{ state: "failed", synced: 0, reason: expect.stringContaining("undoing again does the rest") },
      finishedAt: expect.any(Date),
    });
    expect((await world.parity.runs.page({ runId, limit: 1 }))?.undoneBy).toEqual([]);

    await addPayingUser(world, "gift");
    await world.parity.checkUser({ userId: "gift", actor: ADMIN.actor });
    const made = await deciding.decide("give_comp", { userId: "gift", planId: "army", until: "2028-01-31" });
    expect(made).toMatchObject({ decision: { kind: "give_comp" }, sync: null });
    expect(made.lines.join(" ")).toContain(
      "This is decided, but the record could not be brought up to date now.",
    );
    expect(await readAccess(world, "gift")).toBe("locked 0");
    await db.$executeRaw`DROP TRIGGER cut ON app."Workspace"`;

    // “Cancel run”, pressed at once.
    await db.$executeRaw`CREATE FUNCTION app.cancel() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW."cancelRequestedAt" = now(); RETURN NEW; END $$`;
    await db.$executeRaw`CREATE TRIGGER cancel BEFORE INSERT ON parity."Run" FOR EACH ROW EXECUTE FUNCTION app.cancel()`;
    expect(await undo()).toMatchObject({
      ok: true,
      lines: expect.arrayContaining([expect.stringContaining("before all")]),
    });
    expect(await db.run.count({ where: { ...cut.where, state: "cancelled", synced: 0 } })).toBe(1);
    await db.$executeRaw`DROP TRIGGER cancel ON parity."Run"`;

    expect(await undo()).toMatchObject({ ok: true });
    expect(await readAccess(world, "cut")).toBe("locked 0");
    const { id } = await db.run.findFirstOrThrow({ ...cut, orderBy: { createdAt: "desc" } });
    await db.$executeRaw`UPDATE parity."Run" SET state = 'running', "finishedAt" = NULL, "updatedAt" = now() - interval '11 minutes' WHERE id = ${id}`;
    await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    expect(await db.run.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: "failed" });
    expect(await readAccess(world, "gift")).toBe("active 5");
  });

  it("by two people at once is done once", async () => {
    await addUser(world, { id: "comped" });
    const { subscriptionId } = await addPayingUser(world, "twice");
    await world.parity.syncUser({ userId: "twice", actor: ADMIN.actor });
    world.sandbox.subscriptions.cancel(subscriptionId);
    const run = await syncAll(world.parity, "staff");
    const both = await Promise.all(
      [1, 2].map(() => world.parity.decisions.decide(toRequest("undo_run", { runId: run.id }))),
    );
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.db.decision.count({ where: { runId: run.id } })).toBe(1);
    expect(await world.db.change.count({ where: { userId: "twice" } })).toBe(3);
  });
});

describe("a revocation", () => {
  it("is approved by an admin, with evidence, in the transaction that takes the access", async () => {
    const { subscriptionId } = await addPayingUser(world, "leaver");
    await world.parity.syncUser({ userId: "leaver", actor: ADMIN.actor });
    world.sandbox.subscriptions.cancel(subscriptionId);
    await writeMode("grant_only");
    await world.parity.syncUser({ userId: "leaver", actor: ADMIN.actor });
    const input = { userId: "leaver" };
    expect(await deciding.refused("revoke", input, OPERATOR)).toMatchObject({ reason: "forbidden" });

    const made = await deciding.decide("revoke", input);

    await writeMode("full");
    expect(made.effect.losing.users).toBe(1);
    expect(await readAccess(world, "leaver")).toBe("locked 0");
    const change = await world.db.change.findFirstOrThrow({
      where: { userId: "leaver" },
      orderBy: { id: "desc" },
    });
    expect(change).toMatchObject({ revokes: true, override: false, reason: "asked for in ticket 12" });
    expect(made.decision.subject).toEqual({ userId: "leaver", runId: change.runId });
    expect(await deciding.refused("revoke", input)).toMatchObject({
      reason: "already",
      decision: { by: "Ada (staff)" },
    });
  });

  it("R365: without evidence needs an override, which ends the case; a customer that Stripe does not have is overridden too", async () => {
    for (const [id, customerId] of [
      ["free", undefined],
      ["lost", "cus_NeverThere"],
    ] as const) {
      await addUser(world, { id, customerId, workspaces: [{ status: "active", seats: 5 }] });
      await world.parity.syncUser({ userId: id, actor: ADMIN.actor });
      expect(await deciding.refused("revoke", { userId: id })).toMatchObject({
        reason: "evidence_missing",
        message: expect.stringContaining("Override it"),
      });
      expect(await readAccess(world, id)).toBe("active 5");

      const made = await deciding.decide("override", { userId: id });

      expect(made.sync).toMatchObject({ revoked: true, message: `Synced. ${id}’s workspace is locked.` });
      expect(await readAccess(world, id)).toBe("locked 0");
      expect(
        (await world.parity.inbox.loadQueue("needs_decision")).cases.filter(({ isOpen }) => isOpen),
      ).toEqual([]);
      const change = await world.db.change.findFirstOrThrow({ where: { userId: id } });
      expect(change).toMatchObject({ revokes: true, override: true, reason: "asked for in ticket 12" });
    }
    // Decided, and asked again when something about it changes: here, when the access is back.
    const findFlags = async () => (await world.parity.views(["lost"]))[0]?.flags;
    expect(await findFlags()).toContain("acknowledged");
    expect((await world.parity.userPage("lost"))?.canOverride).toBe(false);
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'active', soldiers = 5 WHERE "ownerId" = 'lost'`;
    expect(await findFlags()).not.toContain("acknowledged");
    expect((await world.parity.userPage("lost"))?.canOverride).toBe(true);
  });
});

describe("undoing from where the result stands", () => {
  it("R225: takes back what a sync wrote by its run and user, and the runs lead to each other", async () => {
    const { runId } = await addEndedAfterGrant("by-run");
    // Read, and nothing taken: the undo is to take it.
    await world.parity.syncUser({ userId: "by-run", actor: ADMIN.actor, grantOnly: true });
    const page = async (id: string) => world.parity.runs.page({ runId: id, limit: 10 });
    expect((await page(runId))?.undoneBy).toEqual([]);
    const none = await deciding.refused("undo_change", { runId, userId: "payer-of-another-run" });
    expect(none.message).toBe("The run changed nothing for this user.");
    const made = await deciding.decide("undo_change", { runId, userId: "by-run" });
    expect(made.sentence).toMatch(/ is taken back\.$/);
    expect(await readAccess(world, "by-run")).toBe("locked 0");
    const undone = (await page(runId))?.undoneBy ?? [];
    expect(undone).toMatchObject([{ by: "Ada (staff)", users: 1 }]);
    expect((await page(undone[0]?.runId ?? ""))?.run).toMatchObject({ mode: "undo", undoesRunId: runId });
  });
});
