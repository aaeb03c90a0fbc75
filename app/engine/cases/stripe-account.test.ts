import { afterAll, beforeAll, expect, it } from "vitest";
import {
  addPayingUser,
  addUser,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createParity } from "~/facade/parity.server";
import { createSandbox } from "~/sandbox/sandbox";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
beforeAll(async () => {
  world = await createWorld({ attachAfterMs: 0, restrictedKeys: ["rk_test_restricted"] });
});
afterAll(() => world.close());

it("STRIPE_ACCOUNT_ID must agree with the key: refused at every write, both named, and not bound (case 26)", async () => {
  await addPayingUser(world, "ada");
  const parity = world.another({ configuredAccountId: "acct_another1" });
  const synced = await parity.syncUser({ userId: "ada", actor: STAFF });
  expect(synced).toMatchObject({ outcome: "failed" });
  expect(synced?.message).toContain("acct_another1");
  expect(synced?.message).toContain(world.sandbox.accountId);
  const run = await syncAll(parity);
  expect(run).toMatchObject({ state: "failed", reason: expect.stringContaining("acct_another1") });
  expect(await readAccess(world, "ada")).toBe("locked 0");
  expect(await world.db.setting.findMany({ where: { key: "binding" } })).toEqual([]);
  expect(await parity.checkAccount()).toMatchObject({ ok: false, isMisconfigured: true });
});

it("the account in a restricted key’s refusal is believed before STRIPE_ACCOUNT_ID", async () => {
  const wrong = world.another({ secretKey: "rk_test_restricted", configuredAccountId: "acct_another1" });
  expect(await wrong.checkAccount()).toMatchObject({ ok: false, reason: "wrong_account" });
  const right = world.another({
    secretKey: "rk_test_restricted",
    configuredAccountId: world.sandbox.accountId,
  });
  expect(await right.checkAccount()).toMatchObject({ ok: true });
});

it("a checkout key of another account sells nothing", async () => {
  const other = createSandbox({ accountId: "acct_elsewhere" });
  const listening = await other.listen();
  await addUser(world, { id: "buyer" });
  const checkout = createCheckoutClient({
    checkoutKey: other.secretKey,
    apiBase: listening.url,
    ...world.sending,
  });
  const parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  const order = {
    planId: "army",
    workspaceId: "buyer_w1",
    successUrl: "https://a.test/",
    cancelUrl: "https://a.test/",
  };
  expect(await parity.checkout.start({ userId: "buyer", ...order })).toEqual({
    ok: false,
    reason: "not_configured",
  });
  expect(other.requests.counts().byMethod).toEqual({ GET: 1 });
  await parity.close();
  await listening.close();
});
