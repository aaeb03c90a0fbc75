import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  readAccess,
  type World,
} from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createRouteArgs } from "~/http/testing/request";
import { loader } from "./api.workspace.$workspaceId";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Requests the workspace as this user, from one of the servers. */
async function ask(workspaceId: string, userId: string, parity: Parity = world.parity) {
  const customer = { ok: true, customer: { userId, by: "token" } } as const;
  const { args } = createRouteArgs(
    `/api/workspace/${workspaceId}`,
    { params: { workspaceId } },
    { customer },
  );
  Object.assign(args.context, { parity });
  const response = await loader(args).catch((thrown: unknown) => thrown);
  if (!(response instanceof Response)) throw response;
  return { status: response.status, body: await response.json() };
}

const listSubscriptionReads = () => world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" });

/** Waits for the background work of the request, and returns another server. */
async function finishBackgroundWork(parity: Parity = world.parity): Promise<Parity> {
  await parity.close();
  return world.another();
}

const moveClock = (seconds: number) => world.db.$executeRaw`
  WITH moved AS (UPDATE parity."SyncStatus" SET "observedAt" = "observedAt" - make_interval(secs => ${seconds}::float8)),
    pass AS (UPDATE parity."StripeCustomer" SET "completeAt" = "completeAt" - make_interval(secs => ${seconds}::float8))
  UPDATE parity."UserCheck" SET "checkedAt" = "checkedAt" - make_interval(secs => ${seconds}::float8),
    "failedAt" = "failedAt" - make_interval(secs => ${seconds}::float8),
    "nextCheckAt" = "nextCheckAt" - make_interval(secs => ${seconds}::float8),
    "checkingUntil" = "checkingUntil" - make_interval(secs => ${seconds}::float8)`;

describe("the workspace of a customer who has paid and is locked out", () => {
  it("is returned at once while Stripe is slow, and is unlocked in the background", async () => {
    await addPayingUser(world, "ada");
    await ask("ada_w1", "stranger");
    // Waiting for an answer would end with the state `unavailable`.
    world.sandbox.control.addFault({ effect: { type: "hang" } });
    const first = await ask("ada_w1", "ada");
    expect(first).toMatchObject({
      status: 200,
      body: {
        workspace: { id: "ada_w1", name: "Workspace 1", status: "locked", soldiers: 0 },
        billing: { plan: null, status: null, currentPeriodEnd: null, cancelAtPeriodEnd: false },
        sync: { state: "checking", lastCheckedAt: null },
      },
    });
    const second = await ask("ada_w1", "ada");
    expect(second.body.sync.state).toBe("checking");

    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.control.clearFaults();
    world.sandbox.control.held.release();
    const next = await finishBackgroundWork();

    expect((await ask("ada_w1", "ada", next)).body).toMatchObject({
      workspace: { status: "active", soldiers: 5 },
      billing: { plan: "army", status: "active", cancelAtPeriodEnd: false },
      sync: { state: "fresh", lastCheckedAt: expect.any(String) },
    });
    expect(await world.db.change.findFirst()).toMatchObject({ userId: "ada", actorKind: "workspace" });
  });

  it("is returned while Stripe hangs, and says `unavailable` only after the check has failed", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path: "/v1/account" } });
    const first = await ask("ada_w1", "ada");
    expect(first.body.sync.state).toBe("checking");
    await world.sandbox.control.held.waitForCount(1);
    expect((await ask("ada_w1", "ada", world.another())).body.sync.state).toBe("checking");
    world.sandbox.control.clearFaults();
    world.sandbox.control.addFault({ effect: { type: "error", status: 503, shouldRetry: false } });
    world.sandbox.control.held.release();
    const next = await finishBackgroundWork();
    expect((await ask("ada_w1", "ada", next)).body.sync.state).toBe("unavailable");
  });

  it("is checked by one server at a time", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.setLatency(100);
    const servers = [world.parity, world.another(), world.another()];
    await Promise.all(servers.map((server) => ask("ada_w1", "ada", server)));
    await Promise.all(servers.map((server) => server.close()));
    expect(listSubscriptionReads()).toHaveLength(1);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.change.count()).toBe(1);
  });
});

describe("how often Stripe is read", () => {
  it("in sync: again after 15 minutes", async () => {
    await addSyncedUser(world, "ada");
    world.sandbox.requests.clear();
    await moveClock(14 * 60);
    expect((await ask("ada_w1", "ada")).body.sync.state).toBe("fresh");
    const next = await finishBackgroundWork();
    expect(listSubscriptionReads()).toHaveLength(0);
    await moveClock(2 * 60);
    expect((await ask("ada_w1", "ada", next)).body.sync.state).toBe("checking");
    await finishBackgroundWork(next);
    expect(listSubscriptionReads()).toHaveLength(1);
  });

  it("locked: at most every 30 seconds", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: null } });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    world.sandbox.requests.clear();
    await moveClock(29);
    await ask("ada_w1", "ada");
    const next = await finishBackgroundWork();
    expect(listSubscriptionReads()).toHaveLength(0);
    await moveClock(2);
    await ask("ada_w1", "ada", next);
    await finishBackgroundWork(next);
    expect(listSubscriptionReads().length).toBeGreaterThan(0);
  });

  it("after failures: less and less often, and after a success at the normal rate", async () => {
    const { db } = world;
    await addPayingUser(world, "ada");
    const fault = world.sandbox.control.addFault({
      effect: { type: "error", status: 503, shouldRetry: false },
    });
    const waits: number[] = [];
    let server = world.parity;
    for (let n = 0; n < 8; n += 1) {
      await ask("ada_w1", "ada", server);
      server = await finishBackgroundWork(server);
      const [row] = await db.$queryRaw<{ wait: number }[]>`
        SELECT round(extract(epoch FROM "nextCheckAt" - "failedAt"))::float8 AS wait FROM parity."UserCheck"`;
      waits.push(row?.wait ?? 0);
      await moveClock(1_801);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800]);
    world.sandbox.control.clearFaults(fault);
    await ask("ada_w1", "ada", server);
    await finishBackgroundWork(server);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await db.userCheck.findUnique({ where: { userId: "ada" } })).toMatchObject({
      failures: 0,
      failure: null,
    });
  });
});

describe("another user's workspace", () => {
  it("is not found, and neither is one that does not exist", async () => {
    await addPayingUser(world, "ada");
    await addUser(world, { id: "eve" });
    for (const id of ["ada_w1", "nowhere"])
      expect(await ask(id, "eve")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    await finishBackgroundWork();
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});
