import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createKeyServer, isKeyServerFailure } from "./key-server.server";

let asked = 0;
let status = 200;
let keys: object = { keys: [] };
let sign: (kid: string, header?: object) => Promise<string>;
let answer: ((response: ServerResponse) => void) | null = null;
const server = createServer((_, response) => {
  asked += 1;
  if (answer) return answer(response);
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(keys));
});

beforeAll(async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "known", alg: "ES256" }] };
  sign = (kid, header) =>
    new SignJWT({}).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(pair.privateKey);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => void vi.useRealTimers());
beforeEach(() => {
  answer = null;
  asked = 0;
  status = 200;
});

function openKeys() {
  let skipped = 0;
  const { port } = server.address() as AddressInfo;
  const read = createKeyServer(new URL(`http://127.0.0.1:${port}/jwks`), () => Date.now() + skipped);
  const verifyToken = (token: string) =>
    jwtVerify(token, read).then(
      () => true,
      (error: unknown) => (isKeyServerFailure(error) ? "key server" : "token"),
    );
  return {
    /** True: verified; else whether the key server or the token is at fault. */
    verify: async (kid: string, header?: object) => verifyToken(await sign(kid, header)),
    verifyToken,
    pass: (ms: number) => {
      skipped += ms;
    },
  };
}

it("a key server that fails is asked once, however many tokens arrive, and again after a while (case S19)", async () => {
  const { verify, pass } = openKeys();
  status = 500;
  for (let n = 0; n < 20; n += 1) expect(await verify("known")).toBe("key server");
  expect(asked).toBe(1);
  status = 200;
  pass(15_001);
  expect(await verify("known")).toBe(true);
  expect(asked).toBe(2);
});

it("tokens with unknown key ids do not make it ask each time (case S19)", async () => {
  const { verify } = openKeys();
  expect(await verify("known")).toBe(true);
  for (let n = 0; n < 20; n += 1) expect(await verify(`unknown${n}`)).toBe("token");
  expect(asked).toBe(1);
});

it.each([
  ["an address of its own keys", { jku: "http://127.0.0.1:1/jwks" }, true],
  ["a certificate's address", { x5u: "http://127.0.0.1:1/x" }, true],
  ["a key of its own", { jwk: { kty: "oct", k: "AAAA" } }, true],
  ["a path as key id", { kid: "../../dev/null" }, "token"],
  ["a key id that is a member of every object", { kid: "__proto__" }, "token"],
  ["a key id that is a query", { kid: "x' OR 1=1 --" }, "token"],
])("a token that names %s is checked with our key server's keys alone", async (_, header, expected) => {
  const { verify } = openKeys();
  expect(await verify("known", header)).toBe(expected);
  expect(asked).toBe(1);
});

it("a token that must be understood in a way that we do not know is refused, and asks no key server", async () => {
  const { verifyToken } = openKeys();
  const [, payload, signature] = (await sign("known")).split(".");
  const header = { alg: "ES256", kid: "known", crit: ["exp2"], exp2: 1 };
  const changed = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${payload}.${signature}`;
  expect(await verifyToken(changed)).toBe("token");
  expect(asked).toBe(0);
});

it.each<[string, (response: ServerResponse) => void]>([
  ["is huge", (response) => response.writeHead(200).end(`{"keys":[],"more":"${"a".repeat(300_000)}"}`)],
  ["never ends", (response) => void pour(response)],
  ["is no JSON", (response) => response.writeHead(200).end("<html>")],
  ["breaks off", (response) => response.writeHead(200).write('{"keys":[', () => response.destroy())],
  ["sends elsewhere", (response) => response.writeHead(302, { Location: "https://example.com/" }).end()],
])("an answer that %s is a failure of the key server, and the last keys still count", async (_, odd) => {
  const { verify } = openKeys();
  expect(await verify("known")).toBe(true);
  // After ten minutes the library asks again.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 601_000 });
  answer = odd;
  expect(await verify("unknown")).toBe("key server");
  expect(await verify("known")).toBe(true);
});

function pour(response: ServerResponse): void {
  response.writeHead(200);
  const more = () => void (response.destroyed || response.write("a".repeat(65_536), more));
  more();
}
