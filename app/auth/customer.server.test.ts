import { hkdfSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createCookie } from "@remix-run/node";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CustomerTokens } from "~/platform/env.server";
import { createLog, type Log } from "~/platform/log.server";
import { createCustomerAuth } from "./customer.server";
import { createMemorySessions } from "./testing/memory-sessions";

/** Long enough for HS512 too, so that only the algorithm is the reason to reject it. */
const secret = "application-secret-0123456789-abcdef".repeat(2);
const audience = "parity-test";
const start = Date.parse("2026-03-01T12:00:00Z");
const endedSessions = createMemorySessions();
let now = start;
beforeEach(() => {
  now = start;
});

function customerAuth(
  customerTokens: CustomerTokens | null,
  { log, ...given }: { appUrl?: string; appSecret?: string; mode?: "demo"; log?: Log } = {},
) {
  const fixed = { mode: "production" as const, appSecret: "a".repeat(64), appUrl: "https://parity.test" };
  const environment = { ...fixed, ...given, customerTokens };
  return createCustomerAuth({ environment, endedSessions, now: () => now, log });
}
const bySecret = () => customerAuth({ kind: "secret", secret, audience, maxHours: 24 });
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

const claims = () => ({ sub: "user_1", aud: audience, exp: seconds(start) + 300 });

function sign(
  payload: JWTPayload,
  key: string | CryptoKey = secret,
  header: JWTHeaderParameters = { alg: "HS256" },
) {
  const bytes = typeof key === "string" ? new TextEncoder().encode(key) : key;
  return new SignJWT(payload).setProtectedHeader(header).sign(bytes);
}
const withBearer = (value: string) =>
  new Request("https://parity.test/x", { headers: { Authorization: `Bearer ${value}` } });
const withCookie = (setCookie: string) =>
  new Request("https://parity.test/x", { headers: { Cookie: `other=1; ${setCookie.split(";")[0]}` } });
/** Reads the session of a cookie that holds this value, encoded as our own cookie is. */
const readSessionFrom = async (value: unknown) =>
  bySecret().session(withCookie(await createCookie("__Host-parity_workspace").serialize(value)));

describe("the application's token", () => {
  it("identifies the user when it is signed with the shared secret", async () => {
    expect(await bySecret().identify(withBearer(await sign(claims())))).toEqual({
      ok: true,
      customer: { userId: "user_1", by: "token" },
    });
  });

  it("S15: is rejected when it is valid for longer than a day, and NUL is in no subject", async () => {
    const until = async (exp: number) =>
      (await bySecret().identify(withBearer(await sign({ ...claims(), exp })))).ok;
    expect(await until(seconds(start) + 24 * 3_600)).toBe(true);
    expect(await until(seconds(start) + 25 * 3_600)).toBe(false);
    expect(await until(9_000_000_000_000_000)).toBe(false);
    expect(await until(Number.MAX_VALUE)).toBe(false);
    for (const sub of ["a\0b", "a\ud800"])
      expect((await bySecret().identify(withBearer(await sign({ ...claims(), sub })))).ok).toBe(false);
  });

  it("names a user by a whole number, as applications sign it whose keys are numbers, and by no other number", async () => {
    const identify = async (sub: string) => {
      const token = await sign({ ...claims(), ...JSON.parse(`{"sub":${sub}}`) });
      return bySecret().identify(withBearer(token));
    };
    expect(await identify("42")).toEqual({ ok: true, customer: { userId: "42", by: "token" } });
    for (const sub of ["-1", "1.5", "9007199254740993", "1e400", "true", "null", "[42]", '{"id":42}'])
      expect((await identify(sub)).ok, sub).toBe(false);
  });

  it("is rejected when any part of it is wrong", async () => {
    const unsigned = [{ alg: "none" }, claims()]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const { exp, aud, ...subjectOnly } = claims();
    const wrong = {
      "another secret": await sign(claims(), "another-secret-0123456789-abcdefghi"),
      "another audience": await sign({ ...claims(), aud: "another-application" }),
      "no audience": await sign({ ...subjectOnly, exp }),
      "no expiry": await sign({ ...subjectOnly, aud }),
      "no subject": await sign({ aud, exp }),
      "an empty subject": await sign({ ...claims(), sub: "" }),
      "another algorithm": await sign(claims(), secret, { alg: "HS512" }),
      "no signature": `${unsigned}.`,
      nonsense: "nonsense",
    };
    for (const [why, jwt] of Object.entries(wrong))
      expect(await bySecret().identify(withBearer(jwt)), why).toEqual({ ok: false, reason: "invalid" });
  });

  it("R385: the log says why it is refused, and the caller is not told", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
    const auth = customerAuth({ kind: "secret", secret, audience, maxHours: 24 }, { log });
    for (const jwt of [
      await sign({ ...claims(), aud: "another-application" }),
      await sign(claims(), secret, { alg: "HS512" }),
      await sign({ ...claims(), sub: "" }),
      await sign({ ...claims(), nbf: seconds(start) + 31 }),
    ])
      expect(await auth.identify(withBearer(jwt))).toEqual({ ok: false, reason: "invalid" });
    const [msg, whys] = ["customer token refused", [/"aud"/, /"alg"/, /^sub is no id/, /"nbf"/]];
    const said = lines.map((line) => JSON.parse(line));
    expect(said).toMatchObject(whys.map((why) => ({ msg, why: expect.stringMatching(why) })));
    expect(lines.join("")).not.toMatch(/user_1|another-application/);
  });

  it("expires, with a tolerance for different clocks", async () => {
    const jwt = await sign(claims());
    now = start + 300_000 + 20_000;
    expect(await bySecret().identify(withBearer(jwt))).toMatchObject({ ok: true });
    now = start + 300_000 + 60_000;
    expect(await bySecret().identify(withBearer(jwt))).toMatchObject({ ok: false, reason: "invalid" });
  });

  it("is not replaced by a cookie when it is invalid", async () => {
    const auth = bySecret();
    const cookie = (await auth.startSession("user_1")).split(";")[0] ?? "";
    const request = new Request("https://parity.test/x", {
      headers: { Authorization: "Bearer nonsense", Cookie: cookie },
    });
    expect(await auth.identify(request)).toEqual({ ok: false, reason: "invalid" });
  });

  it("cannot be checked when nothing is configured, nor can a session", async () => {
    const auth = customerAuth(null);
    const cookie = await auth.startSession("user_1");
    expect(await auth.identify(withBearer(await sign(claims())))).toEqual({
      ok: false,
      reason: "not_configured",
    });
    expect(await auth.identify(withCookie(cookie))).toEqual({ ok: false, reason: "not_configured" });
    expect(await auth.readToken("x")).toEqual({ ok: false, reason: "not_configured" });
  });
});

