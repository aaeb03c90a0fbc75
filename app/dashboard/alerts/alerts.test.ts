import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { saveSettings } from "~/engine/account/settings.server";
import { addPayingUser, createWorld, STAFF, syncAll, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { createAlerts } from "./alerts.server";
import { type AlertMessage, buildAlertMessage } from "./message.server";
import { claimMessage } from "./state.server";

/** A receiver of webhooks: what arrived, and how it answers. */
const receiver = { messages: [] as AlertMessage[], status: 200, location: "" };
let server: Server;
let url: string;
let world: World;
const lines: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    receiver.messages.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(receiver.status, receiver.location ? { Location: receiver.location } : {}).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secretpath`;
  await addPayingUser(world, "ada");
  await syncAll(world.parity);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await world.close();
});
beforeEach(async () => {
  const { db } = world;
  Object.assign(receiver, { messages: [], status: 200, location: "" });
  await db.alert.deleteMany();
  await db.alertMute.deleteMany();
  await db.webhookDelivery.deleteMany();
  await db.setting.deleteMany({ where: { key: { in: ["alertAddresses", "lockedOutAlertMinutes"] } } });
  await saveSettings(db, { writeMode: "full" }, "test");
  await world.parity.syncUser({ userId: "ada", actor: STAFF });
  await db.$executeRaw`UPDATE parity."Cursor" SET "updatedAt" = now() WHERE key = 'scheduler'`;
});

const log = createLog({ level: "debug", destination: { write: (line: string) => void lines.push(line) } });
/** Another process with the same database and the same ALERT_WEBHOOK_URL. */
const open = (webhookUrl: string | null = url) =>
  createAlerts({ db: world.db, log }, { webhookUrl, appUrl: "https://parity.test" });
const listReceived = () => receiver.messages.map(({ alert }) => `${alert.kind} ${alert.state}`);
const listOpen = async () => (await open().view()).open.map(({ kind }) => kind);

/** The application loses the access of a paying user, and repairs are paused. */
async function lockOut(userId: string, minutes: number) {
  await saveSettings(world.db, { writeMode: "off" }, "test");
  await world.db
    .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${userId}`;
  await world.db
    .$executeRaw`UPDATE app."User" SET plan = NULL, "subscriptionStatus" = NULL WHERE id = ${userId}`;
  await world.parity.syncUser({ userId, actor: STAFF });
  await world.db
    .$executeRaw`UPDATE parity."SyncStatus" SET since = now() - make_interval(mins => ${minutes}::int) WHERE "userId" = ${userId}`;
}

