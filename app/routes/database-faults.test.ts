import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { addPayingUser, createWorld, type World } from "~/engine/testing/world";
import { createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { alterDatabase, setReadOnly } from "~/platform/testing/database";
import { loader as readRoot } from "../root";
import { loader as callCron } from "./api.cron.sync-payments";
import { loader as readWorkspace } from "./api.workspace.$workspaceId";
import { loader as readyz } from "./readyz";

// What callers are told while the database cannot be written (case 27).

let world: World;
const SECRET = "the-cron-secret";

beforeEach(async () => {
  world = await createWorld();
  await addPayingUser(world, "ada");
});
afterEach(() => world.close());

async function cron(search = "") {
  const headers = { Authorization: `Bearer ${SECRET}` };
  const { args, lines } = createRouteArgs(
    `/api/cron/sync-payments${search}`,
    { headers },
    { cronSecret: SECRET },
  );
  Object.assign(args.context, { parity: world.parity });
  const response = await callCron(args);
  return { status: response.status, body: await response.json(), lines };
}

async function ready() {
  const { args } = createRouteArgs("/readyz");
  Object.assign(args.context, { ready: () => world.parity.database.check() });
  const response = await readyz(args);
  return { status: response.status, body: await response.json() };
}

it("the cron answer and readyz say that the database is read-only, and the next call after it repairs (case 27)", async () => {
  await setReadOnly(world, true);
  const answer = await cron();
  expect(answer).toMatchObject({
    status: 503,
    body: { success: false, done: false, reason: expect.stringMatching(/^database_read_only: /) },
  });
  expect(await ready()).toMatchObject({
    status: 503,
    body: { ok: false, reason: expect.stringMatching(/^database_read_only: /) },
  });
  const frame = await world.parity.frame();
  expect(frame.warning).toContain("read-only");

  await setReadOnly(world, false);
  await expect.poll(async () => (await ready()).status).toBe(200);
  expect((await cron()).body).toMatchObject({ success: true, syncedCount: 1 });
});

/** Ada's workspace, as the application asks for it. */
function createWorkspaceArgs() {
  const { args } = createRouteArgs(
    "/api/workspace/ada_w1",
    { params: { workspaceId: "ada_w1" } },
    { customer: { ok: true, customer: { userId: "ada", by: "token" } } as never },
  );
  Object.assign(args.context, { parity: world.parity });
  return args;
}

it("a customer's workspace is still answered while the database is read-only", async () => {
  await setReadOnly(world, true);
  expect(await readWorkspace(createWorkspaceArgs())).toMatchObject({ status: 200 });
  await setReadOnly(world, false);
});

it("R401: a query that PostgreSQL stops is named, and the next one is answered", async () => {
  await alterDatabase(world, "SET statement_timeout = 100");
  const holder = new pg.Client({ connectionString: world.url });
  await holder.connect();
  await holder.query(`SET statement_timeout = 0; BEGIN; LOCK TABLE app."Workspace" IN ACCESS EXCLUSIVE MODE`);
  const { status, headers, body } = await readErrorResponse(readWorkspace(createWorkspaceArgs()));
  expect({ status, again: headers.get("Retry-After"), body }).toMatchObject({
    ...{ status: 503, again: "5" },
    body: {
      error: { code: "too_slow", message: expect.stringMatching(/stopped a query.*Nothing was changed/) },
    },
  });
  await holder.end();
  expect(await readWorkspace(createWorkspaceArgs())).toMatchObject({ status: 200 });
  await alterDatabase(world, "RESET statement_timeout");
});

it("R401: a database that takes no connections is named, and is used again as soon as it does", async () => {
  await alterDatabase(world, "ALLOW_CONNECTIONS false");
  const { status, body } = await cron();
  expect({ status, body }).toMatchObject({
    status: 503,
    body: { done: false, reason: expect.stringMatching(/^database_refused: /) },
  });
  await alterDatabase(world, "ALLOW_CONNECTIONS true");
  expect(await cron()).toMatchObject({ status: 200, body: { success: true, syncedCount: 1 } });
});

it("an error that nothing names is answered with its reason, without an address", async () => {
  await world.db.$executeRaw`ALTER TABLE parity."Run" RENAME TO "Run of ada@example.com"`;
  const { status, body, lines } = await cron();
  expect({ status, body }).toEqual({
    status: 500,
    body: {
      success: false,
      done: false,
      reason: expect.stringMatching(/^internal: relation .* does not exist$/),
    },
  });
  expect(`${body.reason} ${lines.join("")}`).not.toContain("ada@");
  await world.db.$executeRaw`ALTER TABLE parity."Run of ada@example.com" RENAME TO "Run"`;
  expect(await cron()).toMatchObject({ status: 200, body: { success: true } });
});

it.each([
  ["succeeded", "", 200],
  ["succeeded, asked strictly", "?strict=1", 200],
])("a run that %s is answered as such", async (_, search, status) => {
  expect(await cron(search)).toMatchObject({ status, body: { success: true } });
});

it("strictly, a run that is not over or left users out is not a success (case 36)", async () => {
  world.sandbox.control.addFault({
    effect: { type: "error", status: 500, shouldRetry: false },
    match: { path: "/v1/subscriptions" },
  });
  expect(await cron("?budget=1")).toMatchObject({ status: 200, body: { success: false, done: false } });
  expect(await cron("?budget=1&strict=1")).toMatchObject({ status: 503, body: { success: false } });
});

it("R403: pages count from the database's clock, whatever this process' own says", async () => {
  const readDatabaseClock = async () => {
    const [row] = await world.db.$queryRaw<{ seconds: number }[]>`
      SELECT floor(extract(epoch FROM clock_timestamp()))::float8 AS seconds`;
    return row?.seconds ?? 0;
  };
  const before = await readDatabaseClock();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
  try {
    await world.parity.frame();
    const { args } = createRouteArgs("/");
    Object.assign(args.context, { parity: world.parity });
    const { now } = await readRoot(args);
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(await readDatabaseClock());
  } finally {
    vi.useRealTimers();
  }
});
