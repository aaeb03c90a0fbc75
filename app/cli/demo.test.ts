import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { FLAGS } from "~/billing/verdicts/flags";
import { DEMO_USERS, seedDemo } from "~/demo/seed-demo";
import { runToEnd, syncAll } from "~/engine/testing/world";
import { createTestDatabase } from "~/platform/testing/database";
import { createSandbox } from "~/sandbox/sandbox";
import { createDemo, type Demo, epochSeconds, runProcess } from "./testing/cli";

const userIds = DEMO_USERS.map(({ userId }) => userId);

describe("the demo after one full run", () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await createDemo();
    const views = await demo.parity.views(userIds);
    expect(new Set(views.map(({ verdict }) => verdict))).toEqual(new Set(["not_checked"]));
    const actor = { kind: "command_line", id: null } as const;
    const preview = await demo.parity.runs.preview({ actor, readStripe: true });
    expect(await runToEnd(demo.parity, preview.id)).toMatchObject({ state: "done", reason: null });
  });
  afterAll(() => demo.close());

  it("gives every user the verdict and flags of its story", async () => {
    const views = await demo.parity.views(userIds);
    const said = views.map(({ userId, verdict, flags }) => ({ userId, verdict, flags }));
    expect(said).toEqual(
      DEMO_USERS.map(({ userId, story }) => ({ userId, verdict: story.verdict, flags: story.flags ?? [] })),
    );
  });

  it("has at least 80 users, 30 in sync, 10 locked out, and unclaimed customers", async () => {
    const { users, verdicts, unlinkedCustomers, lockedOut, leaking } = await demo.parity.overview();
    const usersWith = (verdict: string) => verdicts.find((one) => one.verdict === verdict)?.users ?? 0;
    expect(users).toBeGreaterThanOrEqual(80);
    expect(usersWith("in_sync")).toBeGreaterThanOrEqual(30);
    expect(usersWith("locked_out")).toBeGreaterThanOrEqual(10);
    expect(unlinkedCustomers).toBe(9);
    expect(lockedOut.map(({ currency }) => currency).sort()).toEqual(["eur", "jpy", "usd"]);
    expect(leaking.length).toBeGreaterThan(0);
  });

  it("has every verdict except `not_checked`, which no user has after a full run", async () => {
    const { verdicts } = await demo.parity.overview();
    const missing = VERDICTS.filter((verdict) => !verdicts.some((one) => one.verdict === verdict));
    expect(missing).toEqual(["not_checked"]);
  });

  it("has every flag except those that events and an application's own words bring, and `stale`, which appears when the full run is a day old", async () => {
    const flagsNow = async () => new Set((await demo.parity.views(userIds)).flatMap(({ flags }) => flags));
    const seen = await flagsNow();
    const unseen = ["given_by_hand", "unknown_word", "stale", "refunded", "disputed"];
    expect(FLAGS.filter((flag) => !seen.has(flag))).toEqual(unseen);
    await demo.db.$executeRaw`UPDATE parity."Cursor" SET value = jsonb_set(value, '{finishedAt}',
      to_jsonb((value->>'finishedAt')::float8 - 25 * 3600)) WHERE key = 'full_run'`;
    await demo.db.$executeRaw`UPDATE parity."Cursor" SET value = jsonb_set(value, '{at}',
      to_jsonb((value->>'at')::float8 - 25 * 3600)) WHERE key = 'events'`;
    expect(await flagsNow()).toContain("stale");
  });
});

describe("sync all over the demo", () => {
  let demo: Demo;
  afterEach(() => demo.close());

  const groupsLeft = async (runId: string) => {
    const page = await demo.parity.runs.page({ runId, limit: 1 });
    return (page?.groups ?? [])
      .filter(({ outcome }) => outcome !== "synced")
      .map(({ verdict, outcome, reason, users }) => `${users} ${verdict}: ${outcome} ${reason ?? ""}`.trim())
      .sort();
  };

  it("by staff leaves exactly the users that need a decision, and a second one writes nothing", async () => {
    demo = await createDemo();

    const run = await syncAll(demo.parity, "staff");

    expect(run).toMatchObject({ state: "done", failed: 0, notChecked: 0 });
    expect(await groupsLeft(run.id)).toEqual([
      "1 access_mismatch: blocked possible_other_customer",
      "1 link_conflict: review",
      "1 locked_out: blocked on_hold",
      "1 status_mismatch: blocked acknowledged",
      "1 unpaid_access: blocked no_positive_evidence",
      "2 unknown_status: review",
      "2 unmapped_price: review",
      "3 missing_in_stripe: review",
      "3 possible_match: review",
    ]);
    const changes = await demo.db.change.count();
    expect(await syncAll(demo.parity, "staff")).toMatchObject({ state: "done", synced: 0 });
    expect(await demo.db.change.count()).toBe(changes);
  });

  it("by the scheduler revokes two, leaves the others to an admin, and skips users on hold", async () => {
    demo = await createDemo();

    const run = await syncAll(demo.parity, "cron");

    expect(run).toMatchObject({ state: "done", failed: 0, notChecked: 0 });
    expect(await demo.db.change.count({ where: { revokes: true, actorKind: "cron" } })).toBe(2);
    expect(await groupsLeft(run.id)).toEqual([
      "1 access_mismatch: blocked possible_other_customer",
      "1 access_mismatch: blocked revocation_limit",
      "1 link_conflict: review",
      "1 locked_out: blocked on_hold",
      "1 plan_mismatch: blocked revocation_limit",
      "1 status_mismatch: blocked revocation_limit",
      "1 unpaid_access: blocked no_positive_evidence",
      "2 unknown_status: review",
      "2 unmapped_price: review",
      "3 missing_in_stripe: review",
      "3 possible_match: review",
      "6 unpaid_access: blocked revocation_limit",
    ]);
  });
});

describe("seeding", () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await createDemo();
  });
  afterAll(() => demo.close());

  it("does nothing where there are users", async () => {
    const again = await seedDemo({ db: demo.db, sandbox: createSandbox(), now: epochSeconds() });
    expect(again).toEqual({ seeded: false });
    expect(await demo.db.user.count()).toBe(DEMO_USERS.length);
  });

  it("fills a database that was dropped, with a sandbox that was kept", async () => {
    const { store } = demo.sandbox.account;
    const before = store.subscriptions.nextSequence;
    await demo.db.$executeRaw`ALTER TABLE parity."Run" DISABLE TRIGGER USER`;
    await demo.db
      .$executeRaw`TRUNCATE app."User", app."BillingSubscription", app."Workspace", parity."Link", parity."Comp", parity."Hold",
      parity."Acknowledgement", parity."UserCheck", parity."Run"`;
    await demo.db.$executeRaw`ALTER TABLE parity."Run" ENABLE TRIGGER USER`;

    expect(await seedDemo({ db: demo.db, sandbox: demo.sandbox, now: epochSeconds() })).toEqual({
      seeded: true,
    });

    expect(store.subscriptions.nextSequence).toBe(before);
    const { state } = await syncAll(demo.parity, "staff");
    expect(state).toBe("done");
  });
});

it("seeding a production database creates the plans and no users, also the second time", async () => {
  const { db, url, drop } = await createTestDatabase();
  for (let time = 0; time < 2; time += 1) {
    const { code, stdout } = await runProcess(["prisma/seed.ts"], { DATABASE_URL: url });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "The plans exist: Starter (starter_monthly), Army (army_yearly).\n",
    });
  }
  expect(await db.plan.count()).toBe(2);
  expect(await db.planPrice.count()).toBe(2);
  expect(await db.user.count()).toBe(0);
  await drop();
});
