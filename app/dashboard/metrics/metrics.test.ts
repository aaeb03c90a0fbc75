import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { countEndedRuns, foldChanges, listMetricTotals } from "~/engine/repair/metric-totals.server";
import { addPayingUser, addSyncedUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import type { Database } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { hasPromtool, runPromtool } from "~/platform/testing/promtool";
import { createMetrics } from "./metrics.server";

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await addSyncedUser(world, "ada");
  await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
  // Pays after the adoption.
  await addPayingUser(world, "bob");
  await world.parity.syncUser({ userId: "bob", actor: { kind: "webhook", id: null } });
});
afterAll(() => world.close());

const read = async (line: RegExp): Promise<number> => {
  const text = await world.parity.metrics();
  const found = text.split("\n").filter((one) => line.test(one));
  expect(found, String(line)).toHaveLength(1);
  return Number(found[0]?.split(" ").at(-1));
};

describe("metrics", () => {
  it.skipIf(!hasPromtool)("are what Prometheus wants (skipped where promtool is not installed)", async () => {
    const { code, output } = await runPromtool(["check", "metrics"], await world.parity.metrics());
    expect(output).toBe("");
    expect(code).toBe(0);
  });

  it("are those that docs/watching.md names", async () => {
    const text = await world.parity.metrics();
    const scraped = [...text.matchAll(/^# TYPE (parity_\w+)/gm)].map(([, name]) => name).sort();
    const document = readFileSync("docs/watching.md", "utf8");
    const [, table = ""] = /<!-- metrics: begin[^\n]*\n([\s\S]*?)<!-- metrics: end/.exec(document) ?? [];
    expect([...table.matchAll(/^\| `(parity_\w+)`/gm)].map(([, name]) => name).sort()).toEqual(scraped);
  });

  it("keep a verdict, a reason and a subject that is at 0", async () => {
    const text = await world.parity.metrics();
    for (const verdict of VERDICTS) expect(text).toContain(`parity_users{verdict="${verdict}"}`);
    expect(text).toContain('parity_webhook_deliveries_total{outcome="bad_signature"} 0');
    expect(text).toContain('parity_stripe_refused{subject="key"} 0');
    expect(text).toContain('parity_alert_open{kind="locked_out"} 0');
    expect(text).toContain('parity_payment_to_access_seconds_count{caller="cron"} 0');
    // Of the process, in which other tests count, too.
    expect(text).toMatch(/^parity_refusals_total\{caller="checkout",reason="writes_off"\} \d/m);
    expect(text).toMatch(
      /^parity_stripe_requests_total\{endpoint="GET \/v1\/subscriptions",outcome="rate_limited"\} \d/m,
    );
  });

  it("count repairs and payments by caller, before and after they are folded into totals, also at once", async () => {
    const before = await listMetricTotals(world.db);
    expect(before.find(({ labels }) => labels.caller === "webhook" && labels.effect === "grant")?.value).toBe(
      1,
    );
    expect(await read(/^parity_payment_to_access_seconds_count\{caller="webhook"\}/)).toBe(1);
    // As if they were an hour old: then they are folded.
    await world.db.$executeRaw`ALTER TABLE parity."Change" DISABLE TRIGGER USER`;
    await world.db
      .$executeRaw`UPDATE parity."Change" SET "createdAt" = "createdAt" - interval '1 hour', "paidAt" = "paidAt" - interval '1 hour'`;
    await world.db.$executeRaw`ALTER TABLE parity."Change" ENABLE TRIGGER USER`;
    await world.db.cursor.delete({ where: { key: "metric_totals" } });
    await Promise.all([foldChanges(world.db), foldChanges(world.db), foldChanges(world.db)]);
    expect(await world.db.metricTotal.count()).toBeGreaterThan(0);
    expect(await listMetricTotals(world.db)).toEqual(before);
    await addPayingUser(world, "cyd");
    await world.parity.syncUser({ userId: "cyd", actor: { kind: "webhook", id: null } });
    expect(await read(/^parity_repairs_total\{caller="webhook",effect="grant"\}/)).toBe(2);
    expect(await read(/^parity_payment_to_access_seconds_bucket\{caller="webhook",le="\+Inf"\}/)).toBe(2);
  });

  it("say that a payer is locked out, for how long and for how much money", async () => {
    await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "off" } });
    await world.db.workspace.updateMany({ where: { ownerId: "ada" }, data: { status: "locked", seats: 0 } });
    await world.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: null } });
    await world.db.syncStatus.updateMany({
      where: { userId: "ada" },
      data: { since: new Date(Date.now() - 3_600_000) },
    });
    expect(await read(/^parity_users\{verdict="locked_out"\}/)).toBe(1);
    expect(await read(/^parity_locked_out_oldest_seconds /)).toBeGreaterThan(3_590);
    // 200 dollars a year.
    expect(await read(/^parity_money_at_stake\{kind="locked_out",currency="usd"\}/)).toBe(16.67);
    expect(await read(/^parity_money_at_stake\{kind="leaking",currency="usd"\}/)).toBe(0);
    expect(await read(/^parity_write_mode\{mode="off"\}/)).toBe(1);
    await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
    await world.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: null } });
    expect(await read(/^parity_users\{verdict="locked_out"\}/)).toBe(0);
    // The currency stays, so that what watches it sees that it is over.
    expect(await read(/^parity_money_at_stake\{kind="locked_out",currency="usd"\}/)).toBe(0);
    // Also in a process that starts now.
    const restarted = createMetrics(world.deps, { keeps: false, ready: world.parity.database.check });
    expect(await restarted()).toContain('parity_money_at_stake{kind="locked_out",currency="usd"} 0');
  });

  it("count runs that failed by reason, and say which ended last", async () => {
    const { parity, sandbox } = world;
    await syncAll(parity);
    expect(await read(/^parity_last_run_failed /)).toBe(0);
    const fault = { effect: { type: "invalid_key" as const } };
    sandbox.control.addFault(fault);
    await parity.runs.cron({ budgetMs: 20_000, scope: "full" });
    sandbox.control.reset();
    expect(await read(/^parity_runs_total\{.*state="failed",reason="unauthorized"\}/)).toBe(1);
    expect(await read(/^parity_last_run_failed /)).toBe(1);
    await parity.runs.cron({ budgetMs: 20_000, scope: "full" });
    expect(await read(/^parity_last_run_failed /)).toBe(0);
    // A run of one user is no run over many.
    const before = await listMetricTotals(world.db);
    const one = await world.db.run.findFirstOrThrow({ where: { scope: "one" } });
    await countEndedRuns(world.db, [one.id]);
    expect(await listMetricTotals(world.db)).toEqual(before);
    // A newer version beside this one counts something that this one does not know.
    await world.db.metricTotal.create({ data: { name: "of_a_newer_version", labels: "{}", value: 1 } });
    expect(await listMetricTotals(world.db)).toEqual(before);
  });

  it("count each answer of Stripe, with the time that it took", async () => {
    const requests =
      /^parity_stripe_requests_total\{endpoint="GET \/v1\/subscriptions",outcome="rate_limited"\}/;
    world.sandbox.control.addFault({
      effect: { type: "error", status: 429 },
      match: { path: "/v1/subscriptions" },
      times: 1,
    });
    await world.parity.syncUser({ userId: "ada", actor: { kind: "cron", id: null } });
    expect(await read(requests)).toBeGreaterThanOrEqual(1);
    expect(
      await read(/^parity_stripe_request_duration_seconds_count\{endpoint="GET \/v1\/subscriptions"\}/),
    ).toBeGreaterThan(1);
  });

  it("ask the database the same number of questions, however many users there are", async () => {
    const count = async () => {
      let asked = 0;
      const db: Database = new Proxy(world.db, {
        get(target, key) {
          if (key === "$queryRaw" || (typeof key === "string" && /^[a-z]/.test(key))) asked += 1;
          const value: unknown = Reflect.get(target, key);
          return value;
        },
      });
      await createMetrics({ ...world.deps, db }, { keeps: false, ready: world.parity.database.check })();
      return asked;
    };
    const few = await count();
    await world.db.$executeRaw`
      INSERT INTO app."User" (id, email) SELECT 'many' || n, 'many' || n || '@example.com' FROM generate_series(1, 500) n`;
    await world.db.$executeRaw`
      INSERT INTO parity."SyncStatus" ("userId", verdict, severity, mismatches, flags)
      SELECT 'many' || n, 'in_sync', 0, '[]', '{}' FROM generate_series(1, 500) n`;
    expect(await read(/^parity_users\{verdict="in_sync"\}/)).toBeGreaterThan(500);
    expect(await count()).toBe(few);
  });

  it("say that the database is away, and what the process knows by itself", async () => {
    const away: Database = new Proxy(world.db, {
      get() {
        throw new Error("Can't reach database server");
      },
    });
    const log = createLog({ level: "silent" });
    const text = await createMetrics(
      { ...world.deps, db: away, log },
      { keeps: false, ready: world.parity.database.check },
    )();
    expect(text).toContain("parity_database_up 0");
    expect(text).toContain("parity_stripe_requests_total{");
    expect(text).not.toContain("parity_users{");
  });

  it("are still read where the database can only be read, which is not ready", async () => {
    await world.db.cursor.update({ where: { key: "metric_totals" }, data: { value: "-infinity" } });
    const readOnly: Database = new Proxy(world.db, {
      get(target, key) {
        if (key === "$transaction") return () => Promise.reject(new Error("read-only transaction"));
        const value: unknown = Reflect.get(target, key);
        return value;
      },
    });
    const ready = async () => ({ ok: false as const, reason: "database_read_only" });
    const deps = { ...world.deps, db: readOnly, log: createLog({ level: "silent" }) };
    const text = await createMetrics(deps, { keeps: false, ready })();
    expect(text).toContain("parity_database_up 1");
    expect(text).toContain("parity_ready 0");
    expect(text).toContain("parity_users{");
  });
});
