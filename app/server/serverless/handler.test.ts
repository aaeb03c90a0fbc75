import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerBuild } from "@remix-run/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createStaffAuth } from "~/auth/staff.server";
import { addPayingUser, addUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { PASSWORD } from "../testing/live-server";
import { readSourceBuild } from "../testing/source-build";
import { createHandler, type Handler } from "./handler.server";
import { createCaller, describeInstallation } from "./testing/caller";

const VERCEL = Symbol.for("@vercel/request-context");

let world: World;
let build: ServerBuild;
let handler: Handler;
let call: ReturnType<typeof createCaller>;
const servers: Server[] = [];
/** What was handed to the host's `waitUntil`. */
let handedOver: Promise<unknown>[] = [];

async function serve(answering: Handler) {
  const server = createServer(answering).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return createCaller((server.address() as AddressInfo).port);
}

beforeAll(async () => {
  world = await createWorld({ secretKeys: ["sk_test_sandboxOfTheHandler"] });
  build = await readSourceBuild();
  const environment = { ...describeInstallation(world), LOG_LEVEL: "silent" };
  handler = createHandler(environment, { build: async () => build, assets: null });
  call = await serve(handler);
  Reflect.set(globalThis, VERCEL, {
    get: () => ({ waitUntil: (work: Promise<unknown>) => void handedOver.push(work) }),
  });
});
afterEach(async () => {
  await handler.settled();
  handedOver = [];
});
afterAll(async () => {
  Reflect.deleteProperty(globalThis, VERCEL);
  for (const server of servers) server.close();
  await handler.close();
  await world.close();
});

describe("the handler, where no process stays alive", () => {
  it("answers a workspace request at once, and checks the payment within the host's waitUntil", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({ effect: { type: "hang" } });
    const answer = await call.workspace("ada_w1", "ada");
    expect(JSON.parse(answer.body)).toMatchObject({
      workspace: { status: "locked" },
      sync: { state: "checking" },
    });
    expect(handedOver).toHaveLength(1);
    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.control.clearFaults();
    world.sandbox.control.held.release();
    await Promise.all(handedOver);
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("settles a webhook event in the request that brought it", async () => {
    const { customerId, subscriptionId } = await addPayingUser(world, "hook");
    const event = {
      ...{ id: "evt_handler1", object: "event", type: "customer.subscription.created" },
      ...{ api_version: "2026-10-28.endive", created: 1_790_000_000, livemode: false },
      data: { object: { id: subscriptionId, object: "subscription", customer: customerId } },
    };
    const answer = await call.webhook(event);
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({
      status: 200,
      outcome: "stored",
    });
    expect(await readAccess(world, "hook")).toBe("active 5");
  });

  it("makes checks in a call of the scheduler that a process left when it was frozen", async () => {
    await addPayingUser(world, "cold");
    await world.db.$executeRaw`
      INSERT INTO parity."UserCheck" ("userId", "queuedAt", "checkingUntil") VALUES ('cold', now(), now() - interval '1 minute')`;
    const answer = await call.cron();
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({
      status: 200,
      success: true,
    });
    expect(await world.db.userCheck.findUnique({ where: { userId: "cold" } })).toMatchObject({
      queuedAt: null,
      checkedAt: expect.any(Date),
    });
    expect(await readAccess(world, "cold")).toBe("active 5");
  });

  it("leaves no job in the queue, which no worker takes, when a scheduled run has settled its event", async () => {
    const { customerId } = await addPayingUser(world, "queued");
    const payload = JSON.stringify({ customerId, sessionId: null });
    await world.db.$executeRaw`
      SELECT parity.add_job('sync_customer', ${payload}::json, job_key => ${`settle:${customerId}`}),
        parity.add_job('evaluate_batches', '{"runId":"gone"}', job_key => 'evaluate:1')`;
    expect((await call.cron()).status).toBe(200);
    expect(await world.db.$queryRaw`SELECT key FROM parity.jobs`).toEqual([]);
  });

  it("removes old rows, once a day, in the time that a call of the scheduler has left", async () => {
    const addOld = (id: string) =>
      world.db.$executeRaw`
        INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "storedVersion", "receivedAt", "settledAt")
        SELECT ${id}, 'customer.updated', at, 'cus_gone', 1, at, at FROM (SELECT now() - interval '100 days' AS at) old`;
    const countOld = () => world.db.stripeEvent.count({ where: { customerId: "cus_gone" } });
    // An earlier call has cleaned today.
    await world.db.cursor.deleteMany({ where: { key: "cleaning" } });
    await addOld("evt_old1");
    expect((await call.cron()).status).toBe(200);
    expect(await countOld()).toBe(0);
    await addOld("evt_old2");
    expect((await call.cron()).status).toBe(200);
    expect(await countOld()).toBe(1);
  });

  it("signs staff in, shows a page, and drives on a run that staff look at", async () => {
    await addUser(world, { id: "seen" });
    const { APP_SECRET: appSecret, APP_URL: appUrl } = describeInstallation(world);
    const environment = { mode: "production", appSecret, appUrl, singleSignOn: null } as const;
    const staffAuth = createStaffAuth({ db: world.db, environment, log: createLog({ level: "silent" }) });
    const email = "ann@example.com";
    await staffAuth.addStaff({ email, name: "Ann", role: "operator", password: PASSWORD });
    const cookie = await call.signIn(email);
    const page = await call.page("/users", cookie);
    expect(page.status).toBe(200);
    expect(page.body).toContain("seen@example.com");

    const health = await call.page("/health", cookie);
    expect(health.body).toContain("No process stays alive between requests here");

    const run = await world.parity.runs.preview({ actor: { kind: "staff", id: null } });
    expect(run.state).toBe("running");
    expect((await call.page(`/runs/${run.id}`, cookie)).status).toBe(200);
    await handler.settled();
    expect(await world.db.run.findUnique({ where: { id: run.id } })).toMatchObject({ state: "done" });
  });

  it("keeps no connection to the database when nothing is left to do", async () => {
    await call.send("GET", "/readyz");
    await handler.settled();
    const [row] = await world.db.$queryRaw<{ connections: number }[]>`
      SELECT count(*)::int AS connections FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'parity'`;
    expect(row).toEqual({ connections: 0 });
  });
});

describe("the handler, when it cannot be opened", () => {
  it.each([
    ["without a variable that it needs", { APP_SECRET: "" }, "APP_SECRET"],
    ["without any", { DATABASE_URL: "", STRIPE_SECRET_KEY: "" }, "STRIPE_SECRET_KEY"],
  ])("%s answers 503 without saying why, and is alive; its log says why", async (_, without, named) => {
    const lines: string[] = [];
    const variables = { ...describeInstallation(world), ...without };
    const destination = { write: (line: string) => void lines.push(line) };
    const broken = createHandler(variables, { build: async () => build, assets: null, destination });
    const ask = await serve(broken);
    const answer = await ask.cron();
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain(named);
    expect((await ask.send("GET", "/healthz")).status).toBe(200);
    expect(lines.join("")).toContain(named);
  });

  it("on a database that is behind answers 503, and its log names the command", async () => {
    const database = await createEmptyDatabase();
    const lines: string[] = [];
    const variables = { ...describeInstallation(world), DATABASE_URL: database.url };
    const destination = { write: (line: string) => void lines.push(line) };
    const behind = createHandler(variables, { build: async () => build, assets: null, destination });
    const answer = await (await serve(behind)).cron();
    expect(answer.status).toBe(503);
    expect(lines.join("")).toContain("npm run db:migrate");
    await behind.close();
    await database.drop();
  });
});
