import type { ServerBuild } from "@remix-run/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPayingUser, addUser, createWorld, type World } from "~/engine/testing/world";
import { toPathId } from "~/platform/plain-text";
import {
  type Answer,
  formHeaders,
  type LiveServer,
  readCookies,
  startLiveServer,
} from "./testing/live-server";
import { type CallerName, callers, OUT, type Reply, type Row, rows, table } from "./testing/route-table";
import { readSourceBuild } from "./testing/source-build";

let world: World;
let build: ServerBuild;
let server: LiveServer;
let runId: string;
let cookies: Record<CallerName, string | undefined>;
/** For the rows that end a session. */
let endedCookies: typeof cookies;

beforeAll(async () => {
  world = await createWorld();
  build = await readSourceBuild();
  server = await startLiveServer(world, build);
  const { customerId, subscriptionId } = await addPayingUser(world, "ada");
  world.sandbox.checkoutSessions.create({
    id: "cs_test_of_ada",
    customer: customerId,
    subscription: subscriptionId,
    status: "complete",
  });
  await addUser(world, { id: "bob" });
  cookies = {
    none: undefined,
    viewer: await server.signIn("viewer@example.com", "viewer"),
    operator: await server.signIn("operator@example.com", "operator"),
    admin: await server.signIn("admin@example.com", "admin"),
    customer: await openCustomerSession("ada"),
    "another customer": await openCustomerSession("bob"),
  };
  endedCookies = {
    none: undefined,
    viewer: await server.openSession("viewer@example.com"),
    operator: await server.openSession("operator@example.com"),
    admin: await server.openSession("admin@example.com"),
    customer: await openCustomerSession("ada"),
    "another customer": await openCustomerSession("bob"),
  };
  const started = await server.send("POST", "/runs?index", {
    headers: formHeaders(cookies.operator),
    body: "",
  });
  runId = String(started.headers.location).replace("/runs/", "");
});
afterAll(async () => {
  await server.close();
  await world.close();
});

async function openCustomerSession(userId: string): Promise<string> {
  const line = await server.customerAuth.startSession(userId);
  return readCookies({ headers: { "set-cookie": line } });
}

/** Sends the request of a row, as the browser of the caller would. */
async function call(row: Row, caller: CallerName, extra: Record<string, string> = {}) {
  const { kind, json, raw, endsSession } = row;
  const path = row.at.replace("RUN", runId);
  const isEnded = endsSession === (caller.includes("customer") ? "customers" : "staff");
  const cookie = (isEnded ? endedCookies : cookies)[caller];
  const headers = { ...formHeaders(cookie), ...extra };
  if (kind === "loader") return server.send("GET", path, { headers });
  if (json || raw) headers["Content-Type"] = "application/json";
  const form = new URLSearchParams(row.form).toString().replace("CALLER", caller.replace(" ", "-"));
  return server.send("POST", path, { headers, body: raw ?? (json ? JSON.stringify(json) : form) });
}

function readReply({ status, headers }: Answer): Reply {
  if (headers.location === undefined) return status;
  const { pathname } = new URL(String(headers.location), server.appUrl);
  return `→ ${pathname.replace(/^\/runs\/[^/]+/, "/runs/RUN")}`;
}

const isRefusal = (reply: Reply) => reply === OUT || (typeof reply === "number" && reply >= 400);

/** What a refused request must not change. */
async function readRecord(): Promise<string> {
  const { db } = world;
  const id = { id: "asc" } as const;
  return JSON.stringify([
    await db.user.findMany({ orderBy: id }),
    await db.workspace.findMany({ orderBy: id }),
    await db.setting.findMany({ orderBy: { key: "asc" } }),
    (await db.staff.findMany({ orderBy: id })).map(({ lastSeenAt: _, ...member }) => member),
    await db.staffInvitation.count(),
    // A run that was started before goes on meanwhile.
    await db.run.count(),
    await db.change.count(),
    await db.link.count(),
    await db.stripeEvent.count(),
    await db.checkoutAttempt.count(),
  ]);
}

it("every loader and every action of every route is in the table, and nothing else", () => {
  const found = Object.values(build.routes).flatMap(({ id, module }) =>
    (["loader", "action"] as const).filter((kind) => module[kind]).map((kind) => `${id} ${kind}`),
  );
  expect(rows.map(({ id, kind }) => `${id} ${kind}`).sort()).toEqual(found.sort());
});

describe("each caller is answered as the table says, and a refused one learns and changes nothing", () => {
  // All callers have one address, and its failed sign-ins are not what is tested here.
  beforeEach(async () => {
    await world.db.signInLimit.deleteMany();
  });

  it.each(rows)("$id $kind", async (row) => {
    const expected = new Map(callers.map((caller, index) => [caller, row.is[index] ?? 0]));
    const isRefused = (caller: CallerName) => isRefusal(expected.get(caller) ?? 0);
    const ask = async (caller: CallerName) => {
      const answer = await call(row, caller);
      expect(answer.headers["cache-control"], "a cache may keep it").toMatch(/no-store/);
      if (isRefused(caller)) expect(answer.body).not.toMatch(/ada@|Workspace 1/);
      return [caller, readReply(answer)] as const;
    };
    const before = row.kind === "action" ? await readRecord() : null;
    const refused = await Promise.all(callers.filter(isRefused).map(ask));
    if (before !== null) expect(await readRecord()).toBe(before);
    const allowed = await Promise.all(callers.filter((caller) => !isRefused(caller)).map(ask));
    expect(Object.fromEntries([...refused, ...allowed])).toEqual(Object.fromEntries(expected));
    if (row.withSecret)
      expect((await call(row, "none", row.withSecret.headers())).status).toBe(row.withSecret.is);
  });
});

