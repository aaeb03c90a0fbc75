import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { saveSettings } from "~/engine/account/settings.server";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createStaffAuth, type StaffAuth } from "./staff.server";
import { removeMember, removeSecondFactor } from "./testing/by-address";
import { computeCode, computeNextCode } from "./testing/totp";

const appUrl = "https://parity.test";
const password = "correct horse battery";
const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
let database: TestDatabase;
let staffAuth: StaffAuth;

beforeAll(async () => {
  database = await createTestDatabase();
  const log = createLog({ level: "silent" });
  staffAuth = createStaffAuth({ db: database.db, environment, log });
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  for (const table of [db.staffRateLimit, db.signInLimit, db.setting])
    await (table as typeof db.setting).deleteMany();
  await db.staff.deleteMany();
  await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator", password });
});

const toCookie = (cookies: string[]) =>
  cookies
    .filter((line) => !/Max-Age=0/.test(line))
    .map((line) => line.split(";")[0])
    .join("; ");
const signIn = (given: string, clientAddress: string, cookie = "", email = "ann@example.com") =>
  staffAuth.signIn({ email, password: given, clientAddress, userAgent: "test", cookie });
async function openSession(cookie = "") {
  const result = await signIn(password, "192.0.2.1", cookie);
  if (!result.ok) throw new Error(`Not signed in: ${result.reason}`);
  return toCookie(result.cookies);
}
const readSession = (cookie: string) =>
  staffAuth.session(new Request(appUrl, { headers: { Cookie: cookie } }));
async function callerWith(cookie: string) {
  const staff = await readSession(cookie);
  return { staffId: staff?.id ?? "", cookie, clientAddress: "192.0.2.1" };
}

describe("S25: the own account", () => {
  it("changes its password with the current one, which ends all other sessions", async () => {
    const elsewhere = await openSession();
    const here = await openSession();
    const caller = await callerWith(here);
    const next = "seven purple umbrellas";
    expect(await staffAuth.own.changePassword(caller, { current: "wrong password", next })).toEqual({
      ok: false,
      reason: "wrong_password",
    });
    expect(await staffAuth.own.changePassword(caller, { current: password, next: "password1234" })).toEqual({
      ok: false,
      reason: "password_too_common",
    });
    const changed = await staffAuth.own.changePassword(caller, { current: password, next });
    expect(changed.ok && (await readSession(toCookie(changed.cookies)))).toMatchObject({ name: "Ann" });
    expect(await readSession(elsewhere)).toBeNull();
    expect(await readSession(here)).toBeNull();
    expect(await signIn(password, "192.0.2.1")).toMatchObject({ ok: false });
    expect(await signIn(next, "192.0.2.1")).toMatchObject({ ok: true });
  });

  it("S5: lets no one guess its password through an open session, from whatever addresses, and locks no owner out of it", async () => {
    const cookie = await openSession();
    const { own } = staffAuth;
    const staffId = (await callerWith(cookie)).staffId;
    const from = (n: number) => ({ staffId, cookie, clientAddress: `198.51.100.${n}` });
    const guesses = [
      () => own.startSecondFactor(from(1), "wrong password 1"),
      () => own.removeSecondFactor(from(2), "wrong password 2"),
      ...[3, 4, 5].map(
        (n) => () => own.changePassword(from(n), { current: `wrong ${n}`, next: "seven purple mice" }),
      ),
    ];
    for (const guess of guesses) expect(await guess()).toEqual({ ok: false, reason: "wrong_password" });
    await database.db
      .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() + interval '1 minute'`;
    const right = () => own.changePassword(from(6), { current: password, next: "seven purple mice" });
    expect(await right()).toMatchObject({ reason: "too_many_requests", retryAfterSeconds: 60 });
    expect(await readSession(cookie)).toMatchObject({ name: "Ann" });
    expect(await signIn(password, "192.0.2.9")).toMatchObject({ ok: true });
    await database.db
      .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() - interval '1 millisecond'`;
    expect(await right()).toMatchObject({ ok: true });
    expect(await database.db.signInLimit.count({ where: { key: { startsWith: "member:" } } })).toBe(0);
  });

  it("signs out everywhere", async () => {
    const sessions = [await openSession(), await openSession()];
    await staffAuth.own.signOutEverywhere((await callerWith(sessions[0] ?? "")).staffId);
    for (const session of sessions) expect(await readSession(session)).toBeNull();
  });

  it("ends when it is idle for longer than the settings allow, and not while it is used", async () => {
    const cookie = await openSession();
    const idle = (hours: number) =>
      database.db
        .$executeRaw`UPDATE parity."StaffSession" SET "updatedAt" = now() - make_interval(secs => ${hours * 3600}::int)`;
    await idle(11);
    expect(await readSession(cookie)).not.toBeNull();
    const [{ updatedAt } = { updatedAt: new Date(0) }] = await database.db.staffSession.findMany();
    expect(Date.now() - updatedAt.getTime()).toBeLessThan(3_600_000);
    await idle(13);
    expect(await readSession(cookie)).toBeNull();
    const again = await openSession();
    await saveSettings(database.db, { staffIdleHours: 1 }, "test");
    await idle(2);
    expect(await readSession(again)).toBeNull();
  });
});

