import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ADMIN, addStaff, createDecider } from "~/dashboard/decisions/testing/deciding";
import { SETTING_KEYS } from "~/engine/account/settings-catalogue.server";
import { listMetricTotals } from "~/engine/repair/metric-totals.server";
import {
  addPayingUser,
  addSyncedUser,
  CRON,
  createWorld,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { TABLES } from "./catalogue";
import { formatRetentionTable } from "./retention-table";
import { age } from "./testing/age";

let world: World;
let decide: ReturnType<typeof createDecider>["decide"];
beforeAll(async () => {
  world = await createWorld();
  decide = createDecider(world).decide;
  await addStaff(world);
});
afterAll(() => world.close());

const clean = () => world.parity.cleaner.clean({ actor: CRON });
const preview = () => world.parity.cleaner.preview();
const count = (removed: { table: string; rows: number }[], table: string) =>
  removed.find((one) => one.table === table)?.rows;
const countAll = (removed: { rows: number }[]) => removed.reduce((sum, { rows }) => sum + rows, 0);
const lock = (userId: string) =>
  world.db
    .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${userId}`;
const repair = async (userId: string) => {
  await lock(userId);
  const result = await world.parity.syncUser({ userId, actor: WORKSPACE });
  return result?.runId ?? "";
};
const addUnmappedPrice = () =>
  world.sandbox.prices.create({
    product: world.sandbox.products.create({ name: "Other" }).id,
    currency: "usd",
    unit_amount: 500,
    recurring: { interval: "month" },
  }).id;
const setAuditLife = async (days: number | null, sinceDays = 2) => {
  await world.parity.settings.set({ keepAuditDays: days }, STAFF);
  await world.db
    .$executeRaw`UPDATE parity."Setting" SET "updatedAt" = now() - make_interval(days => ${sinceDays}::int) WHERE key = 'keepAuditDays'`;
};

describe("the declaration", () => {
  it("names every table of the schema, with its life or why it needs none", async () => {
    const rows = await queryRows(
      world.db,
      z.object({ name: z.string() }),
      sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'parity' AND table_type = 'BASE TABLE'`,
    );
    // The queue is one to us.
    const names = new Set(rows.map(({ name }) => (/^(_private_|migrations$)/.test(name) ? "jobs" : name)));
    expect(Object.keys(TABLES).sort()).toEqual([...names].sort());
  });

  it("is the table in docs/retention.md", () => {
    const text = readFileSync("docs/retention.md", "utf8");
    expect(/<!-- tables: begin[^\n]*\n([\s\S]*?)\n<!-- tables: end/.exec(text)?.[1]).toBe(
      formatRetentionTable(),
    );
  });

  it("uses every setting that says how long something is kept", () => {
    const lives = new Set(Object.values(TABLES).map(({ life }) => life));
    for (const key of SETTING_KEYS.filter((key) => key.startsWith("keep"))) expect(lives).toContain(key);
  });
});

