import { Logger, runOnce } from "graphile-worker";
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countUnsettledEvents, SETTLE_JOB } from "~/engine/observe/events.server";
import { accessOf, addUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { createParity } from "~/facade/create-parity.server";
import type { Parity } from "~/facade/parity.server";
import { refused, routeArgs } from "~/http/testing/request";
import { action } from "./api.stripe.webhook";

const SECRET = "whsec_test_0123456789abcdef";
const { webhooks } = new Stripe("sk_test_unused");

let world: World;
const opened: Parity[] = [];
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  // What still hangs is let go, or closing would wait for it.
  world.sandbox.control.reset();
  await Promise.all(opened.splice(0).map((parity) => parity.close()));
  await world.close();
});

/** The webhook route of an installation. `settleWithinMs` null: a process stays alive, and works on a queue. */
function installation(settleWithinMs: number | null) {
  const options = { configuredAccountId: null, sandbox: false, webhookSecret: SECRET, settleWithinMs };
  const parity = createParity({ ...world.deps, ...options });
  opened.push(parity);
  return async (body: string, signature?: string) => {
    const header = signature ?? webhooks.generateTestHeaderString({ payload: body, secret: SECRET });
    const made = routeArgs("/api/stripe/webhook", {
      method: "POST",
      body,
      headers: { "Stripe-Signature": header },
    });
    Object.assign(made.args.context, { parity });
    const began = performance.now();
    const response = await action(made.args);
    return {
      status: response.status,
      body: await response.json(),
      took: performance.now() - began,
      log: made.lines.join(""),
    };
  };
}

let events = 0;
function anEvent(object: Record<string, unknown>, type = "customer.subscription.created"): string {
  events += 1;
  return JSON.stringify({
    id: `evt_${events}`,
    type,
    created: 1_790_000_000,
    livemode: false,
    data: { object },
  });
}

/** Somebody who has just paid, of whom the database knows nothing at all. */
async function payer(id: string) {
  await addUser(world, { id });
  const customer = world.sandbox.customers.create({ metadata: { userId: id } }).id;
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
  return { customer, event: anEvent({ object: "subscription", id: "sub_1", customer }) };
}

const waitingJobs = async () => {
  const rows = await world.db.$queryRaw<{ key: string }[]>`SELECT key FROM graphile_worker.jobs`;
  return rows.map(({ key }) => key);
};

describe("where a process stays alive", () => {
  it("an event is stored with one job, and its request asks Stripe nothing", async () => {
    const post = installation(null);
    const { customer, event } = await payer("ada");
    expect(await post(event)).toMatchObject({ status: 200, body: { received: true, outcome: "stored" } });
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(await waitingJobs()).toEqual([`settle:${customer}`]);
    expect(world.sandbox.requests.counts().total).toBe(0);
    expect(await accessOf(world, "ada")).toBe("locked 0");
  });
});

describe("where no process stays alive", () => {
  it("the request that stores an event gives access itself, and leaves no job behind", async () => {
    const post = installation(8_000);
    const { event } = await payer("ada");
    const answer = await post(event);
    expect(answer).toMatchObject({ status: 200, body: { received: true, outcome: "stored" } });
    expect(answer.log).toContain('"settled":true');
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await countUnsettledEvents(world.db)).toBe(0);
    expect(await waitingJobs()).toEqual([]);
    const requests = world.sandbox.requests.counts().total;
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(world.sandbox.requests.counts().total).toBe(requests);
  });

  it.each([
    ["subscriptions", "/v1/subscriptions"],
    ["the account", "/v1/account"],
  ])("is acknowledged in time while Stripe hangs over %s; the next tick does the rest", async (_, path) => {
    const post = installation(800);
    const { event } = await payer("ada");
    world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path } });
    const late = await post(event);
    expect(late).toMatchObject({ status: 200, body: { outcome: "stored" } });
    expect(late.took).toBeLessThan(3_000);
    expect(late.log).toContain('"settled":false');
    expect(await accessOf(world, "ada")).toBe("locked 0");

    world.sandbox.control.reset();
    await syncAll(world.parity);
    expect(await countUnsettledEvents(world.db)).toBe(0);
    expect(await accessOf(world, "ada")).toBe("active 5");
  });

  it("is acknowledged when Stripe refuses, and settled when it is sent again", async () => {
    const post = installation(8_000);
    const { event } = await payer("ada");
    world.sandbox.control.addFault({ effect: { type: "error", status: 400 }, times: 1 });
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "stored" } });
    expect(await countUnsettledEvents(world.db)).toBe(1);
    expect(await waitingJobs()).toHaveLength(1);

    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(await countUnsettledEvents(world.db)).toBe(0);
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await waitingJobs()).toEqual([]);
  });

  it("a job that it could not do is there for a worker, should one come", async () => {
    const post = installation(8_000);
    const { event } = await payer("ada");
    world.sandbox.control.addFault({ effect: { type: "error", status: 400 }, times: 1 });
    await post(event);
    const done: unknown[] = [];
    const taskList = { [SETTLE_JOB]: async (payload: unknown) => void done.push(payload) };
    const logger = new Logger(() => () => {});
    await runOnce({ connectionString: world.url, taskList, noHandleSignals: true, logger });
    expect(done).toHaveLength(1);
  });
});

describe("what is not ours", () => {
  it("is acknowledged and not stored: another mode, another type", async () => {
    const post = installation(null);
    const live = JSON.parse(anEvent({ object: "customer", id: "cus_1" }, "customer.updated"));
    for (const event of [
      JSON.stringify({ ...live, livemode: true }),
      anEvent({ object: "payment_intent", id: "pi_1" }, "payment_intent.created"),
    ])
      expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "ignored" } });
    expect(await world.db.stripeEvent.count()).toBe(0);
  });

  it("is refused without Stripe's signature", async () => {
    const post = installation(null);
    const refusal = await refused(post(anEvent({ object: "customer", id: "cus_1" }), "t=1,v1=00"));
    expect(refusal).toMatchObject({ status: 400, body: { error: { code: "bad_signature" } } });
    expect(await world.db.stripeEvent.count()).toBe(0);
  });
});
