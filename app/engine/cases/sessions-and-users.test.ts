import { afterAll, beforeAll, expect, it } from "vitest";
import { buildEvent, openWebhookRoute, type WebhookRoute } from "~/engine/testing/webhook-route";
import { addUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

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

const cron = () => world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
const read = (userId: string) => readAccess(world, userId);

/** A payer that nothing but the metadata of a completed checkout session names. */
function addSession(
  userId: string | null,
  {
    customer = world.sandbox.customers.create({ email: "someone@other.com" }).id,
    ...rest
  }: Partial<Parameters<World["sandbox"]["checkoutSessions"]["create"]>[0]> & { customer?: string } = {},
) {
  const { sandbox, prices } = world;
  const subscription = sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] }).id;
  const session = sandbox.checkoutSessions.create({
    ...{ customer, subscription, status: "complete", payment_status: "paid" },
    ...(userId !== null && { metadata: { userId } }),
    ...rest,
  }).id;
  return { customer, subscription, session };
}

const buildSession = (userId: string, customer: string) =>
  buildEvent(
    {
      ...{ id: `cs_test_${userId}`, object: "checkout.session", customer, subscription: null },
      ...{ client_reference_id: null, metadata: { userId }, payment_link: null },
      ...{ status: "complete", payment_status: "paid" },
    },
    "checkout.session.completed",
  );

it("the first full run finds a payer that only the session names, days ago, and its webhook was lost", async () => {
  await addUser(world, { id: "first" });
  world.sandbox.clock.advance(0);
  addSession("first");
  expect(await syncAll(world.parity)).toMatchObject({ state: "done", failed: 0 });
  expect(await read("first")).toBe("active 5");
});

it("so does a later full run, when the events before it are older than any overlap", async () => {
  await addUser(world, { id: "later" });
  const hourAgo = Math.floor(Date.now() / 1000) - 3_600;
  await world.db
    .$executeRaw`UPDATE parity."Cursor" SET value = jsonb_set(value, '{since}', to_jsonb(${hourAgo}::int))
    WHERE key IN ('events', 'session_events')`;
  addSession("later");
  await syncAll(world.parity);
  expect(await read("later")).toBe("active 5");
});

it("an incremental run finds one whose event is as old as the full run before it", async () => {
  await addUser(world, { id: "between" });
  world.sandbox.control.addFault({ effect: { type: "error", status: 403 }, match: { path: "/v1/events" } });
  addSession("between");
  expect(await syncAll(world.parity)).toMatchObject({ state: "done", failed: 0 });
  expect(await read("between"), "events are optional, and were forbidden").toBe("locked 0");
  world.sandbox.control.reset();
  await world.parity.examine();
  expect(await cron()).toMatchObject({ success: true, scope: "incremental" });
  expect(await read("between")).toBe("active 5");
});

it("a full run asks for sessions once, after its last page and while it is being finished; again when customers were read since", async () => {
  const { sandbox } = world;
  const runFull = async () => {
    sandbox.requests.clear();
    await syncAll(world.parity);
    const asked = sandbox.requests
      .list()
      .map(({ endpoint, query }) =>
        endpoint === "GET /v1/subscriptions" && query.customer ? "customer" : endpoint,
      );
    return asked.filter((one) => /subscriptions|customer|events/.test(one));
  };
  expect(await runFull()).toEqual(["GET /v1/subscriptions", "GET /v1/events"]);
  // Perhaps on a test clock, and so in no list.
  await addUser(world, { id: "unlisted", customerId: "cus_unlisted" });
  const asked = await runFull();
  // What was asked ahead is on its way while the customer is read.
  expect([...asked].sort()).toEqual([
    "GET /v1/events",
    "GET /v1/events",
    "GET /v1/subscriptions",
    "customer",
  ]);
  expect(asked.at(-1)).toBe("GET /v1/events");
  await world.db.$executeRaw`DELETE FROM app."User" WHERE id = 'unlisted'`;
});

