import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  addPayingUser,
  CRON,
  createWorld,
  readRowVersions,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createSandbox, type SandboxOptions } from "~/sandbox/sandbox";

let world: World;

beforeEach(async () => {
  world = await createWorld({
    secretKeys: ["sk_test_mine", "sk_live_mine"],
    restrictedKeys: ["rk_test_mine"],
  });
});
afterEach(() => world.close());

/** Another account than the one that the database belongs to. */
async function otherStripe(options: SandboxOptions) {
  const sandbox = createSandbox(options);
  const listening = await sandbox.listen();
  onTestFinished(() => listening.close());
  return { sandbox, apiBase: listening.url };
}

/** Nothing is written by a person, by a run, or by a workspace request; and what it says. */
async function readRefusal(parity: Parity) {
  const before = await readRowVersions(world);
  const synced = await parity.syncUser({ userId: "ada", actor: STAFF });
  const { run } = await parity.runs.apply({ actor: CRON });
  const stepped = await parity.runs.step(run.id, 10_000);
  expect(synced).toMatchObject({ outcome: "failed" });
  expect(await readRowVersions(world)).toEqual(before);
  expect(await world.db.change.count()).toBe(0);
  return { message: synced?.message, state: stepped.state, reason: stepped.reason };
}

describe("nothing is written, and the reason is reported,", () => {
  beforeEach(async () => {
    await addPayingUser(world, "ada");
    await world.parity.checkUser({ userId: "ada", actor: STAFF });
  });

  it("with a key of another account", async () => {
    const { sandbox, apiBase } = await otherStripe({ accountId: "acct_other" });
    const refusal = await readRefusal(world.another({ apiBase, secretKey: sandbox.secretKey }));
    expect(refusal).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("acct_other"),
    });
    expect(refusal.message).toContain("acct_other");
  });

  it("with a key of the other mode", async () => {
    const refusal = await readRefusal(world.another({ secretKey: "sk_live_mine" }));
    expect(refusal).toMatchObject({ state: "failed", reason: expect.stringContaining("(live)") });
  });

  it("with a key that Stripe refuses", async () => {
    const refusal = await readRefusal(world.another({ secretKey: "sk_test_revoked" }));
    expect(refusal).toMatchObject({ state: "failed", reason: expect.stringContaining("STRIPE_SECRET_KEY") });
  });

  it("with a restricted key that names no account, until STRIPE_ACCOUNT_ID does", async () => {
    world.sandbox.control.addFault({
      effect: { type: "error", status: 403, message: "Not allowed" },
      match: { path: "/v1/account" },
    });
    const refusal = await readRefusal(world.another({ secretKey: "rk_test_mine" }));
    expect(refusal).toMatchObject({ state: "failed", reason: expect.stringContaining("STRIPE_ACCOUNT_ID") });
    const told = world.another({ secretKey: "rk_test_mine", configuredAccountId: world.sandbox.accountId });
    expect(await told.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
  });

  it("while Stripe cannot say which account it is; the run pauses, and resumes later", async () => {
    const fault = world.sandbox.control.addFault({
      effect: { type: "error", status: 503, shouldRetry: false },
      match: { path: "/v1/account" },
    });
    const parity = world.another();
    const refusal = await readRefusal(parity);
    expect(refusal).toMatchObject({ state: "running", reason: expect.stringContaining("no connection") });
    world.sandbox.control.clearFaults(fault);
    expect(await syncAll(parity)).toMatchObject({ state: "done", synced: 1 });
  });
});

describe("the account", () => {
  it("of a restricted key is read from the error message that names it", async () => {
    await addPayingUser(world, "ada");
    const restricted = world.another({ secretKey: "rk_test_mine" });
    expect(await restricted.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    const { binding } = await world.parity.settings.get();
    expect(binding).toMatchObject({ accountId: world.sandbox.accountId, livemode: false });
  });

  it("is requested once, not with every sync", async () => {
    await addPayingUser(world, "ada");
    for (let n = 0; n < 3; n += 1) await world.parity.syncUser({ userId: "ada", actor: STAFF });
    expect(world.sandbox.requests.list({ endpoint: "GET /v1/account" })).toHaveLength(1);
  });

  it("binds the database once, even when two processes with different accounts start at the same time", async () => {
    await addPayingUser(world, "ada");
    const { sandbox, apiBase } = await otherStripe({ accountId: "acct_other" });
    const other = world.another({ apiBase, secretKey: sandbox.secretKey });
    const outcomes = await Promise.all(
      [world.another(), other, world.another()].map((one) => one.syncUser({ userId: "ada", actor: STAFF })),
    );
    const { binding } = await world.parity.settings.get();
    const [mine, others] = [outcomes[0], outcomes[1]];
    const isOthers = binding?.accountId === "acct_other";
    expect((isOthers ? mine : others)?.message).toContain(binding?.accountId);
    expect(await world.db.settingChange.count({ where: { key: "binding" } })).toBe(1);
  });
});

describe("a run over known subscriptions", () => {
  /** The same account as far as it says, with only some of the known subscriptions in it. */
  async function accountWith(subscriptions: { customerId: string; subscriptionId: string }[]) {
    const { sandbox, apiBase } = await otherStripe({ accountId: world.sandbox.accountId });
    const product = sandbox.products.create({ name: "Plans" });
    const price = sandbox.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: 20_000,
      recurring: { interval: "year" },
      lookup_key: "army_yearly",
    });
    for (const { customerId, subscriptionId } of subscriptions) {
      sandbox.customers.create({ id: customerId });
      const items = [{ price: price.id }];
      sandbox.subscriptions.create({ id: subscriptionId, customer: customerId, items, status: "canceled" });
    }
    return world.another({ apiBase, secretKey: sandbox.secretKey });
  }

  it.each([
    [17, "failed"],
    [18, "done"],
  ])("needs nine of ten to be listed: with %i of 20 it is %s", async (many, state) => {
    const made: { customerId: string; subscriptionId: string }[] = [];
    for (let n = 0; n < 20; n += 1) made.push(await addPayingUser(world, `user${n}`));
    await syncAll(world.parity);
    const before = await readRowVersions(world);
    const run = await syncAll(await accountWith(made.slice(0, many)));
    expect(run.state).toBe(state);
    if (state === "done") return;
    expect(run.reason).toMatch(/^Only 17 of 20 known subscriptions/);
    expect(await readRowVersions(world)).toEqual(before);
  });
});
