import { afterAll, beforeAll, expect, it } from "vitest";
import { countUnsettledEvents } from "~/engine/observe/events.server";
import { buildEvent, openWebhookRoute, type WebhookRoute } from "~/engine/testing/webhook-route";
import { addUser, createWorld, readAccess, type World } from "~/engine/testing/world";

let world: World;
let route: WebhookRoute;
beforeAll(async () => {
  world = await createWorld();
  route = openWebhookRoute(world);
});
afterAll(async () => {
  await route.parity.close();
  await world.close();
});

/** A customer with a subscription that says nothing about its user, and a user with another address. */
async function addGuest(userId: string): Promise<string> {
  await addUser(world, { id: userId });
  const customer = world.sandbox.customers.create({ email: `other-${userId}@example.com` }).id;
  world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
  return customer;
}

const buildSession = (userId: string, customer: string | null, rest: Record<string, unknown> = {}) =>
  buildEvent(
    {
      id: `cs_test_${userId}`,
      object: "checkout.session",
      customer,
      client_reference_id: userId,
      metadata: { userId },
      payment_link: null,
      subscription: null,
      status: "complete",
      payment_status: "paid",
      ...rest,
    },
    "checkout.session.completed",
  );

const countRequests = () => world.sandbox.requests.counts().byEndpoint;
const countDelivered = async (outcome: string) =>
  (await world.db.webhookDelivery.findMany({ where: { outcome } })).reduce(
    (sum, { count }) => sum + count,
    0,
  );

it("a signed session is proof by itself: access without reading the forbidden session, one read (case 2)", async () => {
  const customer = await addGuest("case2");
  world.sandbox.control.permissions.deny("rak_checkout_session_read");
  await world.deps.guard.check();
  world.sandbox.requests.clear();
  expect(await route.post(buildSession("case2", customer))).toMatchObject({
    status: 200,
    body: { outcome: "stored" },
  });
  await route.parity.events.settle({ customerId: customer });
  expect(await readAccess(world, "case2")).toBe("active 5");
  expect(await countUnsettledEvents(world.db)).toBe(0);
  expect(countRequests()["GET /v1/subscriptions"]).toBe(1);
  expect(countRequests()["GET /v1/checkout/sessions/:id"]).toBeUndefined();
  world.sandbox.control.permissions.allow();
});

it("a session that must be read stays unsettled while it is forbidden, though its customer is read (case 2)", async () => {
  const customer = await addGuest("later");
  const sessionId = world.sandbox.checkoutSessions.create({
    client_reference_id: "later",
    metadata: { userId: "later" },
    customer,
    line_items: [{ price: world.prices.army }],
  }).id;
  world.sandbox.control.permissions.deny("rak_checkout_session_read");
  // An event that does not say who paid.
  await route.post(
    buildEvent({ id: sessionId, object: "checkout.session", customer }, "checkout.session.completed"),
  );
  await route.parity.events.settle({ customerId: customer });
  expect(await world.db.stripeCustomer.findUnique({ where: { id: customer } })).toMatchObject({
    completeAt: expect.any(Date),
  });
  expect(await countUnsettledEvents(world.db)).toBe(1);
  expect(await world.db.stripeRefusal.findMany()).toMatchObject([{ subject: "checkout_sessions" }]);
  world.sandbox.requests.clear();
  await route.parity.events.settle({ customerId: customer });
  expect(countRequests()["GET /v1/checkout/sessions/:id"], "not asked again each time").toBeUndefined();

  world.sandbox.control.permissions.allow();
  await route.parity.examine();
  expect(await world.db.stripeRefusal.count()).toBe(0);
  await route.parity.events.settle({ customerId: customer });
  expect(await countUnsettledEvents(world.db)).toBe(0);
  expect(await world.db.link.findMany({ where: { userId: "later" } })).toMatchObject([{ source: "session" }]);
});

