import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createStaffAuth, type StaffAuth } from "./staff.server";
import { removeMember } from "./testing/by-address";
import { type Person, startIdentityProvider } from "./testing/identity-provider";

const appUrl = "https://parity.test";
const ann: Person = { sub: "p-ann", email: "ann@example.com", email_verified: true, name: "Ann" };
let database: TestDatabase;
let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
let staffAuth: StaffAuth;

const authFor = (issuer: string, allowedDomain: string | null) =>
  createStaffAuth({
    db: database.db,
    log: createLog({ level: "silent" }),
    environment: {
      appSecret: "s".repeat(40),
      appUrl,
      singleSignOn: { issuer, clientId: "parity-client", clientSecret: "client-secret", allowedDomain },
    },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  provider = await startIdentityProvider();
});
afterAll(async () => {
  await provider.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.staff.deleteMany();
  await database.db.staffRateLimit.deleteMany();
  staffAuth = authFor(provider.issuer, null);
});

const readCookies = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

/** Signs in at the provider and returns. `wrong` replaces parts of what the provider or the browser sends. */
async function signInWithProvider(
  person: Person,
  wrong: { audience?: string; nonce?: string; state?: string; cookies?: string } = {},
) {
  const there = await staffAuth.startSingleSignOn(new Request(`${appUrl}/sign-in`), "/users?verdict=in_sync");
  if (!there) throw new Error("Single sign-on did not start");
  const sent = new URL(there.headers.get("Location") ?? "");
  provider.next(person, { nonce: wrong.nonce ?? sent.searchParams.get("nonce"), audience: wrong.audience });
  const back = new URLSearchParams({
    code: "code",
    state: wrong.state ?? sent.searchParams.get("state") ?? "",
  });
  const request = new Request(`${appUrl}/api/auth/callback/oidc?${back}`, {
    headers: { Cookie: wrong.cookies ?? readCookies(there) },
  });
  const response = await staffAuth.handler(request);
  const location = response.headers.get("Location") ?? "";
  const session = await staffAuth.session(
    new Request(appUrl, { headers: { Cookie: readCookies(response) } }),
  );
  return { sent, location, session };
}

