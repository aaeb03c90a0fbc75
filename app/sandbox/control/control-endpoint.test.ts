import { describe, expect, it } from "vitest";
import { addCatalogue, catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const command = async (body: unknown) => {
    const response = await fetch(`${parts.listening.url}/_sandbox/control`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const read = async (what: string) => (await fetch(`${parts.listening.url}/_sandbox/${what}`)).json();
  return { ...parts, command, read };
}

describe("the control endpoint", () => {
  it("adds and removes faults", async () => {
    const { stripe, command } = await start();
    const { body } = await command({ faults: [{ effect: { type: "error", status: 503 } }] });
    expect(body.faults).toEqual(["fault_1"]);
    expect(await catchStripeError(stripe.customers.list())).toMatchObject({ statusCode: 503 });
    await command({ clearFaults: "fault_1" });
    await stripe.customers.list();
  });

  it("moves the clock", async () => {
    const { sandbox, command, read } = await start();
    await command({ clock: { advance: 60 } });
    expect(sandbox.clock.now()).toBe(TEST_NOW + 60);
    await command({ clock: { set: 1_900_000_000 } });
    expect(await read("state")).toMatchObject({ now: 1_900_000_000 });
  });

  it("sets latency and rate limits, and resets everything except the clock", async () => {
    const { command, read } = await start();
    await command({ latency: { ms: [1, 2] }, limits: { endpointPerSecond: 25, globalPerSecond: 100 } });
    expect(await read("state")).toMatchObject({ latency: { ms: [1, 2] }, limits: { endpointPerSecond: 25 } });
    await command({ reset: true });
    expect(await read("state")).toMatchObject({ latency: { ms: 0 }, limits: {}, faults: [] });
  });

  it("releases hanging requests", async () => {
    const { sandbox, stripe, command } = await start();
    sandbox.control.addFault({ effect: { type: "hang" }, times: 1 });
    const call = stripe.customers.list();
    await sandbox.control.held.waitForCount(1);
    await command({ release: true });
    await call;
  });

  it("sets any status", async () => {
    const { sandbox, stripe, command } = await start();
    const { army } = addCatalogue(sandbox);
    const customer = sandbox.customers.create();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    await command({ setStatus: { subscription: id, status: "dormant" } });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "dormant" });
    expect(await command({ setStatus: { subscription: "sub_none", status: "x" } })).toMatchObject({
      status: 404,
    });
  });

  it("shows the state and the requests, without its own", async () => {
    const { sandbox, stripe, command, read } = await start();
    sandbox.customers.create();
    await stripe.customers.list();
    expect(await read("state")).toMatchObject({
      account: "acct_sandboxParity",
      customers: 1,
      subscriptions: 0,
    });
    expect(await read("requests")).toMatchObject({
      counts: { total: 1 },
      requests: [{ path: "/v1/customers" }],
    });
    await command({ clearRequests: true });
    expect(await read("requests")).toMatchObject({ counts: { total: 0 }, requests: [] });
  });

  it("rejects unknown commands without applying anything", async () => {
    const { sandbox, command, listening } = await start();
    expect(await command({ clock: { advance: 60 }, explode: true })).toMatchObject({ status: 400 });
    expect(await command({ faults: [{ effect: { type: "meteor" } }] })).toMatchObject({ status: 400 });
    expect(sandbox.clock.now()).toBe(TEST_NOW);
    expect((await fetch(`${listening.url}/_sandbox/other`)).status).toBe(404);
  });
});
