import { afterAll, beforeAll, expect, it } from "vitest";
import { createStripeBudget } from "~/engine/account/stripe-budget.server";
import { addPayingUser, addUser, createWorld, readAccess, STAFF, type World } from "~/engine/testing/world";
import { createParity, type Parity } from "~/facade/parity.server";
import { createCheckoutClient } from "~/stripe/checkout.server";
import { createLimiter } from "~/stripe/limiter.server";

let world: World;
let parity: Parity;
beforeAll(async () => {
  world = await createWorld({ attachAfterMs: 0 });
  const perSecond = { backgroundPerSecond: 500, interactivePerSecond: 500, globalPerSecond: 1_000 };
  const checkout = createCheckoutClient({
    checkoutKey: world.sandbox.secretKey,
    apiBase: world.stripeUrl,
    ...world.sending,
    limiter: createLimiter({ budget: createStripeBudget(world.db, perSecond) }),
  });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
});
afterAll(async () => {
  await parity.close();
  await world.close();
});

it("“Manage billing” is limited like buying, and its requests are in the shared budget (case S3)", async () => {
  await addPayingUser(world, "ada");
  await parity.syncUser({ userId: "ada", actor: STAFF });
  const press = () => parity.checkout.portal({ userId: "ada", returnUrl: "https://app.test/" });
  const answers = [];
  for (let n = 0; n < 30; n += 1) answers.push(await press());
  expect(answers.filter(({ ok }) => ok)).toHaveLength(20);
  expect(answers.at(-1)).toEqual({ ok: false, reason: "too_many" });
  const counted = await world.db.stripeRequestCount.findMany({
    where: { endpoint: "POST /v1/billing_portal/sessions" },
  });
  expect(counted.map(({ requests }) => requests)).toEqual([20]);
});

it("ten checks of one unpaid account at once are one, and few requests (case S4)", async () => {
  await addUser(world, { id: "unpaid" });
  await world.deps.guard.check();
  world.sandbox.requests.clear();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => parity.checkout.sync({ userId: "unpaid", sessionId: null })),
  );
  expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(["pending"]));
  // One look costs three requests for the address; a growing pause is between looks.
  expect(world.sandbox.requests.counts().total).toBeLessThanOrEqual(16);
  expect(await parity.checkout.sync({ userId: "unpaid", sessionId: null })).toMatchObject({
    state: "too_many",
  });
});

it("a session that no key may read does not cost the return page its eight seconds (case 2)", async () => {
  await addPayingUser(world, "eve");
  const sessionId = world.sandbox.checkoutSessions.create({
    client_reference_id: "eve",
    metadata: { userId: "eve" },
    line_items: [{ price: world.prices.army }],
  }).id;
  world.sandbox.control.permissions.deny("rak_checkout_session_read");
  world.sandbox.requests.clear();
  expect(await parity.checkout.sync({ userId: "eve", sessionId })).toMatchObject({ state: "done" });
  expect(await readAccess(world, "eve")).toBe("active 5");
  const asked = world.sandbox.requests.counts().byEndpoint["GET /v1/checkout/sessions/:id"];
  expect(asked, "once by each key").toBe(2);
  world.sandbox.control.permissions.allow();
});