describe("runs", () => {
  it("that changed nothing go with their results; those with a repair stay, with the results of users that were repaired", async () => {
    await addSyncedUser(world, "ada");
    await addPayingUser(world, "odd", { price: addUnmappedPrice() });
    await lock("ada");
    const repaired = await syncAll(world.parity);
    const quiet = [await syncAll(world.parity), await syncAll(world.parity)];
    const before = await world.db.runUser.findMany({
      where: { runId: repaired.id },
      orderBy: { userId: "asc" },
    });
    expect(before.map(({ outcome }) => outcome)).toEqual(["synced", "review"]);
    await age(world.db, 181);
    const last = await syncAll(world.parity);

    const { removed } = await clean();

    const left = await world.db.run.findMany({ select: { id: true } });
    const ids = left.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([repaired.id, last.id]));
    for (const one of quiet) expect(ids).not.toContain(one.id);
    expect(await world.db.runUser.count({ where: { runId: { in: quiet.map(({ id }) => id) } } })).toBe(0);
    expect(await world.db.runUser.findMany({ where: { runId: repaired.id } })).toEqual([
      expect.objectContaining({ userId: "ada", outcome: "synced" }),
    ]);
    // What the last run says of each user is all there.
    expect(await world.db.runUser.count({ where: { runId: last.id } })).toBe(1);
    expect(count(removed, "Run")).toBeGreaterThanOrEqual(2);
    expect(countAll((await clean()).removed)).toBe(0);
  });

  it("the last one of a kind stays, with what it says of each user, however old it is", async () => {
    const [earlier, last] = [await syncAll(world.parity), await syncAll(world.parity)];
    const results = await world.db.runUser.findMany({ where: { runId: last.id } });
    expect(results.length).toBeGreaterThan(0);
    await age(world.db, 1_000);

    await clean();

    expect(await world.db.run.findUnique({ where: { id: earlier.id } })).toBeNull();
    expect(await world.db.run.findUnique({ where: { id: last.id } })).not.toBeNull();
    expect(await world.db.runUser.findMany({ where: { runId: last.id } })).toEqual(results);
  });

  it("a preview stays while the run that applied it does, and they go together", async () => {
    await addPayingUser(world, "bob");
    const { id: previewRunId } = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
    for (let left = true; left; )
      left = (await world.parity.runs.step(previewRunId, 10_000)).state === "running";
    const { run } = await world.parity.runs.apply({ actor: STAFF, previewRunId });
    for (let left = true; left; ) left = (await world.parity.runs.step(run.id, 10_000)).state === "running";
    await addPayingUser(world, "cyd");
    const { id: unused } = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
    for (let left = true; left; ) left = (await world.parity.runs.step(unused, 10_000)).state === "running";
    await age(world.db, 200);
    await syncAll(world.parity);
    const newer = await world.parity.runs.preview({ actor: STAFF, readStripe: false });
    for (let left = true; left; ) left = (await world.parity.runs.step(newer.id, 10_000)).state === "running";

    await clean();

    expect(await world.db.run.count({ where: { id: { in: [previewRunId, run.id] } } })).toBe(2);
    expect(await world.db.run.count({ where: { id: unused } })).toBe(0);
    const page = await world.parity.runs.page({ runId: run.id, limit: 10 });
    expect(page?.run).toMatchObject({ previewRunId, resultsRemoved: true });
  });
});

