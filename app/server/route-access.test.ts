import type { ServerBuild } from "@remix-run/node";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roles } from "~/auth/roles";
import { addPayingUser, addUser, createWorld, type World } from "~/engine/testing/world";
import {
  type Answer,
  CRON_SECRET,
  formHeaders,
  type LiveServer,
  METRICS_TOKEN,
  readCookies,
  startLiveServer,
  WEBHOOK_SECRET,
} from "./testing/live-server";
import { readSourceBuild } from "./testing/source-build";

const callers = ["none", ...roles, "customer", "another customer"] as const;
type CallerName = (typeof callers)[number];

type Reply = number | `→ ${string}`;

type Entry = {
  /** RUN stands for the id of a run. */
  at: string;
  /** The answer for each of `callers`, in their order: a status, or where it redirects to. */
  is: readonly [Reply, Reply, Reply, Reply, Reply, Reply];
  form?: Record<string, string>;
  json?: object;
  raw?: string;
  /** The status for a caller without a session that has the route's own secret. */
  withSecret?: { is: number; headers: () => Record<string, string> };
  /** The request ends the caller's session, so each of these gets one of its own. */
  endsSession?: "staff" | "customers";
};

const bearer = (secret: string) => () => ({ Authorization: `Bearer ${secret}` });
const event = JSON.stringify({ id: "evt_1", object: "event", type: "customer.updated", livemode: false });
const stripeSignature = () => ({
  "Stripe-Signature": Stripe.webhooks.generateTestHeaderString({ payload: event, secret: WEBHOOK_SECRET }),
});

const OUT = "→ /sign-in";
const all = (reply: Reply) => [reply, reply, reply, reply, reply, reply] as const;
const staff = (viewer: Reply, operator: Reply, admin: Reply) =>
  [OUT, viewer, operator, admin, OUT, OUT] as const;
const staffPage = staff(200, 200, 200);
const ownerOnly = [401, 401, 401, 401, 200, 404] as const;

/** Every loader and action, by the id of its route: what each caller is answered. */
const table: Record<string, { loader?: Entry; action?: Entry }> = {
  root: { loader: { at: "/nothing", is: all(404) } },
  "routes/_staff": { loader: { at: "/account", is: staffPage } },
  "routes/_staff._index": { loader: { at: "/", is: staffPage } },
  "routes/_staff.account": {
    loader: { at: "/account", is: staffPage },
    action: {
      at: "/account",
      form: { intent: "confirm-second-factor", code: "1" },
      is: staff(400, 400, 400),
    },
  },
  "routes/_staff.find": {
    loader: { at: "/find?q=ada@example.com", is: staff("→ /users/ada", "→ /users/ada", "→ /users/ada") },
  },
  "routes/_staff.revocations": {
    loader: { at: "/revocations", is: staffPage },
    action: {
      at: "/revocations",
      form: { userId: "ada", typed: "not ada" },
      is: staff(403, 403, 400),
    },
  },
  "routes/_staff.runs.$runId": {
    loader: { at: "/runs/RUN", is: staffPage },
    action: { at: "/runs/RUN", form: { intent: "cancel" }, is: staff(403, 200, 200) },
  },
  "routes/_staff.runs._index": {
    loader: { at: "/runs", is: staffPage },
    action: { at: "/runs?index", form: {}, is: staff(403, "→ /runs/RUN", "→ /runs/RUN") },
  },
  "routes/_staff.settings": {
    loader: { at: "/settings", is: staffPage },
    action: { at: "/settings", form: { writeMode: "full" }, is: staff(403, 403, 200) },
  },
  "routes/_staff.users.$userId": {
    loader: { at: "/users/ada", is: staffPage },
    action: { at: "/users/ada", form: { intent: "preview" }, is: staff(403, 200, 200) },
  },
  "routes/_staff.users._index": { loader: { at: "/users", is: staffPage } },
  "routes/api.auth.$": { loader: { at: "/api/auth/get-session", is: all(404) } },
  "routes/api.cron.sync-payments": {
    loader: {
      at: "/api/cron/sync-payments?budget=1",
      is: all(401),
      withSecret: { is: 200, headers: bearer(CRON_SECRET) },
    },
    action: {
      at: "/api/cron/sync-payments?budget=1",
      is: all(401),
      withSecret: { is: 200, headers: bearer(CRON_SECRET) },
    },
  },
  "routes/api.stripe.sync-subscription": {
    loader: { at: "/api/stripe/sync-subscription", is: [401, 401, 401, 401, 405, 405] },
    action: { at: "/api/stripe/sync-subscription", json: { sessionId: "cs_test_of_ada" }, is: ownerOnly },
  },
  "routes/api.stripe.webhook": {
    action: {
      at: "/api/stripe/webhook",
      raw: event,
      is: all(400),
      withSecret: { is: 200, headers: stripeSignature },
    },
  },
  "routes/api.workspace.$workspaceId": { loader: { at: "/api/workspace/ada_w1", is: ownerOnly } },
  "routes/appearance": {
    loader: { at: "/appearance", is: all("→ /") },
    action: { at: "/appearance", form: { theme: "dark" }, is: staffPage },
  },
  "routes/demo.customer.$userId": {
    loader: { at: "/demo/customer/ada", is: staff(403, 403, 200) },
  },
  "routes/healthz": { loader: { at: "/healthz", is: all(200) } },
  "routes/metrics": {
    loader: { at: "/metrics", is: all(401), withSecret: { is: 200, headers: bearer(METRICS_TOKEN) } },
  },
  "routes/readyz": { loader: { at: "/readyz", is: all(200) } },
  "routes/runs.$runId.users[.]csv": { loader: { at: "/runs/RUN/users.csv", is: staffPage } },
  "routes/sign-in": {
    loader: { at: "/sign-in", is: [200, "→ /", "→ /", "→ /", 200, 200] },
    action: {
      at: "/sign-in",
      form: { email: "CALLER@example.org", password: "x" },
      is: [401, "→ /", "→ /", "→ /", 401, 401],
    },
  },
  "routes/sign-in_.code": {
    loader: { at: "/sign-in/code", is: all(200) },
    action: { at: "/sign-in/code", form: { code: "123456" }, is: all(401) },
  },
  "routes/sign-in_.single-sign-on": { loader: { at: "/sign-in/single-sign-on", is: all(OUT) } },
  "routes/sign-out": {
    loader: { at: "/sign-out", is: all("→ /") },
    action: { at: "/sign-out", form: {}, is: all(OUT), endsSession: "staff" },
  },
  "routes/workspace.$workspaceId": {
    loader: { at: "/workspace/ada_w1", is: ownerOnly },
    action: { at: "/workspace/ada_w1", form: { intent: "manage" }, is: ownerOnly },
  },
  "routes/workspace.$workspaceId_.welcome": { loader: { at: "/workspace/ada_w1/welcome", is: ownerOnly } },
  "routes/workspace.leave": {
    loader: { at: "/workspace/leave", is: all("→ /workspace/session") },
    action: {
      at: "/workspace/leave",
      form: {},
      is: all("→ /workspace/session"),
      endsSession: "customers",
    },
  },
  "routes/workspace.session": {
    loader: { at: "/workspace/session", is: all(200) },
    action: { at: "/workspace/session", form: { token: "not a token" }, is: all(401) },
  },
};

