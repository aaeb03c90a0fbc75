import { afterEach, beforeEach, expect, it } from "vitest";
import { createSettings } from "~/dashboard/settings-view.server";
import { addSyncedUser, createWorld, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { runOn } from "./testing/cli";

// What is older than it should be is not called in sync.

let world: World;

beforeEach(async () => {
  world = await createWorld();
  for (const id of ["ada", "bob"]) await addSyncedUser(world, id);
  await cron();
});
afterEach(() => world.close());

const cron = () => world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
const run = (line: string) => runOn(world, line);

/** As if everything so far had happened `hours` earlier. */
async function letPass(hours: number): Promise<void> {
  await world.db.$executeRaw`
    UPDATE parity."Cursor" SET value = jsonb_set(value, '{at}', to_jsonb((value->>'at')::float8 - ${hours * 3_600}::float8))
    WHERE key = 'events'`;
  await world.db.$executeRaw`
    UPDATE parity."Cursor" SET "updatedAt" = "updatedAt" - make_interval(hours => ${hours}::int) WHERE key = 'scheduler'`;
}

const lockAll = () => world.db.workspace.updateMany({ data: { status: "locked", seats: 0 } });

it("status, metrics and the banner of a fresh installation say that users are in sync", async () => {
  expect(await run("status")).toMatchObject({ code: 0 });
  const metrics = await world.parity.metrics();
  expect(metrics).toContain('parity_users{verdict="in_sync"} 2');
  expect(metrics).toContain("parity_stale 0");
  expect(metrics).toMatch(/parity_last_scheduler_call_timestamp_seconds \d{10}/);
  expect((await world.parity.frame()).stale).toBeNull();
});

it("a scheduler that has been silent for nine hours is said everywhere, with exit code 3 (case 40)", async () => {
  await letPass(9);
  await lockAll();

  const { code, stdout } = await run("status");
  expect(code).toBe(3);
  expect(stdout).toContain("last checked 9 h ago");
  expect(stdout).toContain("The scheduler last called 9 h ago: check it.");
  expect(stdout).toContain("2 users were changed in the database since the last check");
  expect(stdout).not.toContain("All users are in sync");
  const doctor = (await run("doctor")).stdout;
  expect(doctor).toMatch(/The scheduler last called 9 h ago: check it/);
  expect(doctor).toMatch(/It answers and can be written/);
  const metrics = await world.parity.metrics();
  expect(metrics).toContain('parity_users{verdict="stale"} 2');
  expect(metrics).toContain('parity_users{verdict="in_sync"} 0');
  expect(metrics).toContain("parity_stale 1");
  expect((await world.parity.frame()).stale).toContain("may no longer be true");

  // The next call puts it right.
  expect(await cron()).toMatchObject({ success: true, syncedCount: 2 });
  expect(await run("status")).toMatchObject({ code: 0 });
});

it("a scheduler that calls, and whose runs do not finish, is told apart from one that is silent", async () => {
  await letPass(9);
  world.sandbox.control.addFault({ effect: { type: "invalid_key" } });
  await cron();
  expect((await world.parity.frame()).stale).toContain("look why its runs do not finish");
});

it("how old is too old can be set, for a scheduler that calls once a day", async () => {
  await letPass(9);
  expect(await run("settings staleAfterMinutes 2000")).toMatchObject({ code: 0 });
  expect(await run("status")).toMatchObject({ code: 0 });
});

it("a preview counts what it has just found, and so does status (case 34)", async () => {
  await lockAll();
  const preview = await run("sync --all");
  expect(preview.code).toBe(3);
  expect(preview.stdout).toContain(
    "2 users are not in sync. To repair: npm run parity -- sync --all --apply",
  );
  expect(preview.stdout).not.toContain("All users are in sync");
  const status = await run("status");
  expect(status.code).toBe(3);
  expect(status.stdout).toContain("2 users were changed in the database since the last check");

  expect(await run("sync --all --apply")).toMatchObject({ code: 0 });
  expect(await run("sync --all")).toMatchObject({ code: 0 });
});

it("the doctor takes a scheduler for silent after the time that is set, and no sooner", async () => {
  await world.db
    .$executeRaw`UPDATE parity."Cursor" SET "updatedAt" = "updatedAt" - interval '50 minutes' WHERE key = 'scheduler'`;
  expect((await run("doctor")).stdout).toContain("The scheduler last called 50 min ago: check it.");
  await world.parity.settings.set({ staleAfterMinutes: 60 }, { kind: "command_line", id: null });
  expect((await run("doctor")).stdout).not.toContain("check it");
});

it("a refused key is said by status, with exit code 3, until Stripe takes it again", async () => {
  world.sandbox.control.addFault({ effect: { type: "invalid_key" } });
  await cron();
  const refused = await run("status");
  expect(refused.code).toBe(3);
  expect(refused.stdout).toContain("Stripe refuses the key in STRIPE_SECRET_KEY. Nothing can be");
  expect(refused.stdout).not.toContain("All users are in sync");
  world.sandbox.control.reset();
  await cron();
  expect(await run("status")).toMatchObject({ code: 0 });
});

it("a key of another account is said by status, with exit code 3", async () => {
  const other = world.another({ configuredAccountId: "acct_other" });
  expect(await other.runs.cron({ budgetMs: 20_000, scope: "incremental" })).toMatchObject({ success: false });
  const { code, stdout } = await run("status");
  expect(code).toBe(3);
  expect(stdout).toContain("The last run was refused: STRIPE_ACCOUNT_ID is acct_other");
});

it("what is set is a line in the log, and who may write records is a line of its own", async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const settings = createSettings({ db: world.db, log });
  await settings.set({ writeMode: "off", staleAfterMinutes: 30 }, { kind: "staff", id: "s1" });
  await settings.set({ writeMode: "off" }, { kind: "staff", id: "s1" });
  expect(lines).toMatchObject([
    { msg: "write mode changed", key: "writeMode", before: "full", after: "off", by: "staff:s1" },
    { msg: "setting changed", key: "staleAfterMinutes", before: null, after: 30 },
  ]);
});