it.each([
  [
    "a thin event",
    "thin",
    {
      id: "evt_thin",
      object: "v2.core.event",
      type: "v2.core.account.updated",
      livemode: false,
      created: "2026-11-29T00:00:00Z",
      related_object: { id: "acct_1", type: "account", url: "/v2/core/accounts/acct_1" },
    },
  ],
  [
    "a foreign type without an object",
    "other_shape",
    {
      id: "evt_f1",
      object: "event",
      type: "reporting.report_type.updated",
      livemode: false,
      created: 1_790_000_000,
      data: {},
    },
  ],
  [
    "an object without a name of its kind",
    "other_shape",
    {
      id: "evt_f2",
      object: "event",
      type: "balance.available",
      livemode: false,
      created: 1_790_000_000,
      data: { object: { available: [] } },
    },
  ],
  [
    "another type",
    "other_type",
    buildEvent({ id: "pi_1", object: "payment_intent" }, "payment_intent.created"),
  ],
  [
    "the other mode",
    "other_mode",
    buildEvent({ id: "cus_1", object: "customer" }, "customer.updated", { livemode: true }),
  ],
  [
    "a connected account",
    "other_account",
    buildEvent({ id: "cus_1", object: "customer" }, "customer.updated", { account: "acct_connected" }),
  ],
  ["a NUL in an id", "malformed", buildEvent({ id: "cus_\0", object: "customer" }, "customer.updated")],
  [
    "a time that no clock has",
    "malformed",
    buildEvent({ id: "cus_1", object: "customer" }, "customer.updated", { created: 1e15 }),
  ],
  ...[-1, 1.5, "1790000000", null, []].map((created): [string, string, unknown] => [
    `the time ${JSON.stringify(created)}`,
    "malformed",
    buildEvent({ id: "cus_1", object: "customer" }, "customer.updated", { created }),
  ]),
  ...["\ud800", "cus_\n1", "c".repeat(10_000), 7, ["cus_1"]].map((id): [string, string, unknown] => [
    `the id ${JSON.stringify(id).slice(0, 20)}`,
    "malformed",
    buildEvent({ id, object: "customer" }, "customer.updated"),
  ]),
  ["a type that every object has", "other_type", buildEvent({ id: "x", object: "customer" }, "__proto__")],
  ["10,000 levels", "malformed", `${'{"data":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["an event in a list", "malformed", [buildEvent({ id: "cus_1", object: "customer" })]],
  ["no event at all", "malformed", { hello: "world" }],
  ["a body that is no JSON", "malformed", "{"],
])("%s is acknowledged and counted as %s (cases 15 and S20)", async (_, reason, event) => {
  const before = await countDelivered(reason);
  expect(await route.post(event)).toMatchObject({ status: 200, body: { outcome: "ignored", reason } });
  expect(await countDelivered(reason)).toBe(before + 1);
});

it("a signed session that names its user by what no id can be is stored, and links no user (case S20)", async () => {
  for (const named of ["\0", "a\0b", "\ud800", "é".repeat(200), " ", "__proto__"]) {
    const session = {
      ...{ id: "cs_odd", object: "checkout.session", customer: "cus_odd", subscription: named },
      ...{
        client_reference_id: named,
        metadata: { userId: named },
        status: "complete",
        payment_status: "paid",
      },
    };
    expect(await route.post(buildEvent(session, "checkout.session.completed"))).toMatchObject({
      status: 200,
    });
  }
  await world.db.stripeEvent.deleteMany({ where: { customerId: "cus_odd" } });
});

it("a thin destination is named by the doctor, with the way to mend it (case 15)", async () => {
  const { checks } = await route.parity.examine();
  const texts = checks
    .flatMap(({ found }) => found.map(({ text, remedy }) => `${text} ${remedy}`))
    .join("\n");
  expect(texts).toMatch(/× thin .* payload style to snapshot/);
});

it("events about no customer are settled at once (case 19)", async () => {
  await route.post(buildSession("unnamed", null));
  await route.post(buildEvent({ id: "in_1", object: "invoice", customer: null }, "invoice.paid"));
  await route.post(buildEvent({ id: "in_2", object: "invoice", customer: "" }, "invoice.paid"));
  await route.post(buildEvent({ id: "sub_1", object: "subscription" }));
  expect(await countUnsettledEvents(world.db)).toBe(0);
});

it("a signature outside the tolerance says so, in the answer, the log and the doctor (case 32)", async () => {
  const sixMinutesAgo = Math.floor(Date.now() / 1000) - 360;
  const answer = await route.post(buildSession("late", null), { signedAt: sixMinutesAgo });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(/outside the tolerance. Check the clock/) } },
  });
  expect(answer.log).toContain("check the clock");
  expect(await countDelivered("outside_tolerance")).toBe(1);
  // A clock that counts from elsewhere: not "0 seconds old".
  const negative = await route.post(buildSession("late", null), { signedAt: -5 });
  expect(negative.body).toMatchObject({ error: { message: expect.stringMatching(/ \d{9,} seconds old/) } });
  const wrong = await route.post(buildSession("late", null), { secret: "whsec_another_0123456789" });
  expect(wrong).toMatchObject({
    status: 400,
    body: { error: { message: "The signature is not Stripe’s." } },
  });
  expect(wrong.log).not.toContain("clock");
});

it("while a secret is replaced both fit", async () => {
  const both = openWebhookRoute(world, { secret: "whsec_new_0123456789abcdef,whsec_old_0123456789abcdef" });
  for (const secret of ["whsec_new_0123456789abcdef", "whsec_old_0123456789abcdef"])
    expect((await both.post(buildSession("two", null), { secret })).status).toBe(200);
  await both.parity.close();
});

it("a payment's events are one job and one read, however often they are delivered", async () => {
  const customer = await addGuest("once");
  const session = buildSession("once", customer);
  const paid = buildEvent({ id: "in_3", object: "invoice", customer }, "invoice.paid");
  for (const event of [session, paid, session]) await route.post(event);
  const jobs = await world.db.$queryRaw<unknown[]>`
    SELECT 1 FROM parity.jobs WHERE key = ${`settle:${customer}`}`;
  expect(jobs).toHaveLength(1);
  world.sandbox.requests.clear();
  await route.parity.events.settle({ customerId: customer });
  expect(await readAccess(world, "once")).toBe("active 5");
  expect(world.sandbox.requests.counts().total).toBe(1);
});

it("events of an older API version are read like ours", async () => {
  const customer = await addGuest("older");
  const invoice = {
    id: "in_4",
    object: "invoice",
    customer,
    subscription: "sub_x",
    charge: "ch_1",
    paid: true,
  };
  const event = buildEvent(invoice, "invoice.paid", { api_version: "2019-12-03" });
  expect(await route.post(event)).toMatchObject({ body: { outcome: "stored" } });
  const session = buildSession("older", customer, { display_items: [], setup_intent: null });
  await route.post({ ...session, api_version: "2019-12-03" });
  await route.parity.events.settle({ customerId: customer });
  expect(await readAccess(world, "older")).toBe("active 5");
});

it("an event about a customer that was deleted meanwhile is settled", async () => {
  const customer = await addGuest("gone");
  await route.post(buildEvent({ id: customer, object: "customer" }, "customer.updated"));
  world.sandbox.customers.delete(customer);
  await route.parity.events.settle({ customerId: customer });
  expect(await countUnsettledEvents(world.db)).toBe(0);
});
