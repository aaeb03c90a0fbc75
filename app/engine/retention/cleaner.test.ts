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
import { createCleaner } from "./cleaner.server";
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

describe("events", () => {
  const add = (id: string, row: { type: string; days: number; settled?: boolean; customerId?: string }) =>
    world.db.$executeRaw`
      INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "storedVersion", "receivedAt", "settledAt")
      VALUES (${id}, ${row.type}, now() - make_interval(days => ${row.days}::int), ${row.customerId ?? "cus_1"}, 1,
        now() - make_interval(days => ${row.days}::int), CASE WHEN ${row.settled ?? true} THEN now() END)`;

  it("that are settled go; those that wait, and the last payment of each customer, stay", async () => {
    await add("evt_waits", { type: "customer.subscription.updated", days: 400, settled: false });
    await add("evt_old", { type: "customer.subscription.updated", days: 61 });
    await add("evt_young", { type: "customer.subscription.updated", days: 59 });
    await add("evt_paid_before", { type: "invoice.paid", days: 120 });
    await add("evt_paid", { type: "invoice.paid", days: 90 });
    await add("evt_paid_other", { type: "invoice.paid", days: 300, customerId: "cus_2" });

    expect(count((await preview()).removed, "StripeEvent")).toBe(
      count((await clean()).removed, "StripeEvent"),
    );

    const left = await world.db.stripeEvent.findMany({
      where: { id: { startsWith: "evt_" } },
      select: { id: true },
    });
    const ids = left.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["evt_waits", "evt_young", "evt_paid", "evt_paid_other"]));
    expect(ids).not.toContain("evt_old");
    expect(ids).not.toContain("evt_paid_before");
  });

  it("go in pages of any length, and a cleaning that is stopped is followed by one that goes on", async () => {
    for (let n = 0; n < 7; n += 1) await add(`evt_page_${n}`, { type: "customer.updated", days: 70 + n });
    let steps = 0;
    const stop = new AbortController();
    const stopped = await world.parity.cleaner.clean({
      ...{ actor: CRON, rowsAtOnce: 2, signal: stop.signal },
      progress: (rows) => {
        if (rows > 0) steps += 1;
        if (steps === 2) stop.abort();
      },
    });
    expect(stopped.done).toBe(false);
    const rest = await world.parity.cleaner.clean({ actor: CRON, rowsAtOnce: 2 });
    expect((count(stopped.removed, "StripeEvent") ?? 0) + (count(rest.removed, "StripeEvent") ?? 0)).toBe(7);
    expect(rest.done).toBe(true);
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
    await remove(oldId);
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

describe("the rest", () => {
  it("goes when it is over: sessions, invitations, selections, limits, alerts, jobs that failed for good", async () => {
    const { db } = world;
    const day = (days: number) => new Date(Date.now() - days * 86_400_000);
    await db.staff.create({ data: { id: "s9", name: "Zoe", email: "zoe@example.com" } });
    for (const [token, days] of [
      ["over", 2],
      ["open", -2],
    ] as const)
      await db.staffSession.create({ data: { token, userId: "s9", expiresAt: day(days) } });
    for (const [hash, days] of [
      ["over", 91],
      ["open", -1],
    ] as const)
      await db.staffInvitation.create({
        data: {
          tokenHash: hash,
          email: `${hash}@example.com`,
          role: "viewer",
          actor: "staff:s9",
          expiresAt: day(days),
        },
      });
    await db.alert.create({
      data: {
        kind: "locked_out",
        openSince: day(300),
        newestAt: day(300),
        facts: { count: 1, money: [], details: [] },
        resolvedAt: day(200),
      },
    });
    await db.alert.create({
      data: {
        kind: "locked_out",
        openSince: day(300),
        newestAt: day(300),
        facts: { count: 1, money: [], details: [] },
      },
    });
    await db.rateLimitCounter.create({ data: { key: "old", count: 1, windowStart: day(2) } });
    await db.selection.create({
      data: { id: "sel", staffId: "s9", createdAt: day(31), users: { create: { userId: "ada" } } },
    });
    const running = await db.run.create({
      data: {
        actorKind: "staff",
        mode: "apply",
        scope: "selection",
        phase: "divide",
        cursor: {},
        selectionId: "sel2",
      },
    });
    await db.selection.create({
      data: { id: "sel2", staffId: "s9", createdAt: day(31), users: { create: { userId: "ada" } } },
    });
    await db.$executeRaw`SELECT parity.add_job('sync_customer', '{}'::json, job_key => 'dead', max_attempts => 1)::text`;
    await db.$executeRaw`SELECT parity.add_job('sync_customer', '{}'::json, job_key => 'waits', max_attempts => 1)::text`;
    await db.$executeRaw`UPDATE parity._private_jobs SET attempts = 1, updated_at = now() - interval '40 days' WHERE key = 'dead'`;
    const planned = await preview();

    expect((await clean()).removed).toEqual(planned.removed);

    expect(await db.staffSession.findMany({ select: { token: true } })).toEqual([{ token: "open" }]);
    expect(await db.staffInvitation.findMany({ select: { tokenHash: true } })).toEqual([
      { tokenHash: "open" },
    ]);
    expect(await db.alert.count({ where: { resolvedAt: null } })).toBe(1);
    expect(await db.alert.count()).toBe(1);
    expect(await db.selection.findMany({ select: { id: true } })).toEqual([{ id: "sel2" }]);
    expect(
      await db.$queryRaw`SELECT key FROM parity.jobs WHERE task_identifier = 'sync_customer' AND key IN ('dead', 'waits')`,
    ).toEqual([{ key: "waits" }]);
    await db.run.update({ where: { id: running.id }, data: { state: "cancelled", finishedAt: new Date() } });
  });

  it("is cleaned once a day by itself, by one process, and goes on where the time was up", async () => {
    await world.db.cursor.deleteMany({ where: { key: "cleaning" } });
    const both = await Promise.all([1, 2].map(() => createCleaner(world.deps).cleanIfDue(60_000)));
    expect(both.filter((cleaned) => cleaned !== null)).toHaveLength(1);
    expect(await world.parity.cleaner.cleanIfDue(60_000)).toBeNull();
    await world.db.cursor.update({ where: { key: "cleaning" }, data: { value: { state: "left" } } });
    expect(await world.parity.cleaner.cleanIfDue(0)).toMatchObject({ done: false });
    expect(await world.parity.cleaner.cleanIfDue(60_000)).toMatchObject({ done: true });
    const text = await world.parity.metrics();
    expect(text).toMatch(/^parity_removed_rows_total\{table="StripeEvent"\} [1-9]/m);
  });
});
