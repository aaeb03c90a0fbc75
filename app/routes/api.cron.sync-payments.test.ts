import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPayingUser, addSyncedUser, addUser, createWorld, type World } from "~/engine/testing/world";
import { createRouteArgs } from "~/http/testing/request";
import { action, loader } from "./api.cron.sync-payments";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const SECRET = "the-cron-secret";

/** Calls the route as the scheduler does. */
async function call({
  search = "",
  secret = SECRET,
  method = "GET",
  cronSecret = SECRET as string | null,
} = {}) {
  const headers = secret === "" ? new Headers() : new Headers({ Authorization: `Bearer ${secret}` });
  const { args } = createRouteArgs(`/api/cron/sync-payments${search}`, { method, headers }, { cronSecret });
  Object.assign(args.context, { parity: world.parity });
  const response = await (method === "GET" ? loader(args) : action(args)).catch((thrown: unknown) => thrown);
  if (!(response instanceof Response)) throw response;
  return { status: response.status, body: await response.json() };
}

describe("a cron request", () => {
  it.each(["GET", "POST"])("by %s is answered with all counts", async (method) => {
    await addPayingUser(world, "paid");
    await addSyncedUser(world, "fine");
    const odd = await addPayingUser(world, "odd");
    world.sandbox.subscriptions.setStatus(odd.subscriptionId, "dozing");
    await addUser(world, { id: "unpaid" });

    const { status, body } = await call({ method });

    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      done: true,
      syncedCount: 1,
      skippedCount: 2,
      reviewCount: 1,
      failedCount: 0,
      notChecked: 0,
      total: 4,
      scope: "full",
      runId: expect.any(String),
      durationMs: expect.any(Number),
      stripeRequests: 2,
    });
  });

  it.each(["?scope=full", "?reach=full"])("reads everything with %s", async (search) => {
    expect((await call()).body).toMatchObject({ scope: "full" });
    expect((await call()).body).toMatchObject({ scope: "incremental" });
    expect((await call({ search })).body).toMatchObject({ scope: "full", success: true });
  });

  it("is not reported as a success if a user failed", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    world.sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { path: "/v1/subscriptions", query: { customer: customerId } },
    });
    expect(await call()).toMatchObject({
      status: 200,
      body: { success: false, done: true, failedCount: 1, total: 1 },
    });
  });

  it("that runs out of budget is continued by the next one", async () => {
    for (const id of ["ada", "bob"]) await addPayingUser(world, id);
    world.sandbox.control.addFault({
      effect: { type: "latency", ms: 1_100 },
      match: { path: "/v1/subscriptions" },
    });
    const first = await call({ search: "?budget=1" });
    expect(first).toMatchObject({
      status: 200,
      body: { success: false, done: false, notChecked: 2, total: 2, syncedCount: 0 },
    });
    world.sandbox.control.clearFaults();
    const second = await call();
    expect(second.body).toMatchObject({ success: true, done: true, runId: first.body.runId, syncedCount: 2 });
    // The first call reads half and gives up; a retry and the second call read the rest.
    expect(world.sandbox.requests.counts().total).toBeLessThanOrEqual(4);
  });

  it("during another one reports that, and does nothing twice", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({
      effect: { type: "hang" },
      match: { path: "/v1/subscriptions" },
      times: 1,
    });
    const first = call();
    await world.sandbox.control.held.waitForCount(1);
    expect(await call()).toMatchObject({
      status: 200,
      body: { alreadyRunning: true, done: false, success: false, syncedCount: 0, notChecked: 1, total: 1 },
    });
    world.sandbox.control.held.release();
    expect((await first).body).toMatchObject({ success: true, syncedCount: 1 });
    expect(await world.db.change.count()).toBe(1);
  });

  it("is answered with 500 and the reason if the run fails", async () => {
    await addPayingUser(world, "ada");
    world.sandbox.control.addFault({ effect: { type: "forbidden" }, match: { path: "/v1/subscriptions" } });
    expect(await call()).toMatchObject({
      status: 500,
      body: {
        success: false,
        done: true,
        reason: expect.stringMatching(/^forbidden/),
        notChecked: 1,
        total: 1,
      },
    });
  });

  it("is answered with 500 and the reason if the Stripe account is another one", async () => {
    await addSyncedUser(world, "ada");
    const { binding } = await world.parity.settings.get();
    await world.db.setting.update({
      where: { key: "binding" },
      data: { value: { ...binding, accountId: "acct_ours" } },
    });
    expect(await call()).toMatchObject({
      status: 500,
      body: { success: false, reason: expect.stringContaining("acct_ours") },
    });
  });
});

describe("an invalid cron request", () => {
  it.each([
    ["with a wrong secret", { secret: "guess" }, 401, "bad_secret"],
    ["with no secret", { secret: "" }, 401, "bad_secret"],
    ["where no secret is set", { cronSecret: null }, 503, "not_configured"],
    ["with a budget that is not a number", { search: "?budget=soon" }, 400, "bad_search"],
    ["with a budget above the maximum", { search: "?budget=99999" }, 400, "bad_search"],
  ])("%s is rejected, and nothing runs", async (_, how, status, code) => {
    expect(await call(how)).toMatchObject({ status, body: { error: { code } } });
    expect(await world.db.run.count()).toBe(0);
  });
});

describe("a cron request, where the host ends each request after a while", () => {
  it.each([
    ["works as long as the host allows", "", 45],
    ["is cut when it asks for more", "?budget=300", 45],
    ["works shorter when it asks for less", "?budget=10", 10],
  ])("%s", async (_, search, seconds) => {
    const headers = { Authorization: `Bearer ${SECRET}` };
    const { args } = createRouteArgs(
      `/api/cron/sync-payments${search}`,
      { headers },
      { cronSecret: SECRET, workSeconds: 45 },
    );
    const given: number[] = [];
    const runs = {
      cron: async ({ budgetMs }: { budgetMs: number }) => {
        given.push(budgetMs);
        return { success: true, done: true };
      },
    };
    Object.assign(args.context, { parity: { runs, catchUp: async () => {} } });
    await loader(args);
    expect(given).toEqual([seconds * 1_000]);
  });
});
