import { afterAll, beforeAll, expect, it } from "vitest";
import { addSyncedUser, CRON, createWorld, readAccess, type World } from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createLog } from "~/platform/log.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { createSandbox, type Listening } from "~/sandbox/sandbox";
import { runAndCapture, runOn } from "./testing/cli";

let world: World;
let other: Listening;
/** A process whose key is of another account. */
let moved: Parity;
const sandbox = createSandbox({ accountId: "acct_other" });
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  world = await createWorld(
    {},
    createLog({ level: "info", destination: { write: (line: string) => void lines.push(JSON.parse(line)) } }),
  );
  await addSyncedUser(world, "ada");
  await world.parity.runs.cron({ budgetMs: 20_000, scope: "full" });
  other = await sandbox.listen();
  moved = world.another({ apiBase: other.url, secretKey: sandbox.secretKey });
});
afterAll(async () => {
  await world.close();
  await other.close();
});

const run = (line: string | string[], typed?: string) =>
  runOn({ db: world.db, parity: moved }, line, { typed });
const BIND = ["bind", "--reason", "moved to a new account"];

it("without a reason, without an agreement, or for an account that is not the key’s, nothing is changed", async () => {
  expect(await moved.checkAccount()).toMatchObject({
    ok: false,
    message: expect.stringContaining("npm run parity -- bind"),
  });
  expect((await run("bind")).code).toBe(2);
  const alone = await run(BIND);
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining("Without a terminal: --yes.") });
  expect(alone.stderr).toMatch(/From acct_\w+ \(test mode\) to acct_other \(test mode\)/);
  expect(alone.stderr).toMatch(/what Stripe said of 1 customer and 1 subscription/);
  expect((await run(BIND, "acct_wrong")).code).toBe(1);
  expect(await run([...BIND, "--account", "acct_third", "--yes"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("belongs to acct_other, not to acct_third"),
  });
  expect(await moved.checkAccount()).toMatchObject({ ok: false, reason: "wrong_account" });
});

it("while a process works on a run it waits for that process to be stopped", async () => {
  await world.db.run.create({
    data: {
      ...{ actorKind: "cron", mode: "apply", scope: "full", phase: "observe" },
      ...{ liveKey: "whole-account", leaseOwner: "x", leaseUntil: new Date(Date.now() + 60_000) },
      cursor: { phase: "observe", ranges: [], started: null },
    },
  });
  expect(await run([...BIND, "--yes"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Stop the processes that have the old key"),
  });
  await world.db.run.updateMany({ where: { liveKey: { not: null } }, data: { leaseUntil: new Date(0) } });
});

it("moves the database to the account of the key, forgets what the old one said, and takes nothing from anybody", async () => {
  lines.length = 0;
  const { code, stdout } = await run(BIND, "acct_other");
  expect(lines).toMatchObject([
    {
      msg: "database bound to a Stripe account",
      accountId: "acct_other",
      livemode: false,
      by: "command_line:",
    },
    { msg: "write mode changed", before: "full", after: "off", by: "command_line:" },
  ]);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("Writing is off.") });
  expect(await moved.checkAccount()).toMatchObject({ ok: true, binding: { accountId: "acct_other" } });
  expect(
    await world.db.settingChange.findFirst({ where: { key: "binding" }, orderBy: { id: "desc" } }),
  ).toMatchObject({
    before: { livemode: false },
    after: { accountId: "acct_other" },
    reason: "moved to a new account",
    actor: "command_line:",
  });
  expect(await world.db.stripeSubscription.count()).toBe(0);
  expect(await world.db.syncStatus.findMany()).toMatchObject([{ userId: "ada", verdict: "not_checked" }]);
  expect((await moved.settings.get()).writeMode).toBe("off");
  expect(await world.db.run.count({ where: { state: "abandoned" } })).toBe(1);
  // Even with writing on, a complete read of an account that never knew the customer is no evidence.
  await moved.settings.set({ writeMode: "full" }, CRON);
  await moved.runs.cron({ budgetMs: 20_000, scope: "full" });
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await world.db.syncStatus.findMany()).toMatchObject([{ verdict: "missing_in_stripe" }]);

  // It is bound already; and it can be undone with the old key.
  expect(await run(BIND)).toMatchObject({ code: 0, stdout: expect.stringContaining("already") });
  expect((await runOn(world, [...BIND, "--yes", "--json"])).code).toBe(0);
  await world.parity.settings.set({ writeMode: "full" }, CRON);
  await world.parity.runs.cron({ budgetMs: 20_000, scope: "full" });
  expect(await world.db.syncStatus.findMany()).toMatchObject([{ verdict: "in_sync" }]);
});

it("uninstall says what it would remove, refuses without an agreement, and removes it", async () => {
  const { url, drop } = await createEmptyDatabase();
  try {
    const remove = (line: string) =>
      runAndCapture(line.split(" "), () => Promise.reject(new Error("opens nothing")), {
        DATABASE_URL: url,
        STRIPE_SECRET_KEY: "sk_test_unused0123456789",
      });
    expect(await remove("uninstall --yes")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("there is no schema parity"),
    });
    await applyMigrations(url, { exampleTables: "app" });
    const refused = await remove("uninstall");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/This removes the schema parity[\s\S]*Without a terminal: --yes/);
    expect(await remove("uninstall --yes --json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"removed": true'),
    });
    expect((await remove("uninstall --yes")).stdout).toContain("there is no schema parity");
  } finally {
    await drop();
  }
});
