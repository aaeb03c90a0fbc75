import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoaderFunctionArgs, ServerBuild } from "@remix-run/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clientAddressHeader } from "~/auth/staff-options.server";
import { createErrorBody } from "~/http/errors";
import { createLog } from "~/platform/log.server";
import { VERSION } from "~/platform/surroundings/version.server";
import { openListener } from "./listener.server";
import { createServer, type ServerOptions, type WebServer } from "./web-server";

type Loader = (args: LoaderFunctionArgs) => unknown;

/** The parts of a build that Remix needs to answer resource routes. */
function createBuild(loaders: Record<string, Loader>): ServerBuild {
  const routes = Object.fromEntries(
    Object.entries(loaders).map(([path, loader]) => [
      path,
      {
        id: path,
        path,
        parentId: undefined,
        module: { loader } as unknown as ServerBuild["routes"][string]["module"],
      } as ServerBuild["routes"][string],
    ]),
  );
  return {
    mode: "production",
    entry: { module: { default: () => new Response("page", { status: 404 }) } },
    routes,
    assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "1" },
    publicPath: "/",
    assetsBuildDirectory: "build/client",
    future: { v3_singleFetch: true } as ServerBuild["future"],
    isSpaMode: false,
  };
}

let assets = "";
let lines: string[] = [];
let running: WebServer[] = [];
beforeEach(() => {
  lines = [];
  assets = mkdtempSync(join(tmpdir(), "parity-assets-"));
  mkdirSync(join(assets, "assets"));
  writeFileSync(join(assets, "assets", "app-1a2b.js"), "1;".repeat(2000));
  writeFileSync(join(assets, "favicon.svg"), "<svg/>");
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.close(100)));
  running = [];
  rmSync(assets, { recursive: true });
});

async function start(
  loaders: Record<string, Loader>,
  { trustedProxies = false, appUrl = "https://parity.test" }: Partial<ServerOptions["environment"]> = {},
) {
  const server = createServer({
    environment: {
      mode: "production",
      appUrl,
      cronSecret: null,
      metricsToken: null,
      singleSignOn: null,
      trustedProxies,
    },
    log: createLog({ level: "debug", destination: { write: (line: string) => void lines.push(line) } }),
    build: createBuild(loaders),
    assets,
    ready: async () => ({ ok: true }),
  } as unknown as ServerOptions);
  running.push(server);
  const { url } = await server.listen(0);
  return { server, url };
}

const seen: Loader = ({ request, context }) =>
  Response.json({
    url: request.url,
    header: request.headers.get(clientAddressHeader),
    address: context.clientAddress,
    requestId: context.requestId,
  });
const json = async (url: string, headers: Record<string, string> = {}) =>
  (await fetch(url, { headers })).json();

describe("where a request comes from", () => {
  const forged = {
    "X-Forwarded-For": "203.0.113.9",
    [clientAddressHeader]: "203.0.113.10",
    "X-Forwarded-Host": "evil.test:99",
  };

  it("is the address of the socket, whatever the headers say, when no proxy is trusted", async () => {
    const { url } = await start({ seen });
    const answer = await json(`${url}/seen?a=1`, forged);
    expect(answer).toMatchObject({ url: "http://parity.test/seen?a=1", address: answer.header });
    expect(["127.0.0.1", "::1"]).toContain(answer.address);
  });

  it.each([
    ["a number of proxies", 1, ""],
    ["their addresses", ["127.0.0.0/8", "::1"], ""],
    // Some add the port, another one for each connection.
    ["a number of proxies that add a port", 1, ":51234"],
  ])("is what a trusted proxy says, configured by %s", async (_, trustedProxies, port) => {
    const { url } = await start({ seen }, { trustedProxies });
    const answer = await json(`${url}/seen`, {
      ...forged,
      "X-Forwarded-For": `198.51.100.1, 203.0.113.9${port}`,
      "X-Forwarded-Proto": "https",
    });
    expect(answer).toMatchObject({
      address: "203.0.113.9",
      header: "203.0.113.9",
      url: "https://parity.test/seen",
    });
  });
});

describe("S6: a proxy in front", () => {
  it.each(["X-Forwarded-For", "Forwarded"])("that is not configured is said once: %s", async (name) => {
    const { url } = await start({ seen });
    for (const headers of [{}, { [name]: "for=1" }, { [name]: "for=1" }]) await json(`${url}/seen`, headers);
    const warnings = lines.filter((line) => line.includes("TRUSTED_PROXIES"));
    expect(warnings).toEqual([expect.stringContaining('"level":"warn"')]);
  });
});

describe("the page that sent a request", () => {
  const sender: Loader = ({ request, context }) =>
    Response.json({ sender: context.sender, left: request.headers.get("Origin") });

  it("is checked by the route, not by Remix, which accepts one address only", async () => {
    const { url } = await start({ sender });
    const headers = { Origin: "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-origin" };
    expect(await json(`${url}/sender`, headers)).toEqual({
      sender: { origin: "http://127.0.0.1:3000", site: "same-origin" },
      left: null,
    });
    expect(await json(`${url}/sender`)).toMatchObject({ sender: { origin: null } });
  });
});

