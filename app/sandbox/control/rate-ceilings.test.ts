import { describe, expect, it } from "vitest";
import { refusal, startSandbox } from "~/sandbox/testing/sandbox";
import { RateCeilings } from "./rate-ceilings";

function ceilings(limits: RateCeilings["limits"]) {
  let now = 0;
  const made = new RateCeilings(() => now);
  made.configure(limits);
  const ask = (endpoint: string) => {
    const reason = made.enter(endpoint);
    if (reason === undefined) made.leave(endpoint);
    return reason;
  };
  const asked = (endpoint: string, times: number) => Array.from({ length: times }, () => ask(endpoint));
  return { made, ask, asked, advance: (ms: number) => (now += ms) };
}

const allowed = (answers: (string | undefined)[]) => answers.filter((reason) => reason === undefined).length;

describe("rate ceilings", () => {
  it("let everything through when none is set", () => {
    expect(allowed(ceilings({}).asked("GET /a", 1_000))).toBe(1_000);
  });

  it("let an endpoint's rate through each second, and name the reason for the rest", () => {
    const { ask, asked, advance } = ceilings({ endpointPerSecond: 25 });
    expect(allowed(asked("GET /a", 40))).toBe(25);
    expect(ask("GET /a")).toBe("endpoint-rate");
    expect(ask("GET /b")).toBeUndefined();
    advance(1_000);
    expect(allowed(asked("GET /a", 40))).toBe(25);
    advance(100);
    expect(allowed(asked("GET /a", 40))).toBe(2);
  });

  it("count all endpoints together", () => {
    const { ask, asked } = ceilings({ globalPerSecond: 10 });
    expect(allowed(asked("GET /a", 6)) + allowed(asked("GET /b", 6))).toBe(10);
    expect(ask("GET /c")).toBe("global-rate");
  });

  it("hold the burst apart from the rate", () => {
    const { asked, advance } = ceilings({ endpointPerSecond: 20, burst: 2 });
    expect(allowed(asked("GET /a", 10))).toBe(2);
    advance(50);
    expect(allowed(asked("GET /a", 10))).toBe(1);
  });

  it("count what is in flight", () => {
    const { made } = ceilings({ endpointConcurrency: 1, globalConcurrency: 2 });
    expect(made.enter("GET /a")).toBeUndefined();
    expect(made.enter("GET /a")).toBe("endpoint-concurrency");
    expect(made.enter("GET /b")).toBeUndefined();
    expect(made.enter("GET /c")).toBe("global-concurrency");
    made.leave("GET /a");
    expect(made.enter("GET /a")).toBeUndefined();
  });

  it("are answered as Stripe does, different ids of an endpoint together", async () => {
    const { sandbox, stripe } = await startSandbox({ limits: { endpointPerSecond: 1 } });
    const ann = sandbox.customers.create();
    const bob = sandbox.customers.create();
    await stripe.customers.retrieve(ann.id);
    const error = await refusal(stripe.customers.retrieve(bob.id));
    expect(error).toMatchObject({ statusCode: 429, code: "rate_limit" });
    expect(error.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-rate");
    await stripe.customers.list();
  });

  it("count requests that hang as in flight, and let go of those that broke", async () => {
    const { sandbox, stripe } = await startSandbox({ limits: { endpointConcurrency: 1 } });
    sandbox.control.addFault({ effect: { type: "hang" }, times: 1 });
    const held = stripe.customers.list();
    await sandbox.control.held.reached(1);
    const error = await refusal(stripe.customers.list());
    expect(error.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-concurrency");
    sandbox.control.held.release();
    await held;
    sandbox.control.addFault({ effect: { type: "cut" }, times: 1 });
    await refusal(stripe.customers.list());
    await stripe.customers.list();
  });
});