describe("S25: the second factor", () => {
  async function addSecondFactor() {
    const cookie = await openSession();
    const caller = await callerWith(cookie);
    expect(await staffAuth.own.startSecondFactor(caller, "wrong password")).toMatchObject({ ok: false });
    const started = await staffAuth.own.startSecondFactor(caller, password);
    if (!started.ok) throw new Error("Not started");
    const key = new URL(started.uri).searchParams.get("secret") ?? "";
    return { caller, key, backupCodes: started.backupCodes };
  }
  const enter = (cookies: string[], code: string) =>
    staffAuth.signInWithCode({
      code,
      clientAddress: "192.0.2.1",
      userAgent: "test",
      cookie: toCookie(cookies),
    });

  it("counts once a code was right; then a password alone opens nothing, and a code or a backup code does", async () => {
    const { caller, key, backupCodes } = await addSecondFactor();
    expect(await signIn(password, "192.0.2.1")).toMatchObject({ ok: true });
    expect(await staffAuth.own.confirmSecondFactor(caller, "000000")).toMatchObject({ ok: false });
    const confirmed = await staffAuth.own.confirmSecondFactor(caller, computeCode(key));
    expect(confirmed.ok && (await readSession(toCookie(confirmed.cookies)))).toMatchObject({
      hasSecondFactor: true,
    });

    const first = await signIn(password, "192.0.2.1");
    if (first.ok || first.reason !== "second_factor") throw new Error("No second step");
    expect(await readSession(toCookie(first.cookies))).toBeNull();
    expect(await enter(first.cookies, "000000")).toEqual({ ok: false, reason: "wrong_code" });
    expect(await enter([], computeCode(key))).toEqual({ ok: false, reason: "sign_in_again" });
    const second = await enter(first.cookies, computeNextCode(key));
    expect(second.ok && (await readSession(toCookie(second.cookies)))).toMatchObject({ name: "Ann" });

    const [backup = ""] = backupCodes;
    const third = await signIn(password, "192.0.2.1");
    if (third.ok || third.reason !== "second_factor") throw new Error("No second step");
    expect(await enter(third.cookies, backup)).toMatchObject({ ok: true });
    const fourth = await signIn(password, "192.0.2.1");
    if (fourth.ok || fourth.reason !== "second_factor") throw new Error("No second step");
    // Each backup code works once.
    expect(await enter(fourth.cookies, backup)).toEqual({ ok: false, reason: "wrong_code" });
    const [stored] = await database.db.staffTwoFactor.findMany();
    expect(stored?.backupCodes).not.toContain(backupCodes[1]);
    expect(stored?.secret).not.toContain(key);
  });

  it("S25: opens one session with each code, also when two sign in at the same moment", async () => {
    const { caller, key } = await addSecondFactor();
    const code = computeCode(key);
    await staffAuth.own.confirmSecondFactor(caller, code);
    const begin = async () => {
      const first = await signIn(password, "192.0.2.1");
      if (first.ok || first.reason !== "second_factor") throw new Error("No second step");
      return first.cookies;
    };
    const isOpen = (entered: Awaited<ReturnType<typeof enter>>) => (entered.ok ? "open" : entered.reason);
    const count = () => database.db.staffSession.count();
    const before = await count();
    expect(isOpen(await enter(await begin(), code))).toBe("used_code");
    const both = [await begin(), await begin()];
    const next = computeNextCode(key);
    const entered = await Promise.all(both.map((cookies) => enter(cookies, next)));
    expect(entered.map(isOpen).sort()).toEqual(["open", "used_code"]);
    expect(isOpen(await enter(await begin(), ` ${next.slice(0, 3)} ${next.slice(3)}`))).toBe("used_code");
    expect(await count()).toBe(before + 1);
    // The same digits come again one day.
    await database.db
      .$executeRaw`UPDATE parity."StaffVerification" SET "expiresAt" = now() - interval '1 millisecond' WHERE id LIKE 'used-code-%'`;
    expect(isOpen(await enter(await begin(), next))).toBe("open");
  });

  it("S5: is locked after ten wrong codes, with whatever sign-ins they came, and says so", async () => {
    const { caller, key } = await addSecondFactor();
    await staffAuth.own.confirmSecondFactor(caller, computeCode(key));
    const answers: string[] = [];
    for (let n = 0; n < 3; n++) {
      const first = await signIn(password, `198.51.100.${n}`);
      if (first.ok || first.reason !== "second_factor") throw new Error("No second step");
      for (let code = 0; code < 4; code++) {
        const entered = await enter(first.cookies, `00000${code}`);
        answers.push(entered.ok ? "ok" : entered.reason);
      }
      // The right code, once it is locked.
      if (n === 2)
        expect(await enter(first.cookies, computeCode(key))).toEqual({ ok: false, reason: "too_many_codes" });
    }
    expect(answers).toEqual([...Array(10).fill("wrong_code"), "too_many_codes", "too_many_codes"]);
  });

  it("that is lost is reset on the command line", async () => {
    const { caller, key } = await addSecondFactor();
    await staffAuth.own.confirmSecondFactor(caller, computeCode(key));
    expect(await removeSecondFactor(staffAuth, "ann@example.com")).toBe(true);
    expect(await signIn(password, "192.0.2.1")).toMatchObject({ ok: true });
    expect(await removeSecondFactor(staffAuth, "ann@example.com")).toBe(false);
  });

  it("may be required of those who sign in with a password", async () => {
    await saveSettings(database.db, { requireSecondFactor: "yes" }, "test");
    expect(await readSession(await openSession())).toMatchObject({ mustAddSecondFactor: true });
    const { caller, key } = await addSecondFactor();
    const confirmed = await staffAuth.own.confirmSecondFactor(caller, computeCode(key));
    expect(confirmed.ok && (await readSession(toCookie(confirmed.cookies)))).toMatchObject({
      mustAddSecondFactor: false,
    });
  });
});