describe("single sign-on", () => {
  it("asks the provider with PKCE, state and nonce, and only for the profile", async () => {
    const { sent } = await signInWithProvider(ann);
    expect(sent.origin).toBe(provider.issuer);
    expect(Object.fromEntries(sent.searchParams)).toMatchObject({
      client_id: "parity-client",
      response_type: "code",
      code_challenge_method: "S256",
      redirect_uri: `${appUrl}/api/auth/callback/oidc`,
      scope: "openid email profile",
      state: expect.any(String),
      nonce: expect.any(String),
    });
  });

  it("accepts an invited member, redirects to the requested page, and stores no token of the provider", async () => {
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator" });
    const { location, session } = await signInWithProvider(ann);
    expect(location).toBe("/users?verdict=in_sync");
    expect(session).toMatchObject({ email: "ann@example.com", role: "operator" });
    expect((await signInWithProvider(ann)).session).toMatchObject({ role: "operator" });
    expect(await database.db.staffAccount.findMany()).toMatchObject([
      { providerId: "oidc", accountId: "p-ann", accessToken: null, refreshToken: null, idToken: null },
    ]);
  });

  it("rejects an address that was not invited, and adds no member", async () => {
    const { location, session } = await signInWithProvider(ann);
    expect(location).toContain(`${appUrl}/sign-in?error=not_invited`);
    expect(session).toBeNull();
    expect(await staffAuth.listStaff()).toEqual([]);
  });

  it("rejects an address that the provider has not verified", async () => {
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "admin" });
    const { location, session } = await signInWithProvider({ ...ann, email_verified: false });
    expect(location).toContain("error=account_not_linked");
    expect(session).toBeNull();
  });

  it("reports the unverified address when its domain is allowed", async () => {
    staffAuth = authFor(provider.issuer, "example.com");
    const { location, session } = await signInWithProvider({ ...ann, email_verified: false });
    expect(location).toContain("error=email_not_verified");
    expect(session).toBeNull();
  });

  it("adds users of the allowed domain as viewers, and no others", async () => {
    staffAuth = authFor(provider.issuer, "example.com");
    expect((await signInWithProvider(ann)).session).toMatchObject({
      email: "ann@example.com",
      role: "viewer",
    });
    expect(
      (await signInWithProvider({ ...ann, sub: "p-eve", email: "eve@elsewhere.com" })).session,
    ).toBeNull();
    expect(await staffAuth.listStaff()).toHaveLength(1);
  });

  it("R405: stores of a new member only what a member can be given", async () => {
    staffAuth = authFor(provider.issuer, "example.com");
    const add = async (of: Partial<Person>) => (await signInWithProvider({ ...ann, ...of })).session;
    const long = { sub: "p-long", email: "long@example.com", name: `${"x".repeat(199)}😀`.repeat(1_000) };
    expect((await add(long))?.name).toBe("x".repeat(199));
    const forging = { sub: "p-line", email: "line@example.com", name: "Eve\nParity: ok \u202e" };
    expect((await add(forging))?.name).toBe("Eve Parity: ok");
    expect((await add({ sub: "p-nul", email: "nul@example.com", name: "a\0b" }))?.name).toBe(
      "nul@example.com",
    );
    expect(await add({ sub: "p-wide", email: `${"a".repeat(300)}@example.com` })).toBeNull();
    expect(await staffAuth.listStaff()).toHaveLength(3);
  });

  it("rejects a member whose address at the provider has changed", async () => {
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator" });
    await signInWithProvider(ann);
    expect((await signInWithProvider({ ...ann, email: "ann@elsewhere.com" })).session).toBeNull();
  });

  it("rejects a member that was removed", async () => {
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator" });
    await signInWithProvider(ann);
    await removeMember(staffAuth, "ann@example.com");
    expect((await signInWithProvider(ann)).session).toBeNull();
  });

  it("S14: refuses another person with a member's address, and a Kelvin sign that folds to it", async () => {
    await staffAuth.addStaff({ email: "kim@example.com", name: "Kim", role: "admin" });
    const kim = { ...ann, sub: "p-kim", email: "kim@example.com" };
    const kelvin = { ...ann, sub: "p-evil", email: "\u212Aim@example.com" };
    expect((await signInWithProvider(kelvin)).session).toBeNull();
    expect((await signInWithProvider(kim)).session).toMatchObject({ role: "admin" });
    const { location, session } = await signInWithProvider({ ...kim, sub: "p-other" });
    expect(location).toContain("error=another_person");
    expect(session).toBeNull();
    expect((await signInWithProvider(kim)).session).not.toBeNull();
  });

  it("S14: a removed member of the allowed domain does not come back by itself", async () => {
    staffAuth = authFor(provider.issuer, "example.com");
    expect((await signInWithProvider(ann)).session).not.toBeNull();
    expect(await removeMember(staffAuth, "ann@example.com")).toBe(true);
    const { location, session } = await signInWithProvider(ann);
    expect(location).toContain("error=removed");
    expect(session).toBeNull();
    expect((await signInWithProvider({ ...ann, sub: "p-new" })).session).toBeNull();
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "viewer" });
    expect((await signInWithProvider(ann)).session).toMatchObject({ role: "viewer" });
  });

  it("rejects a token for another application, another nonce, another state, and another browser", async () => {
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator" });
    for (const wrong of [{ audience: "other" }, { nonce: "other" }, { state: "other" }, { cookies: "" }])
      expect((await signInWithProvider(ann, wrong)).session, JSON.stringify(wrong)).toBeNull();
    expect((await signInWithProvider(ann)).session).not.toBeNull();
  });

  it("S19: does not ask a provider that fails for each person, nor for each made-up return", async () => {
    let asked = 0;
    const failing = createServer((_, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    await new Promise<void>((listening) => failing.listen(0, "127.0.0.1", listening));
    staffAuth = authFor(`http://127.0.0.1:${(failing.address() as AddressInfo).port}`, null);
    const start = () => staffAuth.startSingleSignOn(new Request(appUrl), "/");
    const come = () => staffAuth.handler(new Request(`${appUrl}/api/auth/callback/oidc?code=a&state=b`));
    expect(await Promise.all(Array.from({ length: 20 }, start))).toEqual(Array(20).fill(null));
    const returns = await Promise.all(Array.from({ length: 20 }, come));
    // When it is looked up first, and once more for the first request.
    expect(asked).toBeLessThanOrEqual(2);
    expect(new Set(returns.map(({ headers }) => headers.get("Location")))).toEqual(
      new Set(["/sign-in?error=single_sign_on_unavailable"]),
    );
    failing.close();
  });

  it("does not block sign-in with a password when the provider cannot be reached", async () => {
    staffAuth = authFor("http://127.0.0.1:1", null);
    expect(await staffAuth.startSingleSignOn(new Request(appUrl), "/")).toBeNull();
    const password = "correct horse battery";
    await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "operator", password });
    const signedIn = await staffAuth.signIn({
      email: "ann@example.com",
      password,
      clientAddress: "192.0.2.1",
      userAgent: "",
    });
    expect(signedIn.ok).toBe(true);
  });
});
