import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { hashPassword } from "better-auth/crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createSignInLimits } from "./sign-in-limits.server";
import { createStaffAuth, type StaffAuth } from "./staff.server";

const appUrl = "https://parity.test";
const password = "correct horse battery";
const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
let database: TestDatabase;
let staffAuth: StaffAuth;
let lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  staffAuth = createStaffAuth({ db: database.db, environment, log });
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  for (const table of [db.staffRateLimit, db.signInLimit, db.setting])
    await (table as typeof db.setting).deleteMany();
  await db.staff.deleteMany();
  await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator", password });
  lines = [];
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
describe("S5: guessing one account's password", () => {
  it("from many addresses is stopped after a few, and never again at full speed", async () => {
    const limits = createSignInLimits(database.db, environment.appSecret, true);
    const attempts = [];
    for (let n = 0; n < 190; n++)
      attempts.push(
        await limits.begin({ email: "Ann@Example.com", clientAddress: `192.0.2.${n % 10}`, cookie: "" }),
      );
    expect(attempts.findIndex(({ ok }) => !ok)).toBe(5);
    expect(attempts.filter(({ ok }) => ok).length).toBeLessThan(15);
    // The one waiting time after another is over: each is twice as long.
    const waits: number[] = [];
    for (let n = 0; n < 14; n++) {
      await database.db
        .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() - interval '1 millisecond'`;
      const again = { email: "ann@example.com", clientAddress: `198.51.100.${n}`, cookie: "" };
      expect((await limits.begin(again)).ok).toBe(true);
      const row = await database.db.signInLimit.findFirst({ where: { key: { startsWith: "account:" } } });
      waits.push(((row?.nextAttemptAt.getTime() ?? 0) - (row?.updatedAt.getTime() ?? 0)) / 1000);
    }
    for (const [n, wait] of waits.entries())
      if (n > 0) expect(wait).toBe(Math.min(900, wait < 900 ? 2 * (waits[n - 1] ?? 0) : 900));
    expect(waits.at(-1)).toBe(900);
  });

  it("at once is counted, too", async () => {
    const limits = createSignInLimits(database.db, environment.appSecret, true);
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        limits.begin({ email: "ann@example.com", clientAddress: `192.0.2.${n}`, cookie: "" }),
      ),
    );
    // One more for each second that passes meanwhile.
    expect(all.filter(({ ok }) => ok).length).toBeLessThan(10);
  });

  it("does not lock its owner out: not of a session, and not in a browser that has signed in before", async () => {
    const session = await openSession();
    for (let n = 0; n < 5; n++) await signIn("wrong password here", `192.0.2.${n}`);
    await database.db
      .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() + interval '1 hour'`;
    expect(await signIn(password, "192.0.2.99")).toMatchObject({ ok: false, reason: "too_many_requests" });
    expect(await readSession(session)).toMatchObject({ name: "Ann" });
    expect(await signIn(password, "192.0.2.98", session)).toMatchObject({ ok: true });
    // A browser that is known for one account is not known for another, and a forged one for none.
    const other = session.replace(/parity-known=[^;]+/, `parity-known=${"a".repeat(22)}.${"b".repeat(43)}`);
    expect(await signIn(password, "192.0.2.98", other)).toMatchObject({ reason: "too_many_requests" });
  });

  it("is in the log, by account and address and without an e-mail address", async () => {
    await signIn("wrong password here", "192.0.2.7");
    await signIn(password, "192.0.2.8");
    const logged = lines.map((line) => JSON.parse(line)).filter((line) => "account" in line);
    const account = logged[0]?.account;
    expect(account).toMatch(/^[\w-]{22}$/);
    expect(logged).toMatchObject([
      { level: "warn", account, address: "192.0.2.7", msg: expect.stringContaining("sign-in failed") },
      { level: "info", account, address: "192.0.2.8", staffId: expect.any(String), msg: "signed in" },
    ]);
    expect(lines.join()).not.toContain("ann");
  });
});

describe("S6: one address of many people", () => {
  it("is not limited by those that sign in", async () => {
    const limits = createSignInLimits(database.db, environment.appSecret, true);
    for (let n = 0; n < 60; n++) {
      const attempt = await limits.begin({
        email: `p${n}@example.com`,
        clientAddress: "10.0.0.1",
        cookie: "",
      });
      expect(attempt.ok).toBe(true);
      if (attempt.ok) await attempt.succeeded();
    }
  });

  it("lets them sign in at the same moment, whichever of their attempts the database saw first", async () => {
    const limits = createSignInLimits(database.db, environment.appSecret, true);
    const begin = (n: number) =>
      limits.begin({ email: `q${n}@example.com`, clientAddress: "10.0.0.2", cookie: "" });
    expect(await begin(0)).toMatchObject({ ok: true });
    // An attempt that began after those that follow, and was counted before them.
    await database.db
      .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() + interval '5 seconds' WHERE key = 'address:10.0.0.2'`;
    const all = await Promise.all(Array.from({ length: 15 }, (_, n) => begin(n + 1)));
    expect(all.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("is limited by many failures on many accounts; an IPv6 network is one address", async () => {
    const limits = createSignInLimits(database.db, environment.appSecret, true);
    const from = async (address: (n: number) => string) => {
      const all = [];
      for (let n = 0; n < 40; n++)
        all.push(
          await limits.begin({ email: `${address(0)}${n}@x.test`, clientAddress: address(n), cookie: "" }),
        );
      return all.findIndex(({ ok }) => !ok);
    };
    expect(await from(() => "203.0.113.5")).toBe(20);
    expect(await from((n) => `2001:db8::${n}`)).toBe(20);
    expect(await from((n) => `2001:db8:0:${n + 1}::1`)).toBe(-1);
  });
});

describe("S10: a password", () => {
  const add = (given: string) =>
    staffAuth.addStaff({ email: "bob@example.com", name: "Robert Paulson", role: "viewer", password: given });

  it.each([
    "aaaaaaaaaaaa",
    "password1234",
    "Password1234!",
    "p@ssw0rd1234",
    "123456789012",
    "qwertyuiop12",
    "abcabcabcabc",
    "passwordpassword",
    "dragon999999999",
    "abcdefghijklm",
    "paulson12345678",
    "parity-2026-2026",
    "Welcome2026welcome",
    "stripeparity",
    "paritystripe12",
    "robertpaulson7",
    "paulson4robert",
    "admin123admin",
    "19870412198704",
    "12.04.1987 12:30",
    "!@#$%^&*()_+",
    "letmeinplease",
    "asdfghjkl;'asdf",
    "summerdragonmonkey",
    "Dragon-Monkey-Shadow-99",
    "football baseball batman",
    "il0vey0uf0rever1",
    "master.killer.paulson",
    "iloveyoubabygirl",
  ])("that is easy to guess is refused: %s", async (given) => {
    expect(await add(given)).toEqual({ ok: false, reason: "password_too_common" });
  });

  it("is hashed with enough work, which only these tests leave out", async () => {
    const asked = vi.spyOn(crypto, "scrypt");
    syncBuiltinESMExports();
    await hashPassword(password);
    const [given] = [...asked.mock.calls];
    asked.mockRestore();
    syncBuiltinESMExports();
    expect(given?.[3]).toMatchObject({ N: 16_384, r: 16, p: 1 });
  });

  it.each(["correct horse battery", "seven purple mice", "kettle umbrella staple", "kqzjwmvxrtpl"])(
    "of words that do not belong together, or of random letters, is accepted: %s",
    async (given) => {
      expect(await add(given)).toMatchObject({ ok: true });
    },
  );

  it("has 12 to 128 characters everywhere, and one of 128 can sign in", async () => {
    expect(await add("Xk2!fqP9zLw")).toEqual({ ok: false, reason: "password_too_short" });
    const random = Array.from({ length: 201 }, (_, n) => String.fromCharCode(33 + ((n * 37) % 90))).join("");
    expect(await add(random)).toEqual({ ok: false, reason: "password_too_long" });
    expect(await add(random.slice(0, 129))).toEqual({ ok: false, reason: "password_too_long" });
    const longest = `${"é".repeat(4)}${random}`.slice(0, 128);
    expect(await add(longest)).toMatchObject({ ok: true });
    expect(await signIn(longest, "192.0.2.1", "", "bob@example.com")).toMatchObject({ ok: true });
    expect(await add("Xk2!fqP9zLw3")).toMatchObject({ ok: true });
  });
});