const rows = Object.entries(table).flatMap(([id, { loader, action }]) => [
  ...(loader ? [{ id, kind: "loader" as const, ...loader }] : []),
  ...(action ? [{ id, kind: "action" as const, ...action }] : []),
]);
type Row = (typeof rows)[number];

let world: World;
let build: ServerBuild;
let server: LiveServer;
let runId: string;
let cookies: Record<CallerName, string | undefined>;

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

async function openOwnSession(caller: CallerName): Promise<string | undefined> {
  if (caller === "none") return undefined;
  if (caller === "customer") return openCustomerSession("ada");
  if (caller === "another customer") return openCustomerSession("bob");
  return server.openSession(`${caller}@example.com`);
}

/** Sends the request of a row, as the browser of the caller would. */
async function call(row: Row, caller: CallerName, extra: Record<string, string> = {}) {
  const { kind, json, raw, endsSession } = row;
  const path = row.at.replace("RUN", runId);
  const isEnded = endsSession === (caller.includes("customer") ? "customers" : "staff");
  const cookie = isEnded ? await openOwnSession(caller) : cookies[caller];
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
    await db.staff.findMany({ orderBy: id }),
    await db.run.findMany({ orderBy: id, select: { id: true, state: true } }),
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
  it.each(rows)("$id $kind", async (row) => {
    const replies: Record<string, Reply> = {};
    let record = row.kind === "action" ? await readRecord() : "";
    for (const caller of callers) {
      const answer = await call(row, caller);
      const reply = readReply(answer);
      replies[caller] = reply;
      if (isRefusal(reply)) expect(answer.body).not.toMatch(/ada@|Workspace 1/);
      if (row.kind === "loader") continue;
      const after = await readRecord();
      if (isRefusal(reply)) expect(after, `changed by ${caller}`).toBe(record);
      record = after;
    }
    expect(replies).toEqual(Object.fromEntries(callers.map((caller, index) => [caller, row.is[index]])));
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
    const replies: Record<string, number> = {};
    for (const caller of callers) {
      const headers = formHeaders(cookies[caller]);
      const answer = await server.send("GET", `${path}.data?${new URLSearchParams({ _routes: row.id })}`, {
        headers,
      });
      replies[caller] = answer.status;
      if (answer.status !== 200) expect(answer.body).not.toMatch(/ada@|Workspace 1/);
    }
    // A redirect is data, too, with a status of its own.
    const expected = row.is.map((reply) => (typeof reply === "number" ? reply : 202));
    expect(replies).toEqual(Object.fromEntries(callers.map((caller, index) => [caller, expected[index]])));
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