describe("our own session", () => {
  it("identifies the user for 12 hours", async () => {
    const auth = bySecret();
    const cookie = await auth.startSession("user_1");
    expect(await auth.identify(withCookie(cookie))).toEqual({
      ok: true,
      customer: { userId: "user_1", by: "session" },
    });
    now = start + 12 * 3_600_000 - 1_000;
    expect(await auth.session(withCookie(cookie))).toBe("user_1");
    now = start + 12 * 3_600_000 + 1_000;
    expect(await auth.session(withCookie(cookie))).toBeNull();
    expect(await auth.identify(withCookie(cookie))).toEqual({ ok: false, reason: "missing" });
  });

  it("S15: is over everywhere once it was left, and no other session with it", async () => {
    const auth = bySecret();
    const [left, other] = [await auth.startSession("user_1"), await auth.startSession("user_1")];
    await auth.endSession(withCookie(left));
    expect(await auth.session(withCookie(left))).toBeNull();
    expect(await auth.session(withCookie(other))).toBe("user_1");
  });

  it("is a cookie that scripts and other sites cannot read", async () => {
    expect(await bySecret().startSession("u")).toMatch(
      /^__Host-parity_workspace=[^;]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const local = customerAuth(
      { kind: "secret", secret, audience, maxHours: 24 },
      { appUrl: "http://localhost:3000" },
    );
    expect(await local.startSession("u")).toMatch(/^parity_workspace=[^;]+; .*SameSite=Lax$/);
    expect(await bySecret().endSession(withCookie(""))).toMatch(
      /^__Host-parity_workspace=; Max-Age=0; Path=\/; HttpOnly/,
    );
  });

  it("cannot be created with the application's secret or with APP_SECRET itself", async () => {
    const alike = { ...claims(), aud: "parity:workspace", iss: "https://parity.test" };
    const header = { alg: "HS256", typ: "parity-session+jwt" };
    expect(await readSessionFrom(await sign(alike, secret, header))).toBeNull();
    expect(await readSessionFrom(await sign(alike, "a".repeat(64), header))).toBeNull();
  });

  it("is not another token that is signed with the same key", async () => {
    const key = Buffer.from(hkdfSync("sha256", "a".repeat(64), "", "parity customer session v1", 32));
    const right = { jti: "j1", ...claims(), aud: "parity:workspace", iss: "https://parity.test" };
    const as = async (payload: JWTPayload, typ?: string) => {
      const jwt = await new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ }).sign(key);
      return readSessionFrom(jwt);
    };
    expect(await as(right, "parity-session+jwt")).toBe("user_1");
    expect(await as(right)).toBeNull();
    expect(await as({ ...right, aud: "parity:else" }, "parity-session+jwt")).toBeNull();
    expect(await as({ ...right, iss: "https://else.test" }, "parity-session+jwt")).toBeNull();
    expect(await as({ ...right, exp: undefined }, "parity-session+jwt")).toBeNull();
  });

  it("is not accepted as a bearer token", async () => {
    const cookie = await bySecret().startSession("user_1");
    const value: unknown = await createCookie("__Host-parity_workspace").parse(cookie);
    expect(await readSessionFrom(value)).toBe("user_1");
    expect(await bySecret().identify(withBearer(String(value)))).toEqual({ ok: false, reason: "invalid" });
  });

  it.each(["", "nonsense", { sub: "user_1" }, 7, null])("is not a cookie that holds %j", async (value) => {
    expect(await readSessionFrom(value)).toBeNull();
  });

  it("of another installation is not accepted", async () => {
    const elsewhere = customerAuth(
      { kind: "secret", secret, audience, maxHours: 24 },
      { appUrl: "https://parity.test", appSecret: "b".repeat(64) },
    );
    expect(await bySecret().session(withCookie(await elsewhere.startSession("user_1")))).toBeNull();
  });
});

