import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addSyncedUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

let world: World;
let respond: Respond;
let versions: (string | string[] | undefined)[];
const server = createServer((request, response) => {
  versions.push(request.headers["stripe-version"]);
  if (request.url?.startsWith("/v1/account"))
    json(200, { id: world.sandbox.accountId, object: "account" })(request, response);
  else respond(request, response);
});

beforeAll(async () => {
  versions = [];
  world = await createWorld();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await addSyncedUser(world, "ada");
  await syncAll(world.parity);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

const openThrough = () => {
  const { port } = server.address() as AddressInfo;
  return world.another({
    apiBase: `http://127.0.0.1:${port}`,
    timeouts: { interactive: 500, background: 500 },
  });
};

const json =
  (status: number, body: unknown): Respond =>
  (_, response) =>
    void response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
const html =
  (status: number, headers: Record<string, string> = {}): Respond =>
  (_, response) =>
    void response.writeHead(status, { "Content-Type": "text/html", ...headers }).end("<h1>Back soon</h1>");
const list = (data: unknown[], has_more: boolean) => json(200, { object: "list", data, has_more, url: "/" });

it.each<[string, Respond]>([
  ["a page of a proxy with 200", html(200)],
  ["a page of a proxy with 502", html(502)],
  ["a redirect", html(302, { Location: "https://example.com/" })],
  ["JSON of a proxy with 503", json(503, { message: "maintenance" })],
  ["an empty object", json(200, {})],
  ["null", json(200, null)],
  ["a text", json(200, "fine")],
  ["a list of another shape", json(200, { object: "list", data: {}, has_more: false })],
  [
    "truncated JSON",
    (_, response) => void response.writeHead(200).end('{"object":"list","data":[{"id":"sub'),
  ],
  ["a list with a null in it", list([null], false)],
  ["a list that says there is more after nothing", list([], true)],
])("%s is no answer: nothing is written, no access is lost", async (_, answer) => {
  respond = answer;
  const parity = openThrough();
  expect(await parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "failed" });
  expect(await readAccess(world, "ada")).toBe("active 5");
});

it("a list that never ends is no answer either, and ends", async () => {
  const answer = await fetch(`${world.stripeUrl}/v1/subscriptions?status=all&expand[]=data.customer`, {
    headers: { Authorization: `Bearer ${world.sandbox.secretKey}` },
  });
  const page = JSON.stringify({ ...(await answer.json()), has_more: true });
  let asked = 0;
  respond = (_, response) => {
    asked += 1;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(page);
  };
  expect(await openThrough().syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "failed" });
  expect(asked).toBeLessThan(5);
  expect(await readAccess(world, "ada")).toBe("active 5");
});

it("every request asks for the API version that our parsers read, whatever the key’s default is", () => {
  expect(versions.length).toBeGreaterThan(5);
  expect(new Set(versions)).toEqual(new Set(["2026-10-28.endive"]));
});
