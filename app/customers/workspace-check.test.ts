import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPayingUser, createWorld, readAccess, WORKSPACE, type World } from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const MANY = 10;
const userIds = [...Array(MANY).keys()].map((n) => `user${n}`);

const addPayers = async () => {
  for (const id of userIds) await addPayingUser(world, id);
};
const readStates = () =>
  Promise.all(
    userIds.map(async (userId) => {
      const answer = await world.parity.workspace.answer({ workspaceId: `${userId}_w1`, userId });
      return answer?.sync.state;
    }),
  );
const countWaiting = () => world.db.userCheck.count({ where: { queuedAt: { not: null } } });
const countOpen = () => world.db.workspace.count({ where: { status: "active" } });

describe("a burst of paid customers who open their workspaces in the same second (case 23)", () => {
  it("is checked whole, each once, and says `checking` only about who waits or runs", async () => {
    await addPayers();
    // None is done before all were asked about, however slow this machine is.
    const fault = world.sandbox.control.addFault({ effect: { type: "hang" } });
    for (const userId of userIds) world.parity.workspace.checkInBackground(userId);
    await expect.poll(countWaiting).toBe(MANY);
    expect(new Set(await readStates())).toEqual(new Set(["checking"]));
    world.sandbox.control.clearFaults(fault);
    world.sandbox.control.held.release();
    await expect.poll(countOpen).toBe(MANY);
    await expect.poll(countWaiting).toBe(0);
    expect(new Set(await readStates())).toEqual(new Set(["fresh"]));
    const reads = world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" });
    expect(reads).toHaveLength(MANY);
  });

  it("outlives the process that it came to: another one makes what is left", async () => {
    await addPayers();
    const another = world.another();
    world.sandbox.control.addFault({ effect: { type: "hang" } });
    for (const userId of userIds) world.parity.workspace.checkInBackground(userId);
    await expect.poll(countWaiting).toBe(MANY);
    // The first process is gone in the middle: nothing ends its checks, and their leases run out.
    await world.sandbox.control.held.waitForCount(1);
    world.sandbox.control.clearFaults();
    await world.db.$executeRaw`UPDATE parity."UserCheck" SET "checkingUntil" = now() - interval '1 second'`;
    await another.workspace.makeWaitingChecks(60_000);
    expect(await countOpen()).toBe(MANY);
    expect(await countWaiting()).toBe(0);
    world.sandbox.control.held.release();
  });
});

it("a check that ends while its state is read never answers that nothing is to wait for beside a locked workspace", async () => {
  await addPayingUser(world, "ada");
  let answer: ReturnType<typeof world.parity.workspace.answer> | undefined;
  await world.db.$transaction(async (tx) => {
    await tx.$executeRaw`LOCK TABLE parity."UserCheck" IN ACCESS EXCLUSIVE MODE`;
    answer = world.parity.workspace.answer({ workspaceId: "ada_w1", userId: "ada" });
    await expect
      .poll(
        () => tx.$queryRaw`SELECT 1 AS waits FROM pg_locks l
        WHERE NOT l.granted AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
      )
      .toEqual([{ waits: 1 }]);
    await tx.$executeRaw`UPDATE app."Workspace" SET status = 'active', soldiers = 5 WHERE "ownerId" = 'ada'`;
    await tx.$executeRaw`INSERT INTO parity."UserCheck" ("userId", "checkedAt", "nextCheckAt") VALUES ('ada', now(), now() + interval '30 seconds')`;
  });
  expect(await answer).toMatchObject({ workspace: { status: "active", seats: 5 } });
});

it("a workspace that is made after its owner was checked is checked at once by its page, and only once when that does not help", async () => {
  await addPayingUser(world, "ada", { workspaces: [] });
  const page = () => world.parity.workspace.page({ workspaceId: "new", userId: "ada" });
  const addWorkspace = () =>
    world.db.$executeRaw`INSERT INTO app."Workspace" (id, "ownerId", name) VALUES ('new', 'ada', 'New')`;
  world.parity.workspace.checkInBackground("ada");
  await expect
    .poll(() => world.db.userCheck.findFirst())
    .toMatchObject({ queuedAt: null, checkedAt: expect.any(Date) });
  await addWorkspace();
  expect(await page()).toMatchObject({ checking: true, subscription: { access: "yes" } });
  const another = world.another();
  await world.db.$executeRaw`ALTER TABLE app."Workspace" ADD CONSTRAINT never CHECK (status <> 'active')`;
  another.workspace.checkInBackground("ada");
  await another.workspace.settle();
  expect(await page()).toMatchObject({ checking: false, workspace: { status: "locked" } });
  await world.db.$executeRaw`ALTER TABLE app."Workspace" DROP CONSTRAINT never`;
  await another.syncUser({ userId: "ada", actor: WORKSPACE });
  expect(await page()).toMatchObject({ checking: false, workspace: { status: "active", seats: 5 } });
});

it("a check that breaks leaves the queue, and the next one comes later", async () => {
  await addPayingUser(world, "ada");
  await world.db.$executeRaw`ALTER TABLE parity."StripeCustomer" RENAME TO "Away"`;
  world.parity.workspace.checkInBackground("ada");
  await expect
    .poll(() => world.db.userCheck.findFirst())
    .toMatchObject({
      queuedAt: null,
      failure: "internal_error",
    });
  await world.db.$executeRaw`ALTER TABLE parity."Away" RENAME TO "StripeCustomer"`;
  expect(await readAccess(world, "ada")).toBe("locked 0");
});

it("without users that wait there is nothing to do", async () => {
  await world.parity.workspace.makeWaitingChecks(5_000);
  expect(await world.db.userCheck.count()).toBe(0);
});

it("a user who is deleted while waiting leaves the queue", async () => {
  await addPayingUser(world, "ada");
  await world.db.$executeRaw`INSERT INTO parity."UserCheck" ("userId", "queuedAt") VALUES ('gone', now())`;
  await world.parity.workspace.makeWaitingChecks(5_000);
  expect(await countWaiting()).toBe(0);
});
