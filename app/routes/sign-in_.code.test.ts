import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createStaffAuth, type StaffAuth } from "~/auth/staff.server";
import { computeCode, computeNextCode } from "~/auth/testing/totp";
import { saveSettings } from "~/engine/account/settings.server";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { action as account, loader as accountPage } from "./_staff.account/route";
import { action as signIn } from "./sign-in";
import { loader as codePage, action as enterCode } from "./sign-in_.code";

const setUp = z.object({ key: z.string(), backupCodes: z.array(z.string()) });
const password = "correct horse battery";
let database: TestDatabase;
let staffAuth: StaffAuth;
beforeAll(async () => {
  database = await createTestDatabase();
  const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
  staffAuth = createStaffAuth({ db: database.db, environment, log: createLog({ level: "silent" }) });
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  for (const table of [db.staffRateLimit, db.signInLimit, db.setting, db.staff])
    await (table as typeof db.setting).deleteMany();
  for (const name of ["ann", "bob"])
    await staffAuth.addStaff({ email: `${name}@example.com`, name, role: "viewer", password });
});

type Sent = { fields?: Record<string, string>; cookie?: string; from?: string };

function args(path: string, { fields, cookie = "", from = "same-origin" }: Sent = {}) {
  const init = fields && { method: "POST", body: new URLSearchParams(fields) };
  const made = createRouteArgs(path, { ...init, headers: { "Sec-Fetch-Site": from, Cookie: cookie } }).args;
  return { ...made, context: { ...made.context, staffAuth } };
}

/** Adds the cookies of an answer to those that the browser has. */
function keepCookies(cookie: string, headers: Headers | undefined): string {
  const jar = new Map(cookie.split("; ").map((one) => [one.split("=")[0], one] as const));
  for (const line of headers?.getSetCookie() ?? []) {
    const pair = line.split(";")[0] ?? "";
    if (/Max-Age=0/.test(line)) jar.delete(pair.split("=")[0]);
    else jar.set(pair.split("=")[0], pair);
  }
  return [...jar.values()].filter((one) => one !== "").join("; ");
}

/** What a form answers: where it leads, or what the page says. */
async function send(act: (sent: ReturnType<typeof args>) => unknown, path: string, sent: Sent) {
  const answer = await Promise.resolve(act(args(path, sent))).catch((thrown: unknown) => thrown);
  const cookie = sent.cookie ?? "";
  if (answer instanceof Response)
    return {
      to: answer.headers.get("Location"),
      said: null,
      status: answer.status,
      cookie: keepCookies(cookie, answer.headers),
    };
  const { data, init } = answer as { data: Record<string, unknown>; init: ResponseInit | null };
  const headers = init?.headers instanceof Headers ? init.headers : undefined;
  return { to: null, said: data, status: init?.status ?? 200, cookie: keepCookies(cookie, headers) };
}
const enterPassword = (name = "ann", next = "/users?q=a", cookie = "") =>
  send(signIn, "/sign-in", { fields: { email: `${name}@example.com`, password, next }, cookie });
const change = (cookie: string, fields: Record<string, string>) =>
  send(account, "/account", { fields, cookie });
const readPage = (cookie: string) => accountPage(args("/account", { cookie }));
const isSignedIn = async (cookie: string) =>
  (await staffAuth.session(new Request(appUrl, { headers: { Cookie: cookie } }))) !== null;

/** Adds an authenticator app to the own account, as the page does. */
async function addSecondFactor(cookie: string) {
  const started = await change(cookie, { intent: "start-second-factor", password });
  const { key, backupCodes } = setUp.parse(started.said?.setUp);
  const confirmed = await change(cookie, { intent: "confirm-second-factor", code: computeCode(key) });
  return { key, backupCodes, confirmed };
}

