import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createKeyServer, isKeyServerFailure } from "./key-server.server";

let asked = 0;
let status = 200;
let keys: object = { keys: [] };
let sign: (kid: string) => Promise<string>;
const server = createServer((_, response) => {
  asked += 1;
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(keys));
});

beforeAll(async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "known", alg: "ES256" }] };
  sign = (kid) => new SignJWT({}).setProtectedHeader({ alg: "ES256", kid }).sign(pair.privateKey);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = 0;
  status = 200;
});

function openKeys() {
  let skipped = 0;
  const { port } = server.address() as AddressInfo;
  const read = createKeyServer(new URL(`http://127.0.0.1:${port}/jwks`), () => Date.now() + skipped);
  return {
    /** True: verified; else whether the key server or the token is at fault. */
    async verify(kid: string) {
      return jwtVerify(await sign(kid), read).then(
        () => true,
        (error: unknown) => (isKeyServerFailure(error) ? "key server" : "token"),
      );
    },
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
