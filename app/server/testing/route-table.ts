import Stripe from "stripe";
import { roles } from "~/engine/account/roles";
import { CRON_SECRET, METRICS_TOKEN, WEBHOOK_SECRET } from "./live-server";

export const callers = ["none", ...roles, "customer", "another customer"] as const;
export type CallerName = (typeof callers)[number];

export type Reply = number | `→ ${string}`;

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
  /** The request ends the caller's session, so each of these has one more. */
  endsSession?: "staff" | "customers";
};

const bearer = (secret: string) => () => ({ Authorization: `Bearer ${secret}` });
const event = JSON.stringify({ id: "evt_1", object: "event", type: "customer.updated", livemode: false });
const stripeSignature = () => ({
  "Stripe-Signature": Stripe.webhooks.generateTestHeaderString({ payload: event, secret: WEBHOOK_SECRET }),
});

export const OUT = "→ /sign-in";
const all = (reply: Reply) => [reply, reply, reply, reply, reply, reply] as const;
const staff = (viewer: Reply, operator: Reply, admin: Reply) =>
  [OUT, viewer, operator, admin, OUT, OUT] as const;
const staffPage = staff(200, 200, 200);
const ownerOnly = [401, 401, 401, 401, 200, 404] as const;

/** Every loader and action, by the id of its route: what each caller is answered. */
export const table: Record<string, { loader?: Entry; action?: Entry }> = {
  root: { loader: { at: "/nothing", is: all(404) } },
  "routes/_staff": { loader: { at: "/account", is: staffPage } },
  "routes/_staff._index": { loader: { at: "/", is: staffPage } },
  "routes/_staff.health": { loader: { at: "/health", is: staffPage } },
  "routes/_staff.account": {
    loader: { at: "/account", is: staffPage },
    action: {
      at: "/account",
      form: { intent: "confirm-second-factor", code: "1" },
      is: staff(400, 400, 400),
    },
  },
  "routes/_staff.activity": {
    loader: { at: "/activity", is: staffPage },
    action: {
      at: "/activity",
      form: { kind: "undo_change", id: "1", reason: "" },
      is: staff(403, 400, 400),
    },
  },
  "routes/_staff.alerts": {
    loader: { at: "/alerts", is: staffPage },
    action: { at: "/alerts", form: { intent: "test" }, is: staff(403, 400, 400) },
  },
  "routes/_staff.decisions": {
    action: {
      at: "/decisions",
      form: { intent: "decide", kind: "hold", userId: "ada" },
      is: staff(403, 400, 400),
    },
  },
  "routes/_staff.doctor": { loader: { at: "/doctor", is: staffPage } },
  "routes/_staff.plans": {
    loader: { at: "/plans", is: staffPage },
  },
  "routes/_staff.find": {
    loader: { at: "/find?q=ada@example.com", is: staff("→ /users/ada", "→ /users/ada", "→ /users/ada") },
  },
  "routes/palette": { loader: { at: "/palette?q=ada", is: staffPage } },
  "routes/_staff.revocations": {
    loader: { at: "/revocations", is: staffPage },
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
  "routes/_staff.team": {
    loader: { at: "/team", is: staff(403, 403, 200) },
    action: {
      at: "/team",
      form: { intent: "invite", email: "none", role: "admin" },
      is: staff(403, 403, 400),
    },
  },
  "routes/_staff.users.$userId": {
    loader: { at: "/users/ada", is: staffPage },
    action: { at: "/users/ada", form: { intent: "preview" }, is: staff(403, 200, 200) },
  },
  "routes/users.$userId.sync": {
    action: { at: "/users/ada/sync", form: { intent: "preview" }, is: staff(403, 200, 200) },
  },
  "routes/_staff.users._index": {
    loader: { at: "/users", is: staffPage },
    action: { at: "/users", form: { intent: "none" }, is: staff(403, 400, 400) },
  },
  "routes/users.facets": { loader: { at: "/users/facets?facet=verdicts", is: staffPage } },
  "routes/users.views": {
    action: { at: "/users/views", form: { intent: "none" }, is: staff(400, 400, 400) },
  },
  "routes/users[.]csv": { loader: { at: "/users.csv", is: staffPage } },
  "routes/activity[.]csv": { loader: { at: "/activity.csv", is: staffPage } },
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
  "routes/invitation": {
    loader: { at: "/invitation?token=guessed", is: all(404) },
    action: { at: "/invitation", form: { token: "guessed", name: "x", password: "x" }, is: all(404) },
  },
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

export const rows = Object.entries(table).flatMap(([id, { loader, action }]) => [
  ...(loader ? [{ id, kind: "loader" as const, ...loader }] : []),
  ...(action ? [{ id, kind: "action" as const, ...action }] : []),
]);
export type Row = (typeof rows)[number];
