import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createStaffAuth, type SignIn, type StaffAuth } from "./staff.server";
import { removeMember } from "./testing/by-address";

const appUrl = "https://parity.test";
const password = "correct horse battery";
const log = createLog({ level: "silent" });
let database: TestDatabase;
let staffAuth: StaffAuth;

const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
const signIn = (email: string, given = password, clientAddress = "192.0.2.1") =>
  staffAuth.signIn({ email, password: given, clientAddress, userAgent: "test" });

function requestWith(result: SignIn) {
  if (!result.ok) throw new Error(`Not signed in: ${result.reason}`);
  const cookie = result.cookies.map((line) => line.split(";")[0]).join("; ");
  return new Request(`${appUrl}/users`, { headers: { Cookie: cookie } });
}

beforeAll(async () => {
  database = await createTestDatabase();
  staffAuth = createStaffAuth({ db: database.db, environment, log });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.staff.deleteMany();
  await database.db.staffRateLimit.deleteMany();
  await database.db.signInLimit.deleteMany();
  await staffAuth.addStaff({ email: "Ann@Example.com", name: "Ann", role: "operator", password });
});

describe("signing in", () => {
  it("creates a session for the right password; the address is not case-sensitive", async () => {
    const result = await signIn("ANN@example.com");
    expect(await staffAuth.session(requestWith(result))).toMatchObject({
      id: expect.any(String),
      name: "Ann",
      email: "ann@example.com",
      role: "operator",
    });
  });

  it("sets a cookie that scripts, other sites and plain http cannot read", async () => {
    const result = await signIn("ann@example.com");
    expect(result.ok && result.cookies.find((cookie) => cookie.includes("session_token"))).toMatch(
      /^__Secure-parity-staff\.session_token=.*; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it("gives the same answer for a wrong password and an unknown address", async () => {
    expect(await signIn("ann@example.com", "wrong password here")).toEqual({
      ok: false,
      reason: "wrong_password",
    });
    expect(await signIn("bob@example.com")).toEqual({ ok: false, reason: "wrong_password" });
    expect(await signIn("not an address")).toEqual({ ok: false, reason: "wrong_password" });
  });

  it("does not work for members without a password", async () => {
    await staffAuth.addStaff({ email: "eve@example.com", name: "Eve", role: "viewer" });
    expect(await signIn("eve@example.com", "")).toMatchObject({ ok: false, reason: "wrong_password" });
  });
});

describe("a session", () => {
  it("ends when its owner signs out", async () => {
    const request = requestWith(await signIn("ann@example.com"));
    const cookies = await staffAuth.signOut(request);
    expect(cookies.some((cookie) => /session_token=;.*Max-Age=0/.test(cookie))).toBe(true);
    expect(await staffAuth.session(request)).toBeNull();
  });

  it("ends with the member, and follows a changed role at once", async () => {
    const request = requestWith(await signIn("ann@example.com"));
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "viewer" });
    expect(await staffAuth.session(request)).toMatchObject({ role: "viewer" });
    expect(await removeMember(staffAuth, " Ann@example.com")).toBe(true);
    expect(await staffAuth.session(request)).toBeNull();
    expect(await removeMember(staffAuth, "ann@example.com")).toBe(false);
  });

  it("is none of a member who was removed while it was being opened", async () => {
    const request = requestWith(await signIn("ann@example.com"));
    // As the removal leaves it whose end of all sessions came before this one was stored.
    await database.db.staff.updateMany({
      where: { email: "ann@example.com" },
      data: { removedAt: new Date() },
    });
    expect(await staffAuth.session(request)).toBeNull();
    expect(await database.db.staffSession.count()).toBe(0);
  });

  it("ends when the password is replaced", async () => {
    const request = requestWith(await signIn("ann@example.com"));
    const ann = { email: "ann@example.com", name: "Ann", role: "operator" } as const;
    await staffAuth.addStaff({ ...ann, password });
    expect(await staffAuth.session(request)).not.toBeNull();
    await staffAuth.addStaff({ ...ann, password: "another purple umbrella" });
    expect(await staffAuth.session(request)).toBeNull();
    expect(await signIn("ann@example.com")).toMatchObject({ ok: false });
    expect(await signIn("ann@example.com", "another purple umbrella")).toMatchObject({ ok: true });
  });

  it("is not accepted with a forged cookie, after it has expired, or with an unknown role", async () => {
    const request = requestWith(await signIn("ann@example.com"));
    const forged = (request.headers.get("Cookie") ?? "").replace(
      /(session_token=[^;.]*\.)[^;]+/,
      `$1${"A".repeat(44)}`,
    );
    expect(await staffAuth.session(new Request(appUrl, { headers: { Cookie: forged } }))).toBeNull();
    await database.db.staff.updateMany({ data: { role: "superuser" } });
    expect(await staffAuth.session(request)).toBeNull();
    await database.db.staff.updateMany({ data: { role: "operator" } });
    await database.db.staffSession.updateMany({ data: { expiresAt: new Date(Date.now() - 1000) } });
    expect(await staffAuth.session(request)).toBeNull();
  });
});

describe("the roster", () => {
  it("rejects an invalid address, an empty name and a short password, and changes nothing", async () => {
    const input = { email: "bob@example.com", name: "Bob", role: "viewer" } as const;
    expect(await staffAuth.addStaff({ ...input, email: "bob" })).toEqual({ ok: false, reason: "bad_email" });
    expect(await staffAuth.addStaff({ ...input, name: " " })).toEqual({ ok: false, reason: "bad_name" });
    expect(await staffAuth.addStaff({ ...input, password: "short" })).toEqual({
      ok: false,
      reason: "password_too_short",
    });
    expect(await staffAuth.listStaff()).toHaveLength(1);
  });

  it("reports whether a member was added or changed, and lists all members", async () => {
    expect(await staffAuth.addStaff({ email: "bob@example.com", name: "Bob", role: "viewer" })).toMatchObject(
      { created: true },
    );
    expect(
      await staffAuth.addStaff({ email: "BOB@example.com", name: "Bob B", role: "admin" }),
    ).toMatchObject({ created: false });
    expect(await staffAuth.listStaff()).toMatchObject([
      { email: "ann@example.com", role: "operator", hasPassword: true },
      { email: "bob@example.com", name: "Bob B", role: "admin", hasPassword: false },
    ]);
  });
});

describe("the library's own addresses", () => {
  it.each([
    "sign-up/email",
    "sign-in/email",
    "update-user",
    "change-password",
    "delete-user",
    "callback/oidc",
  ])("do not answer: %s", async (path) => {
    for (const method of ["GET", "POST"])
      expect((await staffAuth.handler(new Request(`${appUrl}/api/auth/${path}`, { method }))).status).toBe(
        404,
      );
  });
});