describe("keys from the application's JWKS", () => {
  let server: Server;
  let answer: { status: number; body: string };
  let url = "";
  beforeEach(async () => {
    server = createServer((_, response) => void response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterEach(() => new Promise((closed) => server.close(closed)));

  const byKeys = () => customerAuth({ kind: "jwks", url, audience, maxHours: 24 });

  async function keys() {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "ES256" };
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) };
    return { pair, jwk };
  }

  it("verify a token that is signed with the private key", async () => {
    const { pair } = await keys();
    const jwt = await sign(claims(), pair.privateKey, { alg: "ES256", kid: "k1" });
    expect(await byKeys().identify(withBearer(jwt))).toMatchObject({
      ok: true,
      customer: { userId: "user_1" },
    });
  });

  it("R385: verify a token without a key id by any of the keys that fit, as while keys are rotated, and by no other", async () => {
    const [old, next, other] = await Promise.all(
      [1, 2, 3].map(() => generateKeyPair("RS512", { extractable: true })),
    );
    if (!old || !next || !other) throw new Error("Three keys were made");
    const jwks = await Promise.all([old, next].map(({ publicKey }) => exportJWK(publicKey)));
    answer = { status: 200, body: JSON.stringify({ keys: jwks }) };
    const auth = byKeys();
    const read = async (key: CryptoKey, payload: JWTPayload = claims()) =>
      (await auth.identify(withBearer(await sign(payload, key, { alg: "RS512" })))).ok;
    expect([await read(old.privateKey), await read(next.privateKey)]).toEqual([true, true]);
    expect(await read(other.privateKey)).toBe(false);
    expect(await read(next.privateKey, { ...claims(), aud: "another-application" })).toBe(false);
  });

  it("never serve as a shared secret", async () => {
    const { jwk } = await keys();
    const jwt = await sign(claims(), JSON.stringify(jwk), { alg: "HS256", kid: "k1" });
    expect(await byKeys().identify(withBearer(jwt))).toEqual({ ok: false, reason: "invalid" });
  });

  it.each([
    [500, "broken"],
    [200, "not json"],
    [200, '{"no":"keys"}'],
  ])("that cannot be fetched (%d, %s) make customers unavailable, not invalid", async (status, body) => {
    const { pair } = await keys();
    const jwt = await sign(claims(), pair.privateKey, { alg: "ES256", kid: "k1" });
    answer = { status, body };
    expect(await byKeys().identify(withBearer(jwt))).toEqual({ ok: false, reason: "unavailable" });
  });
});

describe("the demo's own token", () => {
  const tokens: CustomerTokens = { kind: "secret", secret, audience, maxHours: 24 };

  it("identifies a user for a minute, as a token of the application would", async () => {
    const auth = customerAuth(tokens, { mode: "demo" });
    const token = await auth.demoToken?.("user_1");
    expect(await auth.readToken(token ?? "")).toEqual({ ok: true, userId: "user_1" });
    now += 100_000;
    expect(await auth.readToken(token ?? "")).toEqual({ ok: false, reason: "invalid" });
  });

  it("does not exist outside of the demo", () => {
    expect(customerAuth(tokens).demoToken).toBeNull();
  });
});