describe("R175: an alert", () => {
  it("opens for a payer who is locked out longer than 10 minutes, once over all processes, and resolves", async () => {
    await lockOut("ada", 9);
    await open().check();
    expect(receiver.messages).toEqual([]);
    await lockOut("ada", 11);
    await Promise.all([1, 2, 3].map(() => open().check()));
    await open().check();
    expect(listReceived()).toEqual(["locked_out open"]);
    expect(receiver.messages[0]).toMatchObject({
      text: [
        "Parity: 1 user has paid and cannot use the product. · $16.67 per month",
        "• ada",
        "https://parity.test/users?queue=locked_out",
      ].join("\n"),
      alert: { count: 1, details: ["ada"], money: [{ perMonth: 1667, currency: "usd" }] },
    });
    await saveSettings(world.db, { writeMode: "full" }, "test");
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    await Promise.all([1, 2].map(() => open().check()));
    expect(listReceived()).toEqual(["locked_out open", "locked_out resolved"]);
    expect(await listOpen()).toEqual([]);
    expect((await open().view()).over).toMatchObject([{ kind: "locked_out", failure: null }]);
  });

  it("tells of a refused key and the run that failed of it, until both are right again", async () => {
    const run = await syncAll(world.another({ secretKey: "sk_test_notthisone" }));
    expect(run.state).toBe("failed");
    await open().check();
    expect(listReceived().sort()).toEqual(["key_refused open", "run_failed open"]);
    expect(receiver.messages.find(({ alert }) => alert.kind === "key_refused")?.text).toContain(
      "STRIPE_SECRET_KEY",
    );
    await syncAll(world.another());
    await open().check();
    expect(
      receiver.messages
        .slice(2)
        .map(({ alert }) => `${alert.kind} ${alert.state}`)
        .sort(),
    ).toEqual(["key_refused resolved", "run_failed resolved"]);
    expect(await listOpen()).toEqual([]);
  });

  it("tells that the scheduler is silent, as long as it is", async () => {
    const { db } = world;
    const isSilentFor = (minutes: number) => db.$executeRaw`
      INSERT INTO parity."Cursor" (key, value, "updatedAt")
      VALUES ('scheduler', 'null', now() - make_interval(mins => ${minutes}::int))
      ON CONFLICT (key) DO UPDATE SET "updatedAt" = excluded."updatedAt"`;
    await isSilentFor(29);
    await open().check();
    expect(receiver.messages).toEqual([]);
    await isSilentFor(31);
    await open().check();
    expect(receiver.messages[0]?.text).toMatch(/^Parity: The scheduler last called 31 min ago: check it\.\n/);
    await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    await open().check();
    expect(listReceived()).toEqual(["cron_silent open", "cron_silent resolved"]);
  });

  it("is not called over because it could not be looked at, and does not keep others from being told", async () => {
    await lockOut("ada", 11);
    await world.db.$executeRaw`
      INSERT INTO parity."WebhookDelivery" (day, outcome, count, "lastAt")
      VALUES ((now() AT TIME ZONE 'UTC')::date, 'bad_signature', 3, now())`;
    await open(null).check();
    expect((await listOpen()).sort()).toEqual(["locked_out", "webhooks_refused"]);
    await world.db.$executeRaw`ALTER TABLE parity."WebhookDelivery" RENAME TO "Elsewhere"`;
    await open().check();
    await world.db.$executeRaw`ALTER TABLE parity."Elsewhere" RENAME TO "WebhookDelivery"`;
    expect((await listOpen()).sort()).toEqual(["locked_out", "webhooks_refused"]);
    expect(listReceived().sort()).toEqual(["locked_out open", "webhooks_refused open"]);
  });

  it("of bad webhook deliveries is none while others can be used: strangers may post anything", async () => {
    await world.db.$executeRaw`
      INSERT INTO parity."WebhookDelivery" (day, outcome, count, "lastAt")
      VALUES ((now() AT TIME ZONE 'UTC')::date, 'bad_signature', 3, now() - interval '1 minute'),
        ((now() AT TIME ZONE 'UTC')::date, 'stored', 1, now())`;
    await open().check();
    expect(await listOpen()).toEqual([]);
  });
});

