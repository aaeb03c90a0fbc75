import { afterEach, beforeEach, expect, it } from "vitest";
import { DEFAULT_GATES, findCheckState } from "~/engine/observe/user-checks.server";
import {
  addManyPayingUsers,
  addPayingUser,
  addUser,
  createWorld,
  readAccess,
  STAFF,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";
import { createParity, type Parity } from "~/facade/parity.server";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** What the dashboard's buttons do: drives a run in short steps. Its pages and how often a step was needed. */
async function drive(parity: Parity, runId: string) {
  for (let steps = 1; ; steps += 1) {
    const run = await parity.runs.step(runId, 300);
    if (run.state !== "running") return { run, steps };
    expect(run.reason, "slow is not down").toBeNull();
    expect(steps).toBeLessThan(60);
  }
}

it("with Stripe slower than a step “Read Stripe first” and “Sync all” make progress and end (case 22)", async () => {
  await addManyPayingUsers(world, 40);
  // Each answer takes longer than a whole step.
  world.sandbox.control.setLatency(1_100);
  const preview = await world.parity.runs.preview({ actor: STAFF, readStripe: true });
  expect((await drive(world.parity, preview.id)).run).toMatchObject({ state: "done", observed: 40 });
  const { run } = await world.parity.runs.apply({ actor: STAFF });
  expect((await drive(world.parity, run.id)).run).toMatchObject({ state: "done", synced: 40, failed: 0 });
});

it("with Stripe at a second an answer every caller works, slower (case 22)", async () => {
  const checkout = createCheckoutClient({
    checkoutKey: world.sandbox.secretKey,
    apiBase: world.stripeUrl,
    ...world.sending,
  });
  const parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  const { customerId } = await addPayingUser(world, "hook");
  for (const id of ["button", "visitor", "payer"]) await addPayingUser(world, id);
  await addUser(world, { id: "buyer" });
  const order = { planId: "army", successUrl: "https://app.test/", cancelUrl: "https://app.test/" };
  world.sandbox.control.setLatency(1_000);
  const [button, visitor, payer, buyer] = await Promise.all([
    parity.syncUser({ userId: "button", actor: STAFF }),
    parity.syncUser({ userId: "visitor", actor: WORKSPACE }),
    parity.checkout.sync({ userId: "payer", sessionId: null }),
    parity.checkout.start({ userId: "buyer", workspaceId: "buyer_w1", ...order }),
    parity.events.settle({ customerId }),
  ]);
  expect(button).toMatchObject({ outcome: "synced" });
  expect(visitor).toMatchObject({ outcome: "synced" });
  expect(payer).toMatchObject({ state: "done" });
  expect(buyer).toMatchObject({ ok: true });
  expect(await readAccess(world, "hook")).toBe("active 5");
  await parity.close();
});

it("with Stripe slower than a person waits, background work goes on and the button says so (case 22)", async () => {
  const { customerId } = await addPayingUser(world, "ada");
  await addPayingUser(world, "bob");
  // 20 seconds an answer, with time-outs of 8 and 30, at one twentieth of the time.
  const parity = world.another({ timeouts: { interactive: 400, background: 30_000 } });
  await parity.examine();
  world.sandbox.control.setLatency(1_000);
  expect(await parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({
    outcome: "failed",
    message: expect.stringContaining("no answer in time"),
  });
  await parity.events.settle({ customerId });
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await parity.syncUser({ userId: "bob", actor: WORKSPACE })).toMatchObject({ outcome: "synced" });
});

it("our own deadline is not “Stripe could not be asked”: pending, and the workspace is not unavailable (case 17)", async () => {
  await addPayingUser(world, "ada");
  const { syncUser } = await import("~/engine/sync/sync-user.server");
  await world.deps.guard.check();
  // Nothing may be sent within no time while the limiter is asked.
  const limiter = { acquire: async () => false, slowDown: async () => {}, release: () => {} };
  const { createStripeReader } = await import("~/stripe/reader.server");
  const stripe = createStripeReader({
    secretKey: world.sandbox.secretKey,
    apiBase: world.stripeUrl,
    ...world.sending,
    limiter,
  });
  const outcome = await syncUser(
    { ...world.deps, stripe },
    { userId: "ada", actor: { kind: "checkout", id: null }, apply: true, deadlineMs: 1 },
  );
  expect(outcome).toMatchObject({ ok: false, reason: "pending", isPassing: true });
  expect(await world.db.userCheck.findMany({ where: { failure: { not: null } } })).toEqual([]);
  expect(await findCheckState(world.db, "ada", DEFAULT_GATES)).toMatchObject({ failed: false });
});
