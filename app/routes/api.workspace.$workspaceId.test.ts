import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  accessOf,
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  type World,
} from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { routeArgs } from "~/http/testing/request";
import { loader } from "./api.workspace.$workspaceId";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** The workspace as this user asks for it, from one of the servers. */
async function ask(workspaceId: string, userId: string, parity: Parity = world.parity) {
  const customer = { ok: true, customer: { userId, by: "token" } } as const;
  const { args } = routeArgs(`/api/workspace/${workspaceId}`, { params: { workspaceId } }, { customer });
  Object.assign(args.context, { parity });
  const asked = performance.now();
  const response = await loader(args).catch((thrown: unknown) => thrown);
  if (!(response instanceof Response)) throw response;
  return { status: response.status, body: await response.json(), took: performance.now() - asked };
}

const subscriptionReads = () => world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" });

/** Waits for what the request began in the background; the next one comes from another server. */
async function settled(parity: Parity = world.parity): Promise<Parity> {
  await parity.close();
  return world.another();
}

const later = (seconds: number) => world.db.$executeRaw`
  WITH moved AS (UPDATE "SyncStatus" SET "observedAt" = "observedAt" - make_interval(secs => ${seconds}::float8)),
    pass AS (UPDATE "StripeCustomer" SET "completeAt" = "completeAt" - make_interval(secs => ${seconds}::float8))
  UPDATE "UserCheck" SET "checkedAt" = "checkedAt" - make_interval(secs => ${seconds}::float8),
    "failedAt" = "failedAt" - make_interval(secs => ${seconds}::float8),
    "nextCheckAt" = "nextCheckAt" - make_interval(secs => ${seconds}::float8),
    "checkingUntil" = "checkingUntil" - make_interval(secs => ${seconds}::float8)`;

describe("the workspace of someone who has paid and is locked out", () => {
  it("is answered at once while Stripe takes its time, and is unlocked without asking anybody", async () => {
    await addPayingUser(world, "ada");
    await ask("ada_w1", "nobody");
    world.sandbox.control.setLatency(2_000);
    const first = await ask("ada_w1", "ada");
    expect(first).toMatchObject({
      status: 200,
      body: {
        workspace: { id: "ada_w1", name: "Workspace 1", status: "locked", seats: 0 },
        billing: { plan: null, status: null, currentPeriodEnd: null, cancelAtPeriodEnd: false },
        sync: { state: "checking", lastCheckedAt: null },
      },
    });
    expect(first.took).toBeLessThan(1_500);
    const second = await ask("ada_w1", "ada");
    expect(second.body.sync.state).toBe("checking");

    const next = await settled();

    expect((await ask("ada_w1", "ada", next)).body).toMatchObject({
      workspace: { status: "active", seats: 5 },
      billing: { plan: "army", status: "active", cancelAtPeriodEnd: false },
      sync: { state: "fresh", lastCheckedAt: expect.any(String) },
    });
    expect(await world.db.change.findFirst()).toMatchObject({ userId: "ada", actorKind: "workspace" });
  });

  it("is answered while Stripe never answers, and says that it is unavailable only after the check has failed", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path: "/v1/account" } });
    const first = await ask("ada_w1", "ada");
    expect(first.took).toBeLessThan(1_500);
    expect(first.body.sync.state).toBe("checking");
    await world.sandbox.control.held.reached(1);
    expect((await ask("ada_w1", "ada", world.another())).body.sync.state).toBe("checking");
    world.sandbox.control.clearFaults();
    world.sandbox.control.addFault({ effect: { type: "error", status: 503, shouldRetry: false } });
    world.sandbox.control.held.release();
    const next = await settled();
    expect((await ask("ada_w1", "ada", next)).body.sync.state).toBe("unavailable");
  });

  it("is looked at by one server at a time", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.setLatency(100);
    const servers = [world.parity, world.another(), world.another()];
    await Promise.all(servers.map((server) => ask("ada_w1", "ada", server)));
    await Promise.all(servers.map((server) => server.close()));
    expect(subscriptionReads()).toHaveLength(1);
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await world.db.change.count()).toBe(1);
  });
});

describe("how often Stripe is asked", () => {
  it("in sync: not before 15 minutes are over", async () => {
    await addSyncedUser(world, "ada");
    world.sandbox.requests.clear();
    await later(14 * 60);
    expect((await ask("ada_w1", "ada")).body.sync.state).toBe("fresh");
    const next = await settled();
    expect(subscriptionReads()).toHaveLength(0);
    await later(2 * 60);
    expect((await ask("ada_w1", "ada", next)).body.sync.state).toBe("checking");
    await settled(next);
    expect(subscriptionReads()).toHaveLength(1);
  });

  it("locked: at most every 30 seconds", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: null } });
    expect(await accessOf(world, "ada")).toBe("locked 0");
    world.sandbox.requests.clear();
    await later(29);
    await ask("ada_w1", "ada");
    const next = await settled();
    expect(subscriptionReads()).toHaveLength(0);
    await later(2);
    await ask("ada_w1", "ada", next);
    await settled(next);
    expect(subscriptionReads().length).toBeGreaterThan(0);
  });

  it("after failures: ever more rarely, and after a success as often as before", async () => {
    const { db } = world;
    await addPayingUser(world, "ada");
    const fault = world.sandbox.control.addFault({
      effect: { type: "error", status: 503, shouldRetry: false },
    });
    const waits: number[] = [];
    let server = world.parity;
    for (let n = 0; n < 8; n += 1) {
      await ask("ada_w1", "ada", server);
      server = await settled(server);
      const [row] = await db.$queryRaw<{ wait: number }[]>`
        SELECT round(extract(epoch FROM "nextCheckAt" - "failedAt"))::float8 AS wait FROM "UserCheck"`;
      waits.push(row?.wait ?? 0);
      await later(1_801);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800]);
    world.sandbox.control.clearFaults(fault);
    await ask("ada_w1", "ada", server);
    await settled(server);
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await db.userCheck.findUnique({ where: { userId: "ada" } })).toMatchObject({
      failures: 0,
      failure: null,
    });
  });
});

describe("anybody else's workspace", () => {
  it("is not there, and neither is one that does not exist", async () => {
    await addPayingUser(world, "ada");
    await addUser(world, { id: "eve" });
    for (const id of ["ada_w1", "nowhere"])
      expect(await ask(id, "eve")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    await settled();
    expect(await accessOf(world, "ada")).toBe("locked 0");
  });
});