describe("R176: a message", () => {
  const makeDue = () =>
    world.db.$executeRaw`UPDATE parity."Alert" SET "nextAttemptAt" = now() - interval '1 millisecond'`;
  const age = (hours: number) =>
    world.db
      .$executeRaw`UPDATE parity."Alert" SET "sentAt" = "sentAt" - make_interval(hours => ${hours}::int)`;

  it("that does not arrive is tried again with a growing pause, by whichever process, and then arrives once", async () => {
    await lockOut("ada", 11);
    receiver.status = 500;
    await open().check();
    await open().check();
    expect(receiver.messages).toHaveLength(1);
    expect((await open().view()).open).toMatchObject([
      { failure: "The receiver answered 500.", sentAt: null },
    ]);
    await makeDue();
    await open("http://127.0.0.1:2/down").check();
    const [alert] = await world.db.alert.findMany();
    expect(alert).toMatchObject({
      failures: 2,
      failure: "The receiver could not be reached (ECONNREFUSED).",
    });
    expect((alert?.nextAttemptAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(60_000);
    receiver.status = 200;
    await makeDue();
    await open().check();
    await open().check();
    expect(listReceived()).toEqual(["locked_out open", "locked_out open"]);
    expect((await open().view()).open).toMatchObject([{ failure: null, sentAt: expect.any(Number) }]);
    expect(lines.join("")).not.toContain("secretpath");
  });

  it("is left by a process that died while sending to another one", async () => {
    await lockOut("ada", 11);
    await open(null).check();
    await world.db.$executeRaw`UPDATE parity."Alert" SET "claimedUntil" = now() + interval '30 seconds'`;
    await open().check();
    expect(receiver.messages).toEqual([]);
    await world.db.$executeRaw`UPDATE parity."Alert" SET "claimedUntil" = now() - interval '1 second'`;
    await open().check();
    expect(listReceived()).toEqual(["locked_out open"]);
  });

  it("is repeated daily while nothing changes, and within an hour when another user is locked out, too", async () => {
    await lockOut("ada", 11);
    await open().check();
    await age(23);
    // What is told was found before the last message.
    await world.db.$executeRaw`UPDATE parity."Alert" SET "newestAt" = "newestAt" - interval '2 days'`;
    await world.db
      .$executeRaw`UPDATE parity."SyncStatus" SET "evaluatedAt" = now() - interval '2 days', since = now() - interval '2 days'`;
    await open().check();
    expect(receiver.messages).toHaveLength(1);
    await addPayingUser(world, "ben");
    await lockOut("ben", 11);
    await open().check();
    expect(receiver.messages[1]?.text).toContain("Parity, still: 2 users have paid");
    await open().check();
    expect(receiver.messages).toHaveLength(2);
    await age(25);
    await open().check();
    expect(listReceived()).toEqual(["locked_out open", "locked_out repeated", "locked_out repeated"]);
    await world.db.user.deleteMany({ where: { id: "ben" } });
    await world.db.syncStatus.deleteMany({ where: { userId: "ben" } });
  });

  it("has no email address unless a setting allows it, calls no one in Slack, and goes nowhere else", async () => {
    await lockOut("ada", 11);
    await open(null).check();
    const forged = "x\r\nParity, resolved: all is well\u202e";
    const facts = JSON.stringify({
      ...{ count: 2, money: [], details: ["ada", "eve@example.com <!channel>", forged] },
    });
    const setFacts = () => world.db.$executeRaw`UPDATE parity."Alert" SET facts = ${facts}::jsonb`;
    await setFacts();
    const message = await claimMessage(world.db);
    if (message === null) throw new Error("nothing is due");
    const build = (addresses: Map<string, string> | null) =>
      JSON.stringify(
        buildAlertMessage({ ...message, addresses, appUrl: "https://parity.test", account: null }).text,
      );
    expect(build(null)).not.toContain("@example.com");
    expect(build(null)).not.toContain("<!channel>");
    // No id or address of the application's looks like a line of ours.
    expect(build(null)).toContain("\\n• x Parity, resolved: all is well\\n");
    expect(build(new Map([["ada", "ada@example.com"]]))).toContain("ada (ada@example.com)");
    await world.db.alert.updateMany({ data: { claimedUntil: null } });
    await saveSettings(world.db, { alertAddresses: "yes" }, "test");
    await open().check();
    expect(receiver.messages[0]?.alert.details).toEqual(["ada (ada@example.com)"]);
    Object.assign(receiver, { status: 302, location: `${url}/elsewhere` });
    expect(await open().test(STAFF)).toEqual({
      ok: false,
      failure: "The receiver answered 302, which is not followed.",
    });
    expect(receiver.messages.map(({ alert }) => alert.kind)).toEqual(["locked_out", "test"]);
  });
});

describe("R177: a muted kind", () => {
  it("sends nothing until then, stays on the page, and has an audit entry with the reason", async () => {
    await lockOut("ada", 11);
    const actor = { kind: "command_line", id: null } as const;
    const muted = { hours: 24, reason: "known, is repaired by hand" };
    expect(await open().mute("locked_out", muted, actor)).toBe(true);
    await open().check();
    expect(receiver.messages).toEqual([]);
    expect(await open().view()).toMatchObject({
      open: [{ kind: "locked_out", sentAt: null }],
      mutes: [{ kind: "locked_out", reason: muted.reason, by: "command line" }],
    });
    expect(await open().unmute("locked_out", actor)).toBe(true);
    expect(await open().unmute("locked_out", actor)).toBe(false);
    await open().check();
    expect(listReceived()).toEqual(["locked_out open"]);
    const audit = await world.db.settingChange.findMany({ where: { key: "alert:locked_out" } });
    expect(audit).toMatchObject([
      { actor: "command_line:", reason: muted.reason, after: { mutedUntil: expect.any(String) } },
      { before: { mutedUntil: expect.any(String) }, after: { mutedUntil: null } },
    ]);
  });
});

it("R178: looks once a minute over all processes, and after a cron call only where none lives", async () => {
  await lockOut("ada", 11);
  await world.db.cursor.deleteMany({ where: { key: "clock:alerts" } });
  await world.db.workerProcess.create({ data: { poolId: "alive" } });
  await open().checkAfterCron();
  expect(receiver.messages).toEqual([]);
  await Promise.all([1, 2, 3].map(() => open().checkEachMinute()));
  expect(listReceived()).toEqual(["locked_out open"]);
  await world.db.workerProcess.deleteMany();
  await world.db.alert.deleteMany();
  await open().checkAfterCron();
  expect(receiver.messages).toHaveLength(2);
});
