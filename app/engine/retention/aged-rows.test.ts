import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CRON, createWorld, type World } from "~/engine/testing/world";
import { createCleaner } from "./cleaner.server";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const clean = () => world.parity.cleaner.clean({ actor: CRON });
const preview = () => world.parity.cleaner.preview();
const count = (removed: { table: string; rows: number }[], table: string) =>
  removed.find((one) => one.table === table)?.rows;

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