describe("every answer", () => {
  it("has a request id, the proxy's if valid or else our own, and the access log has it without the query", async () => {
    const { url } = await start({ seen });
    const ours = await fetch(`${url}/seen?q=ann@example.com`, { headers: { "X-Request-Id": "x" } });
    expect(ours.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await json(`${url}/seen`, { "X-Request-Id": "req_1234-abc" })).toMatchObject({
      requestId: "req_1234-abc",
    });
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged).toContainEqual(
      expect.objectContaining({
        requestId: "req_1234-abc",
        path: "/seen",
        status: 200,
        ms: expect.any(Number),
      }),
    );
    expect(lines.join()).not.toContain("example.com");
  });

  it("forbids what the pages do not need, with a new nonce for each response", async () => {
    const { url } = await start({ seen });
    const policies = await Promise.all(
      [1, 2].map(async () => (await fetch(`${url}/seen`)).headers.get("Content-Security-Policy") ?? ""),
    );
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}';/);
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[0]).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
    expect(policies[0]).not.toBe(policies[1]);
    const { headers } = await fetch(`${url}/seen`);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Strict-Transport-Security")).toBe("max-age=31536000");
    expect(headers.has("X-Powered-By")).toBe(false);
  });

  it("requires https only where the address is https", async () => {
    const { url } = await start({ seen }, { appUrl: "http://localhost:3000" });
    expect((await fetch(`${url}/seen`)).headers.has("Strict-Transport-Security")).toBe(false);
  });
});

describe("files", () => {
  it("with a hash in their name are cached for a year, and compressed", async () => {
    const { url } = await start({});
    const response = await fetch(`${url}/assets/app-1a2b.js`, { headers: { "Accept-Encoding": "gzip" } });
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("Content-Encoding")).toBe("gzip");
    expect((await fetch(`${url}/favicon.svg`)).headers.get("Cache-Control")).toBe("public, max-age=3600");
  });

  it.each(["/assets/app-0000.js", "/assets/../../package.json", "/assets/%2e%2e/%2e%2e/package.json"])(
    "outside of the folder or missing are a 404: %s",
    async (path) => {
      const { url } = await start({});
      // fetch would normalize the path.
      const status = await new Promise((resolve) => {
        get({ port: new URL(url).port, path }, (response) => resolve(response.resume().statusCode));
      });
      expect(status).toBe(404);
    },
  );

  it("with a name that cannot be decoded are a 400 without a stack", async () => {
    const { url } = await start({});
    const response = await fetch(`${url}/assets/%E0%A4%A`);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe(
      JSON.stringify(
        createErrorBody("bad_address", { message: "The address is not valid. It cannot be decoded." }),
      ),
    );
  });
});

describe("closing", () => {
  /** A request that runs until it is released. */
  function createPendingRequest() {
    let arrive = () => {};
    let release = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const loader: Loader = async () => {
      arrive();
      await released;
      return Response.json({ finished: true });
    };
    return { loader, arrived, release };
  }

  it("lets running requests finish, and accepts no new ones", async () => {
    const request = createPendingRequest();
    const { server, url } = await start({ slow: request.loader });
    const answer = fetch(`${url}/slow`);
    await request.arrived;
    const closing = server.close(5_000);
    await expect(fetch(`${url}/slow`)).rejects.toThrow();
    request.release();
    expect(await (await answer).json()).toEqual({ finished: true });
    await closing;
    expect(lines.join()).not.toContain("cut off");
  });

  it("cuts off requests that do not finish in time", async () => {
    const request = createPendingRequest();
    const { server, url } = await start({ slow: request.loader });
    const answer = fetch(`${url}/slow`).catch((error: unknown) => error);
    await request.arrived;
    await server.close(50);
    expect(await answer).toBeInstanceOf(Error);
    expect(lines.join()).toContain("requests did not finish in time; connections cut off");
    request.release();
  });
});

describe("a port", () => {
  it("in use is an error, or means the next free one if allowed", async () => {
    const first = await openListener({ port: 0, orNextFree: false });
    await expect(openListener({ port: first.port, orNextFree: false })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    const second = await openListener({ port: first.port, orNextFree: true });
    expect(second.port).toBeGreaterThan(first.port);
    first.server.close();
    second.server.close();
  });

  it('answers "starting" until the application is there', async () => {
    const listener = await openListener({ port: 0, orNextFree: false });
    const url = `http://localhost:${listener.port}`;
    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toEqual({ ok: true, version: VERSION });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    listener.server.closeAllConnections();
    listener.server.close();
  });

  it("does not fall over what is not HTTP", async () => {
    const { url } = await start({ seen });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const answer = await new Promise<string>((resolve) => {
      socket.on("data", (data) => resolve(data.toString()));
      socket.write("GET /seen HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n");
    });
    expect(answer).toMatch(/^HTTP\/1.1 (200|400)/);
    socket.destroy();
  });
});