describe("S26: a removed member", () => {
  it("has no session and cannot sign in, keeps the name in the audit, and can be added again", async () => {
    const cookie = await openSession();
    const { staffId } = await callerWith(cookie);
    expect(await removeMember(staffAuth, "ANN@example.com ")).toBe(true);
    expect(await readSession(cookie)).toBeNull();
    expect(await signIn(password, "192.0.2.1")).toMatchObject({ ok: false, reason: "wrong_password" });
    expect(await staffAuth.listStaff()).toEqual([]);
    expect(await database.db.staff.findUnique({ where: { id: staffId } })).toMatchObject({ name: "Ann" });
    const ann = { email: "ann@example.com", name: "Ann", role: "viewer", password } as const;
    expect(await staffAuth.addStaff(ann)).toMatchObject({ ok: true, id: staffId, created: true });
    expect(await signIn(password, "192.0.2.1")).toMatchObject({ ok: true });
  });

  it("leaves settings' history as it was: it is append-only", async () => {
    await saveSettings(database.db, { graceDays: 3 }, "staff:x");
    await expect(database.db.settingChange.deleteMany()).rejects.toThrow(/append-only/);
    await expect(database.db.settingChange.updateMany({ data: { actor: "y" } })).rejects.toThrow(
      /append-only/,
    );
    await expect(database.db.$executeRaw`TRUNCATE parity."SettingChange"`).rejects.toThrow(/append-only/);
  });
});

describe("the audit of staff", () => {
  const listChanges = async (staffId: string) =>
    (
      await database.db.settingChange.findMany({ where: { key: `staff:${staffId}` }, orderBy: { id: "asc" } })
    ).map(({ before, after, actor }) => ({ before, after, actor }));

  it("has an entry of each member that is added, changed or removed, without the address", async () => {
    const { db } = database;
    const ann = { email: "ann@example.com", name: "Ann", role: "operator", password } as const;
    const { id } = await db.staff.findUniqueOrThrow({ where: { email: ann.email } });
    const root = { email: "root@example.com", name: "Root", role: "admin", password } as const;
    await staffAuth.addStaff(root);
    await staffAuth.addStaff(ann);
    await staffAuth.addStaff({ ...ann, role: "admin" });
    await staffAuth.addStaff({ ...ann, role: "admin", name: "Anna", password: "seven purple umbrellas" });
    await removeMember(staffAuth, ann.email);
    await staffAuth.addStaff({ ...ann, role: "viewer" });
    const actor = "command_line:";
    expect(await listChanges(id)).toEqual([
      { before: null, after: { role: "operator", newPassword: true }, actor },
      { before: { role: "operator" }, after: { role: "admin" }, actor },
      { before: { role: "admin" }, after: { newName: true, newPassword: true }, actor },
      { before: { role: "admin" }, after: { removed: true }, actor },
      {
        before: { role: "admin", removed: true },
        after: { role: "viewer", newName: true, newPassword: true },
        actor,
      },
    ]);
    expect(JSON.stringify(await listChanges(id))).not.toContain("@");
  });

  it("has an entry of each second factor and password that a member changes", async () => {
    const caller = await callerWith(await openSession());
    const started = await staffAuth.own.startSecondFactor(caller, password);
    if (!started.ok) throw new Error("not started");
    const added = await staffAuth.own.confirmSecondFactor(
      caller,
      computeCode(new URL(started.uri).searchParams.get("secret") ?? ""),
    );
    expect(added.ok).toBe(true);
    await removeSecondFactor(staffAuth, "ann@example.com");
    expect((await listChanges(caller.staffId)).slice(1)).toEqual([
      { before: { secondFactor: false }, after: { secondFactor: true }, actor: `staff:${caller.staffId}` },
      { before: { secondFactor: true }, after: { secondFactor: false }, actor: "command_line:" },
    ]);
  });
});