/** Browsers ask for the data of one route of a page; the route itself must check who asks. */
describe("the data of a page alone is answered to the same callers", () => {
  const pages = rows.filter(
    ({ id, kind }) => kind === "loader" && /^routes\/(_staff(?!\.find)|demo|workspace\.\$)/.test(id),
  );
  it.each(pages)("$id", async (row) => {
    const path = row.at === "/" ? "/_root" : row.at.replace("RUN", runId);
    const ask = async (caller: CallerName) => {
      const { status, body } = await server.send(
        "GET",
        `${path}.data?${new URLSearchParams({ _routes: row.id })}`,
        { headers: formHeaders(cookies[caller]) },
      );
      if (status !== 200) expect(body).not.toMatch(/ada@|Workspace 1/);
      return status;
    };
    // A redirect is data, too, with a status of its own.
    const expected = row.is.map((reply) => (typeof reply === "number" ? reply : 202));
    expect(await Promise.all(callers.map(ask)), callers.join(", ")).toEqual(expected);
  });
});

it("a route without an action answers no post, not even of an admin", async () => {
  const replies: Record<string, Reply> = {};
  for (const { id, at, kind } of rows)
    if (kind === "loader" && id !== "root" && id !== "routes/_staff" && !table[id]?.action)
      replies[id] = readReply(
        await server.send("POST", at.replace("RUN", runId), {
          headers: formHeaders(cookies.admin),
          body: "",
        }),
      );
  expect(Object.keys(replies).length).toBeGreaterThan(5);
  expect(Object.entries(replies).filter(([, reply]) => reply !== 405)).toEqual([]);
});

it("an address that is no page says which methods it has, in words, to every other one", async () => {
  const isPage = (id: string) => build.routes[id]?.module.default !== undefined;
  const wrong = rows.flatMap(({ id, at, kind }) => {
    if (isPage(id)) return [];
    const { loader, action } = table[id] ?? {};
    if (kind === "loader") return action ? [] : [{ at, method: "PUT", allow: "HEAD, GET" }];
    return loader ? [] : [{ at, method: "GET", allow: "PUT, PATCH, DELETE, POST" }];
  });
  expect(wrong.length).toBeGreaterThan(10);
  for (const { at, method, allow } of wrong) {
    const { status, headers, body } = await server.send(method, at.replace("RUN", runId));
    expect([at, status, headers.allow], body).toEqual([at, 405, allow]);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "wrong_method" } });
  }
});

it("an id of 300 characters has its pages, like any other", async () => {
  const id = `ü/${"i".repeat(298)}`;
  await addUser(world, { id });
  const path = encodeURIComponent(id);
  const page = await server.send("GET", `/users/${path}`, { headers: formHeaders(cookies.admin) });
  expect([page.status, page.body.includes(`${id}@example.com`)]).toEqual([200, true]);
  const token = await server.customerAuth.demoToken?.(id);
  const workspace = await server.send("GET", `/api/workspace/${encodeURIComponent(`${id}_w1`)}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(workspace.status).toBe(200);
  const synced = await server.send("POST", `/users/${path}/sync`, {
    headers: formHeaders(cookies.admin),
    body: "intent=preview",
  });
  expect(synced.status).toBe(200);
});

// What browsers do with an address before they ask for it: steps are taken.
const normalize = (path: string) => new URL(path, "http://localhost").pathname;

it.each([".", "..", "~..", "facets", "views", "session", "leave", "x.data", "a/b", "a%2Fb", "a%~2Fb"])(
  "R382: the user and the workspace with the id %s have their pages",
  async (id) => {
    await addUser(world, { id, workspaces: [] });
    await world.db.workspace.create({ data: { id, ownerId: id, name: `Room ${id}` } });
    const staff = { headers: formHeaders(cookies.admin) };
    const { headers } = await server.send("GET", `/find?q=${encodeURIComponent(id)}`, staff);
    const path = normalize(String(headers.location));
    for (const at of [path, `${path}.data?_routes=${encodeURIComponent("routes/_staff.users.$userId")}`]) {
      const { status, body } = await server.send("GET", at, staff);
      expect([at, status, body.includes(`${id}@example.com`)]).toEqual([at, 200, true]);
    }
    const synced = await server.send("POST", `${path}/sync`, { ...staff, body: "intent=preview" });
    expect(synced.status).toBe(200);
    const customer = { headers: formHeaders(await openCustomerSession(id)) };
    for (const at of [`/workspace/${toPathId(id)}`, `/api/workspace/${toPathId(id)}`]) {
      const { status, body } = await server.send("GET", normalize(at), customer);
      expect([at, status, body.includes(`Room ${id}`)]).toEqual([at, 200, true]);
    }
  },
);
