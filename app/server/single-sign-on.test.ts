import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeMember } from "~/auth/testing/by-address";
import type { Person } from "~/auth/testing/identity-provider";
import { CLIENT, startRealProvider } from "~/auth/testing/real-provider";
import { createWorld, type World } from "~/engine/testing/world";
import { type LiveServer, readCookies, startLiveServer } from "./testing/live-server";
import { readSourceBuild } from "./testing/source-build";

type Provider = Awaited<ReturnType<typeof startRealProvider>>;

const callback = "http://localhost/api/auth/callback/oidc";
const ann: Person = { sub: "p-ann", email: "ann@example.com", email_verified: true, name: "Ann" };
let world: World;
let provider: Provider;
let server: LiveServer;
beforeAll(async () => {
  world = await createWorld();
  provider = await startRealProvider(callback);
  server = await startServer(provider);
  await server.staffAuth.addStaff({ email: ann.email, name: "Ann", role: "operator" });
});
afterAll(async () => {
  await server.close();
  await provider.stop();
  await world.close();
});

async function startServer({ issuer }: Provider, allowedDomain: string | null = null) {
  const singleSignOn = { issuer, ...CLIENT, allowedDomain };
  return startLiveServer(world, await readSourceBuild(), { singleSignOn });
}

type Wrong = {
  /** Changes the address that the browser is sent to, or the one that it comes back with. */
  there?: (address: URL) => void;
  back?: (address: URL) => void;
  token?: Parameters<Provider["next"]>[1];
  browser?: "another";
};

/** Signs in over HTTP, from the link on the sign-in page to the page that was asked for. */
async function signIn(
  person: Person,
  { there, back, token, browser }: Wrong = {},
  at = { server, provider },
) {
  at.provider.next(person, token);
  const started = await at.server.send("GET", "/sign-in/single-sign-on?next=/runs");
  const address = new URL(String(started.headers.location));
  there?.(address);
  const returned = await at.provider.visit(address.href);
  if (!returned) throw new Error(`The provider did not send the browser back from ${address.href}`);
  back?.(returned);
  const headers = browser === "another" ? undefined : { Cookie: readCookies(started) };
  const answer = await at.server.send("GET", `${returned.pathname}${returned.search}`, { headers });
  const cookie = readCookies(answer);
  const page = await at.server.send("GET", "/runs", { headers: { Cookie: cookie } });
  return { to: String(answer.headers.location), returned, cookie, status: page.status };
}

describe("single sign-on with a certified provider", () => {
  it("signs a member in, and sends it to the page that was asked for", async () => {
    expect(await signIn(ann)).toMatchObject({ to: "/runs", status: 200 });
    // A second time: the member is bound to the person at the provider by then.
    expect(await signIn(ann)).toMatchObject({ to: "/runs", status: 200 });
    expect(await world.db.staffAccount.findMany()).toMatchObject([
      { accountId: "p-ann", accessToken: null, refreshToken: null, idToken: null },
    ]);
  });

  it("also signs in with an address that only the ID token has", async () => {
    const another = await startRealProvider(callback, { claimsInToken: true });
    const anotherServer = await startServer(another);
    const signedIn = await signIn(ann, {}, { server: anotherServer, provider: another });
    await anotherServer.close();
    await another.stop();
    expect(signedIn).toMatchObject({ to: "/runs", status: 200 });
  });

  it("refuses a person that was not invited, and an address that is not verified", async () => {
    const eve = { ...ann, sub: "p-eve", email: "eve@example.com" };
    expect(await signIn(eve)).toMatchObject({
      to: expect.stringContaining("error=not_invited"),
      status: 302,
    });
    expect((await signIn({ ...ann, sub: "p-new", email_verified: false })).status).toBe(302);
    expect(await server.staffAuth.listStaff()).toHaveLength(1);
  });

  it.each<[string, string, Wrong]>([
    ["another state", "state_mismatch", { back: (address) => address.searchParams.set("state", "another") }],
    ["no state", "state_not_found", { back: (address) => address.searchParams.delete("state") }],
    [
      "another nonce",
      "unable_to_get_user_info",
      { there: (address) => address.searchParams.set("nonce", "another") },
    ],
    ["no nonce", "unable_to_get_user_info", { there: (address) => address.searchParams.delete("nonce") }],
    [
      "a code for another application",
      "invalid_code",
      { there: (address) => address.searchParams.set("client_id", "other-client") },
    ],
    [
      "a code that was never given",
      "invalid_code",
      { back: (address) => address.searchParams.set("code", "another") },
    ],
    [
      "a code for another verifier",
      "invalid_code",
      { there: (address) => address.searchParams.set("code_challenge", "a".repeat(43)) },
    ],
    ["another browser", "state_mismatch", { browser: "another" }],
    [
      "a token for another application",
      "unable_to_get_user_info",
      { token: (claims) => ({ ...claims, aud: "other-client" }) },
    ],
    [
      "a token of another issuer",
      "unable_to_get_user_info",
      { token: (claims) => ({ ...claims, iss: "https://elsewhere.example" }) },
    ],
    [
      "a token that has expired",
      "unable_to_get_user_info",
      { token: (claims) => ({ ...claims, exp: 1_000_000_000 }) },
    ],
    [
      "a token for another nonce",
      "unable_to_get_user_info",
      { token: (claims) => ({ ...claims, nonce: "another" }) },
    ],
    [
      "a token of another person",
      "unable_to_get_user_info",
      { token: (claims) => ({ ...claims, sub: "p-other" }) },
    ],
  ])("refuses %s", async (_, code, wrong) => {
    const { to, status } = await signIn(ann, wrong);
    expect(to).toBe(`http://localhost/sign-in?error=${code}`);
    expect(status).toBe(302);
  });

  it("R405: says why, where a person can do something about it", async () => {
    const says = async (code: string) => (await server.send("GET", `/sign-in?error=${code}`)).body;
    expect(await says("access_denied")).toContain("does not let this account sign in here");
    expect(await says("state_mismatch")).toContain("in another tab, or too long ago");
    expect(await says("made_up")).toContain("Sign-in failed. Try again.");
  });

  it("refuses an answer that was used before", async () => {
    const { returned } = await signIn(ann);
    const again = await server.send("GET", `${returned.pathname}${returned.search}`);
    expect(again.headers.location).toContain("error=");
    expect(readCookies(again)).not.toContain("session_token");
  });

  it("keeps a removed member out, with an open session and with a new sign-in", async () => {
    const { cookie, status } = await signIn(ann);
    expect(status).toBe(200);
    await removeMember(server.staffAuth, ann.email);
    expect((await server.send("GET", "/runs", { headers: { Cookie: cookie } })).status).toBe(302);
    expect(await signIn(ann)).toMatchObject({ to: expect.stringContaining("error=removed"), status: 302 });
    expect((await signIn({ ...ann, sub: "p-again" })).status).toBe(302);
  });
});
