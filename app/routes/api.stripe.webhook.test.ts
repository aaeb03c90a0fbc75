import { Logger, runOnce } from "graphile-worker";
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countUnsettledEvents, SYNC_CUSTOMER_JOB } from "~/engine/observe/events.server";
import { addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import { createRouteArgs, readErrorResponse } from "~/http/testing/request";
import type { SenderOptions } from "~/stripe/permissions/watched-sender.server";
import { createStripeReader } from "~/stripe/reader.server";
import { action } from "./api.stripe.webhook";

const SECRET = "whsec_test_0123456789abcdef";
const { webhooks } = new Stripe("sk_test_unused");

let world: World;
const opened: Parity[] = [];
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  // Release hanging requests; otherwise closing would wait for them.
  world.sandbox.control.reset();
  await Promise.all(opened.splice(0).map((parity) => parity.close()));
  await world.close();
});

/** No test lasts as long: what waits for a request that hangs never ends. */
const PATIENT = { interactive: 3_600_000, background: 3_600_000 };

/** Returns the webhook route of an installation. `settleWithinMs` null: a worker processes the queue. */
function createWebhook(settleWithinMs: number | null, timeouts?: SenderOptions["timeouts"]) {
  const { secretKey } = world.sandbox;
  const stripe = createStripeReader({ secretKey, apiBase: world.stripeUrl, ...world.sending, timeouts });
  const options = { configuredAccountId: null, sandbox: false, webhookSecret: SECRET, settleWithinMs };
  const parity = createParity({ ...world.deps, stripe, ...options });
  opened.push(parity);
  return async (body: string, signature?: string) => {
    const header = signature ?? webhooks.generateTestHeaderString({ payload: body, secret: SECRET });
    const made = createRouteArgs("/api/stripe/webhook", {
      method: "POST",
      body,
      headers: { "Stripe-Signature": header },
    });
    Object.assign(made.args.context, { parity });
    const response = await action(made.args);
    return {
      status: response.status,
      body: await response.json(),
      log: made.lines.join(""),
    };
  };
}

let events = 0;
function buildEvent(object: Record<string, unknown>, type = "customer.subscription.created"): string {
  events += 1;
  return JSON.stringify({
    id: `evt_${events}`,
    type,
    created: 1_790_000_000,
    livemode: false,
    data: { object },
  });
}

/** Adds a user who has just paid in Stripe; nothing is stored about the user yet. */
async function addPayer(id: string) {
  await addUser(world, { id });
  const customer = world.sandbox.customers.create({ metadata: { userId: id } }).id;
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
  return { customer, event: buildEvent({ object: "subscription", id: "sub_1", customer }) };
}

const listJobKeys = async () => {
  const rows = await world.db.$queryRaw<{ key: string }[]>`SELECT key FROM parity.jobs`;
  return rows.map(({ key }) => key);
};

describe("where a process stays alive", () => {
  it("an event is stored with one job, and its request does not call Stripe", async () => {
    const post = createWebhook(null);
    const { customer, event } = await addPayer("ada");
    expect(await post(event)).toMatchObject({ status: 200, body: { received: true, outcome: "stored" } });
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(await listJobKeys()).toEqual([`settle:${customer}`]);
    expect(world.sandbox.requests.counts().total).toBe(0);
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });
});

describe("where no process stays alive", () => {
  it("the request that stores an event grants access itself, and leaves no job", async () => {
    const post = createWebhook(8_000);
    const { event } = await addPayer("ada");
    const answer = await post(event);
    expect(answer).toMatchObject({ status: 200, body: { received: true, outcome: "stored" } });
    expect(answer.log).toContain('"settled":true');
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await countUnsettledEvents(world.db)).toBe(0);
    expect(await listJobKeys()).toEqual([]);
    // The account once, and the customer once.
    const { total: requests, byEndpoint } = world.sandbox.requests.counts();
    expect(byEndpoint).toEqual({ "GET /v1/account": 1, "GET /v1/subscriptions": 1 });
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(world.sandbox.requests.counts().total).toBe(requests);
  });

  it.each([
    ["subscriptions", "/v1/subscriptions"],
    ["the account", "/v1/account"],
  ])(
    "an event is acknowledged in time if Stripe hangs on %s; the next run does the rest",
    async (_, path) => {
      const post = createWebhook(800, PATIENT);
      const { event } = await addPayer("ada");
      world.sandbox.control.addFault({ effect: { type: "hang" }, match: { path } });
      const late = await post(event);
      expect(late).toMatchObject({ status: 200, body: { outcome: "stored" } });
      expect(late.log).toContain('"settled":false');
      expect(await readAccess(world, "ada")).toBe("locked 0");

      world.sandbox.control.reset();
      await syncAll(world.parity);
      expect(await countUnsettledEvents(world.db)).toBe(0);
      expect(await readAccess(world, "ada")).toBe("active 5");
    },
  );

  it("an event is acknowledged if Stripe rejects a request, and processed when it is sent again", async () => {
    const post = createWebhook(8_000);
    const { event } = await addPayer("ada");
    world.sandbox.control.addFault({ effect: { type: "error", status: 400 }, times: 1 });
    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "stored" } });
    expect(await countUnsettledEvents(world.db)).toBe(1);
    expect(await listJobKeys()).toHaveLength(1);

    expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(await countUnsettledEvents(world.db)).toBe(0);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await listJobKeys()).toEqual([]);
  });

  it("a job that failed stays in the queue for a worker", async () => {
    const post = createWebhook(8_000);
    const { event } = await addPayer("ada");
    world.sandbox.control.addFault({ effect: { type: "error", status: 400 }, times: 1 });
    await post(event);
    const done: unknown[] = [];
    const taskList = { [SYNC_CUSTOMER_JOB]: async (payload: unknown) => void done.push(payload) };
    const logger = new Logger(() => () => {});
    await runOnce({ connectionString: world.url, schema: "parity", taskList, noHandleSignals: true, logger });
    expect(done).toHaveLength(1);
  });
});

describe("a foreign event", () => {
  it("is acknowledged and not stored: another mode, another type", async () => {
    const post = createWebhook(null);
    const live = JSON.parse(buildEvent({ object: "customer", id: "cus_1" }, "customer.updated"));
    for (const event of [
      JSON.stringify({ ...live, livemode: true }),
      buildEvent({ object: "payment_intent", id: "pi_1" }, "payment_intent.created"),
    ])
      expect(await post(event)).toMatchObject({ status: 200, body: { outcome: "ignored" } });
    expect(await world.db.stripeEvent.count()).toBe(0);
  });

  it("is rejected without Stripe's signature", async () => {
    const post = createWebhook(null);
    const errorResponse = await readErrorResponse(
      post(buildEvent({ object: "customer", id: "cus_1" }), "t=1,v1=00"),
    );
    expect(errorResponse).toMatchObject({ status: 400, body: { error: { code: "bad_signature" } } });
    expect(await world.db.stripeEvent.count()).toBe(0);
  });
});
