import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { countUnsettledEvents, storeEvent } from "~/engine/observe/events.server";
import { type ChildProcesses, openChildProcesses } from "~/engine/testing/child-processes";
import { addUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { releaseJobsOfTheDead } from "~/platform/queue/worker-processes.server";
import { setReadOnly } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";
import { startWorker, type Worker } from "./worker.server";

// Workers that die, stand still or lose their database.

let children: ChildProcesses;
let world: World;
const workers: Worker[] = [];
beforeAll(async () => {
  children = openChildProcesses(await findProgram("app/engine/testing/child-main.ts"));
});
afterAll(() => children.close());
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await world.close();
});

const log = createLog({ level: process.env.TEST_LOG ? "debug" : "silent" });

async function work({ parity = world.another(), stopWithinMs = 8_000 } = {}): Promise<Worker> {
  const { url: databaseUrl, db } = world;
  const worker = await startWorker({
    databaseUrl,
    db,
    parity,
    log,
    concurrency: 2,
    clock: false,
    stopWithinMs,
  });
  workers.push(worker);
  return worker;
}

/** A paying user of whose payment only the event tells. */
async function addPayerWithEvent(): Promise<void> {
  await addUser(world, { id: "ada" });
  const customer = world.sandbox.customers.create({ metadata: { userId: "ada" } });
  world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.army }] });
  const event = { id: "evt_1", type: "customer.subscription.created", created: 1_790_000_000 };
  await storeEvent(world.db, {
    ...event,
    livemode: false,
    accountId: null,
    customerId: customer.id,
    session: null,
    sessionId: null,
  });
}

const countLockedJobs = async () =>
  (await world.db.$queryRaw<unknown[]>`SELECT 1 FROM parity.jobs WHERE locked_by IS NOT NULL`).length;
const hang = () =>
  world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path: "/v1/subscriptions" } });
const letHeartbeatsLapse = () =>
  world.db.$executeRaw`UPDATE parity."WorkerProcess" SET "heartbeatAt" = now() - interval '31 seconds'`;

it("a job whose worker is killed in the middle is taken up by another one (case 29)", async () => {
  const fault = hang();
  const { url, stripeUrl, sandbox } = world;
  const child = await children.start({ url, stripeUrl, secretKey: sandbox.secretKey, task: "work" });
  await addPayerWithEvent();
  await sandbox.control.held.waitForCount(1);
  child.kill();
  await child.ended;
  sandbox.control.clearFaults(fault);
  sandbox.control.held.release();
  // While its last heartbeat is young, it may be alive.
  expect(await releaseJobsOfTheDead(world.db)).toBe(0);
  expect(await countLockedJobs()).toBe(1);

  await letHeartbeatsLapse();
  await work();

  await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
  await expect.poll(() => countUnsettledEvents(world.db)).toBe(0);
  expect(await world.db.change.count()).toBe(1);
});

it("a job that is still running at the end of a shutdown is handed over", async () => {
  const fault = hang();
  const worker = await work({ stopWithinMs: 200 });
  await addPayerWithEvent();
  await world.sandbox.control.held.waitForCount(1);
  workers.length = 0;
  await worker.stop();
  expect(await countLockedJobs()).toBe(0);
  expect(await world.db.workerProcess.count()).toBe(0);

  world.sandbox.control.clearFaults(fault);
  world.sandbox.control.held.release();
  await work();
  await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
});

it("a worker that stood still for long goes on, and its jobs are done once", async () => {
  const fault = hang();
  await work();
  await addPayerWithEvent();
  await world.sandbox.control.held.waitForCount(1);
  await letHeartbeatsLapse();
  // The other one takes the job over, and the first one wakes up in the middle of it.
  await work();
  world.sandbox.control.clearFaults(fault);
  world.sandbox.control.held.release();
  await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
  await expect.poll(() => countUnsettledEvents(world.db)).toBe(0);
  expect(await world.db.change.count()).toBe(1);
});

it("a worker whose database becomes read-only in the middle of a job survives, and finishes it afterwards", async () => {
  const fault = hang();
  await work();
  await addPayerWithEvent();
  await world.sandbox.control.held.waitForCount(1);
  await setReadOnly(world, true);
  world.sandbox.control.clearFaults(fault);
  world.sandbox.control.held.release();
  await expect.poll(() => world.sandbox.requests.counts().total).toBeGreaterThan(0);
  expect(await readAccess(world, "ada")).toBe("locked 0");
  await setReadOnly(world, false);
  await expect.poll(() => readAccess(world, "ada")).toBe("active 5");
  await expect.poll(countLockedJobs).toBe(0);
});