describe("the audit", () => {
  beforeEach(() => setAuditLife(null));
  const remove = (id: bigint) =>
    world.db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('parity.cleans_audit', 'on', true)`;
      await tx.change.delete({ where: { id } });
    });

  it("is kept for ever unless a setting says otherwise", async () => {
    await addSyncedUser(world, "eve");
    await repair("eve");
    await age(world.db, 5_000);
    const before = await world.db.change.count();
    const { removed } = await clean();
    expect([count(removed, "Change"), count(removed, "Decision"), count(removed, "SettingChange")]).toEqual([
      0, 0, 0,
    ]);
    expect(await world.db.change.count()).toBe(before);
  });

  it("lets no row go by any other way, none that is younger than its life, and is never changed", async () => {
    await addSyncedUser(world, "fay");
    await repair("fay");
    await age(world.db, 400);
    await repair("fay");
    const [old, young] = await world.db.change.findMany({
      where: { userId: "fay", verdict: "access_mismatch" },
      orderBy: { id: "asc" },
    });
    const [first] = await world.db.change.findMany({ where: { userId: "fay" }, orderBy: { id: "asc" } });
    const oldId = (old ?? first)?.id ?? 0n;
    const youngId = (
      await world.db.change.findFirstOrThrow({ where: { userId: "fay" }, orderBy: { id: "desc" } })
    ).id;
    expect(young?.id ?? youngId).toBeTruthy();
    await expect(remove(oldId), "without a life").rejects.toThrow("append-only");
    await setAuditLife(365, 0);
    await expect(remove(oldId), "on the day on which it was set").rejects.toThrow("append-only");
    await setAuditLife(365);
    await expect(remove(youngId), "a young row").rejects.toThrow("append-only");
    await expect(world.db.change.delete({ where: { id: oldId } }), "without saying so").rejects.toThrow(
      "append-only",
    );
    await expect(
      world.db.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('parity.cleans_audit', 'on', true)`;
        await tx.$executeRaw`UPDATE parity."Change" SET reason = 'x' WHERE id = ${oldId}`;
      }),
      "an update",
    ).rejects.toThrow("append-only");
    await expect(world.db.$executeRaw`TRUNCATE parity."Change"`).rejects.toThrow("append-only");
    const { runId } = await world.db.change.findUniqueOrThrow({ where: { id: oldId } });
    await expect(world.db.run.delete({ where: { id: runId } }), "its run").rejects.toThrow(
      "part of the audit",
    );
    for (const data of [{ id: "another" }, { actor: "s2" }, { typedReason: "x" }, { mode: "undo" }])
      await expect(world.db.run.update({ where: { id: runId }, data }), "its run").rejects.toThrow(
        "part of the audit",
      );
    await expect(world.db.$executeRaw`TRUNCATE parity."Run"`).rejects.toThrow("part of the audit");
    await world.db.run.update({ where: { id: runId }, data: { reason: "may change" } });
    await remove(oldId);
  });

  it("takes a preview with it that an earlier cleaning kept for the run which applied it", async () => {
    await addSyncedUser(world, "ivy");
    await repair("ivy");
    const toTheEnd = async (id: string) => {
      for (let left = true; left; ) left = (await world.parity.runs.step(id, 10_000)).state === "running";
      return id;
    };
    const applyPreview = async () => {
      await lock("ivy");
      const { id } = await world.parity.runs.preview({ actor: STAFF, readStripe: false });
      const previewRunId = await toTheEnd(id);
      const { run } = await world.parity.runs.apply({ actor: STAFF, previewRunId });
      return [previewRunId, await toTheEnd(run.id)];
    };
    const old = await applyPreview();
    // A user's last old change stays.
    await repair("ivy");
    await age(world.db, 200);
    await applyPreview();
    await clean();
    expect(await world.db.run.count({ where: { id: { in: old }, resultsRemovedAt: { not: null } } })).toBe(2);
    await age(world.db, 200);
    await setAuditLife(365);
    const planned = await preview();
    expect((await clean()).removed).toEqual(planned.removed);
    expect(await world.db.run.count({ where: { id: { in: old } } })).toBe(0);
  });

  it("with a life loses what is older, keeps what is still needed, and says so once in itself", async () => {
    await Promise.all(["gus", "hal"].map((id) => addSyncedUser(world, id)));
    await decide("give_comp", { userId: "hal", planId: "starter", expiresAt: "2099-01-01" }, ADMIN).catch(
      () => null,
    );
    await world.db.comp.create({
      data: {
        userId: "hal",
        planId: "starter",
        reason: "guest",
        actor: "s1",
        expiresAt: new Date("2030-01-01"),
      },
    });
    for (const id of ["gus", "gus", "gus", "hal", "hal"]) await repair(id);
    await decide("hold", { userId: "gus" });
    await decide("release", { userId: "gus" });
    await age(world.db, 300);
    const recent = await repair("gus");
    await age(world.db, 100);
    const totals = await listMetricTotals(world.db);
    const metric = (name: string) => totals.filter((one) => one.name === name);
    const repairs = metric("repairs");
    await setAuditLife(365, 0);
    expect(await preview()).toMatchObject({ auditWaits: true });
    expect(count((await clean()).removed, "Change"), "on the first day").toBe(0);
    await setAuditLife(365);
    const planned = await preview();

    const { removed, auditWaits } = await clean();

    expect(auditWaits).toBe(false);
    expect(removed).toEqual(planned.removed);
    const gus = await world.db.change.findMany({ where: { userId: "gus" }, orderBy: { id: "asc" } });
    // The last old one, so that a change by hand is still seen, and the young one.
    expect(gus.map(({ runId }) => runId)).toEqual([expect.any(String), recent]);
    expect(await world.db.change.count({ where: { userId: "hal" } }), "complimentary access").toBe(3);
    expect(await world.db.decision.count({ where: { userId: "gus" } })).toBe(0);
    const entries = await world.parity.activity.list({ limit: 5, kinds: ["setting"] });
    expect(entries.entries.filter(({ title }) => title === "Audit cleaned")).toEqual([
      expect.objectContaining({
        by: "scheduler",
        changes: [expect.stringMatching(/^removed: what was written before \d{4}-/)],
      }),
    ]);
    expect((await listMetricTotals(world.db)).filter(({ name }) => name === "repairs")).toEqual(repairs);
    expect(countAll((await clean()).removed)).toBe(0);
    expect(countAll((await preview()).removed)).toBe(0);
  });
});