it("an incremental run that becomes a full one loses no session among more than twenty pages", async () => {
  await addUser(world, { id: "paged" });
  addSession("paged");
  const customers = [...Array(30)].map(() => world.sandbox.customers.create({ email: null }).id);
  for (let n = 0; n < 2_400; n += 1)
    world.sandbox.customers.update(customers[n % customers.length] ?? "", { name: `n${n}` });
  expect(await cron()).toMatchObject({ success: true, scope: "full" });
  expect(await read("paged")).toBe("active 5");
});

it("events that fail do not keep a full run from repairing", async () => {
  await addUser(world, { id: "despite", customerId: addSession(null).customer });
  world.sandbox.control.addFault({
    effect: { type: "error", status: 500, shouldRetry: false },
    match: { path: "/v1/events" },
  });
  expect(await syncAll(world.parity)).toMatchObject({ state: "done", failed: 0 });
  world.sandbox.control.reset();
  expect(await read("despite")).toBe("active 5");
});

it("a signed session that arrives before its user exists gives access when the user comes", async () => {
  const { customer } = addSession(null);
  expect((await route.post(buildSession("early", customer))).body).toMatchObject({ outcome: "stored" });
  await route.parity.events.settle({ customerId: customer });
  const [payer] = await world.parity.unclaimedPayers({ limit: 10, search: customer });
  expect(payer).toMatchObject({ namedUserId: "early" });
  await addUser(world, { id: "early" });
  await cron();
  expect(await read("early")).toBe("active 5");
});

it("so does one whose session had to be read, by the customer's own visit", async () => {
  const { customer, session } = addSession("unread");
  await route.post(
    buildEvent({ id: session, object: "checkout.session", customer }, "checkout.session.completed"),
  );
  await route.parity.events.settle({ customerId: customer });
  await addUser(world, { id: "unread" });
  await world.parity.syncUser({ userId: "unread", actor: STAFF });
  expect(await read("unread")).toBe("active 5");
});

it("a user that is deleted and made again has the payment again", async () => {
  const { db } = world;
  await db.workspace.deleteMany({ where: { ownerId: "early" } });
  await db.billingSubscription.deleteMany({ where: { userId: "early" } });
  await db.user.delete({ where: { id: "early" } });
  await cron();
  await addUser(world, { id: "early" });
  await cron();
  expect(await read("early")).toBe("active 5");
});

it("sessions of two users with one customer: each has what it paid for", async () => {
  for (const id of ["one", "two"]) await addUser(world, { id });
  const { customer } = addSession("one");
  addSession("two", { customer });
  await syncAll(world.parity);
  expect([await read("one"), await read("two")]).toEqual(["active 5", "active 5"]);
});

it("a session that paid no subscription, is unpaid, or has expired gives nothing and harms nothing", async () => {
  const { sandbox } = world;
  const cases = { oneoff: { mode: "payment" as const }, unpaid: { payment_status: "unpaid" as const } };
  for (const [id, rest] of Object.entries(cases)) {
    await addUser(world, { id });
    const customer = sandbox.customers.create({ email: null }).id;
    sandbox.checkoutSessions.create({ customer, status: "complete", metadata: { userId: id }, ...rest });
  }
  await addUser(world, { id: "expired" });
  const customer = sandbox.customers.create({ email: null }).id;
  sandbox.checkoutSessions.expire(
    sandbox.checkoutSessions.create({ customer, metadata: { userId: "expired" } }).id,
  );
  await syncAll(world.parity);
  for (const userId of ["oneoff", "unpaid", "expired"]) {
    expect(await read(userId)).toBe("locked 0");
    expect(await world.db.syncStatus.findUnique({ where: { userId } })).toMatchObject({
      verdict: "no_subscription",
    });
  }
});

it("a second run changes nothing", async () => {
  const links = await world.db.link.count();
  const changes = await world.db.change.count();
  await syncAll(world.parity);
  expect([await world.db.link.count(), await world.db.change.count()]).toEqual([links, changes]);
});