describe("/account", () => {
  it("adds an authenticator app, with which signing in takes two steps and leads to the page that was asked for", async () => {
    const { cookie } = await enterPassword();
    expect(await readPage(cookie)).toMatchObject({ hasPassword: true, hasSecondFactor: false });
    const { key, confirmed } = await addSecondFactor(cookie);
    expect(confirmed.said).toMatchObject({ done: "From now on, signing in asks for a code." });
    expect(await readPage(confirmed.cookie)).toMatchObject({ hasSecondFactor: true });

    const first = await enterPassword();
    expect(first.to).toBe("/sign-in/code?next=%2Fusers%3Fq%3Da");
    expect(await isSignedIn(first.cookie)).toBe(false);
    const second = await send(enterCode, "/sign-in/code", {
      fields: { code: ` ${computeNextCode(key).replace(/^(...)/, "$1 ")} `, next: "/users?q=a" },
      cookie: first.cookie,
    });
    expect(second).toMatchObject({ status: 302, to: "/users?q=a" });
    expect(await isSignedIn(second.cookie)).toBe(true);
  });

  it("asks for the password again before it changes anything, and says what was wrong", async () => {
    const { cookie } = await enterPassword();
    const wrong = { password: "not the password" };
    for (const fields of [
      { intent: "password", next: "seven purple mice", ...wrong },
      { intent: "start-second-factor", ...wrong },
      { intent: "remove-second-factor", ...wrong },
    ])
      expect(await change(cookie, fields)).toMatchObject({
        status: 400,
        said: { problem: "Your current password is wrong." },
      });
    expect(await change(cookie, { intent: "password", password, next: "password1234" })).toMatchObject({
      status: 400,
      said: { about: "password", problem: expect.stringContaining("easy to guess") },
    });
    for (const _ of [1, 2]) await change(cookie, { intent: "start-second-factor", ...wrong });
    await database.db
      .$executeRaw`UPDATE parity."SignInLimit" SET "nextAttemptAt" = now() + interval '1 minute'`;
    expect(await change(cookie, { intent: "start-second-factor", ...wrong })).toMatchObject({
      status: 429,
      said: { problem: expect.stringMatching(/^Too many wrong passwords\. Try again in \d\d seconds\.$/) },
    });
    expect(await isSignedIn(cookie)).toBe(true);
  });

  it("changes the password, which ends all other sessions", async () => {
    const elsewhere = await enterPassword();
    const here = await enterPassword();
    const changed = await change(here.cookie, { intent: "password", password, next: "seven purple mice" });
    expect(changed).toMatchObject({ status: 200, said: { about: "password", done: expect.any(String) } });
    expect([await isSignedIn(changed.cookie), await isSignedIn(elsewhere.cookie)]).toEqual([true, false]);
  });

  it("lists the own sessions and ends one of them, never another member's", async () => {
    const one = await enterPassword();
    const two = await enterPassword();
    const bob = await enterPassword("bob");
    const { sessions } = await readPage(two.cookie);
    expect(sessions.map(({ isThis }) => isThis)).toEqual([true, false]);
    const [ofBob] = (await readPage(bob.cookie)).sessions;
    await change(two.cookie, { intent: "end-session", sessionId: ofBob?.id ?? "" });
    expect(await isSignedIn(bob.cookie)).toBe(true);
    await change(two.cookie, { intent: "end-session", sessionId: sessions[1]?.id ?? "" });
    expect([await isSignedIn(one.cookie), await isSignedIn(two.cookie)]).toEqual([false, true]);
    expect(await change(two.cookie, { intent: "sign-out-everywhere" })).toMatchObject({ to: "/sign-in" });
    expect([await isSignedIn(two.cookie), await isSignedIn(bob.cookie)]).toEqual([false, true]);
  });

  it("is all that a member may open while a second factor is required and missing; another site changes nothing", async () => {
    await saveSettings(database.db, { requireSecondFactor: "yes" }, "test");
    const { cookie } = await enterPassword();
    expect(await readPage(cookie)).toMatchObject({ mustAddSecondFactor: true });
    const { confirmed } = await addSecondFactor(cookie);
    expect(await readPage(confirmed.cookie)).toMatchObject({ mustAddSecondFactor: false });
    const fields = { intent: "remove-second-factor", password };
    const foreign = account(args("/account", { fields, cookie: confirmed.cookie, from: "cross-site" }));
    expect((await readErrorResponse(foreign)).status).toBe(403);
    expect(await readPage(confirmed.cookie)).toMatchObject({ hasSecondFactor: true });
  });
});

describe("/sign-in/code", () => {
  const enter = (cookie: string, code: string, next = "/") =>
    send(enterCode, "/sign-in/code", { fields: { code, next }, cookie });

  it("leads only to pages of this site", async () => {
    for (const next of ["https://evil.test/", "//evil.test", "/\\evil.test"])
      expect(await codePage(args(`/sign-in/code?${new URLSearchParams({ next })}`))).toEqual({ next: "/" });
    const { key } = await addSecondFactor((await enterPassword()).cookie);
    const { cookie } = await enterPassword();
    expect(await enter(cookie, computeNextCode(key), "https://evil.test/")).toMatchObject({ to: "/" });
  });

  it("opens nothing without the first step, with another member's code, or with a backup code twice", async () => {
    const { key, backupCodes } = await addSecondFactor((await enterPassword()).cookie);
    await addSecondFactor((await enterPassword("bob")).cookie);
    const over = { status: 401, said: { problem: expect.stringMatching(/^This sign-in is over/) } };
    expect(await enter("", computeCode(key))).toMatchObject(over);
    const bob = await enterPassword("bob");
    expect(await enter(bob.cookie, computeCode(key))).toMatchObject({
      status: 401,
      said: { problem: expect.stringMatching(/^That code is not right/) },
    });
    const [backup = ""] = backupCodes;
    for (const works of [true, false]) {
      const first = await enterPassword();
      const second = await enter(first.cookie, backup);
      expect(await isSignedIn(second.cookie)).toBe(works);
      // The first step opens one session.
      expect(await enter(first.cookie, computeNextCode(key))).toMatchObject(works ? over : { status: 302 });
    }
  });

  it("tells that a sign-in is over after five wrong codes, and that the code is locked after ten", async () => {
    const { key } = await addSecondFactor((await enterPassword()).cookie);
    const said: unknown[] = [];
    for (const tries of [6, 6]) {
      const { cookie } = await enterPassword();
      for (let n = 0; n < tries; n++) said.push((await enter(cookie, `00000${n}`)).said?.problem);
    }
    const begins = said.map((text) => String(text).split(" ").slice(0, 3).join(" "));
    expect(begins).toEqual([
      ...Array(5).fill("That code is"),
      "This sign-in is",
      ...Array(5).fill("That code is"),
      "Too many codes",
    ]);
    const { cookie } = await enterPassword();
    expect(await enter(cookie, computeCode(key))).toMatchObject({ status: 429 });
  });
});
