import { afterAll, beforeAll, expect, it } from "vitest";
import { buildEvent, openWebhookRoute, type WebhookRoute } from "~/engine/testing/webhook-route";
import {
  addPayingUser,
  addUser,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";

const lines: string[] = [];
let world: World;
let webhook: WebhookRoute;
beforeAll(async () => {
  const log = createLog({ level: "info", destination: { write: (line) => void lines.push(line) } });
  world = await createWorld({}, log);
  webhook = openWebhookRoute(world);
  await syncAll(world.parity);
});
afterAll(async () => {
  await webhook.parity.close();
  await world.close();
});

const cron = () => world.parity.runs.cron({ budgetMs: 60_000, scope: "incremental" });
const countReads = (customer: string) =>
  world.sandbox.requests
    .list()
    .filter(({ path, query }) => path === "/v1/subscriptions" && query.customer === customer).length;

let users = 0;
const addThree = async () => {
  const names = [0, 1, 2].map((n) => `r${users + n}`);
  users += 3;
  return Promise.all(names.map(async (userId) => ({ userId, ...(await addPayingUser(world, userId)) })));
};

it.each([
  ["a 400", { type: "error", status: 400 } as const],
  ["a 402", { type: "error", status: 402 } as const],
  ["a 403", { type: "error", status: 403 } as const],
  ["a 403 that names another permission", { type: "forbidden" } as const],
])(
  "%s about one customer for ever: the others are repaired, it is named and not asked for each time",
  async (_, effect) => {
    const [ada, bob, eve] = await addThree();
    if (!ada || !bob || !eve) throw new Error("three users");
    const fault = world.sandbox.control.addFault({
      effect,
      match: { path: "/v1/subscriptions", query: { customer: bob.customerId } },
    });
    lines.length = 0;
    expect(await cron()).toMatchObject({ done: true, success: false, failedCount: 1 });
    expect(await readAccess(world, ada.userId)).toBe("active 5");
    expect(await readAccess(world, eve.userId)).toBe("active 5");
    expect(await readAccess(world, bob.userId)).toBe("locked 0");
    expect(lines.join("")).toContain(bob.customerId);
    expect(await world.db.stripeRefusal.count(), "a refusal about one object is no missing permission").toBe(
      0,
    );

    world.sandbox.requests.clear();
    expect(await cron(), "it is not read all the same").toMatchObject({ success: false, failedCount: 1 });
    expect(countReads(bob.customerId)).toBe(0);
    // A job does not try again what cannot pass.
    await webhook.post(buildEvent({ id: "sub_1", object: "subscription", customer: bob.customerId }));
    await webhook.parity.events.settle({ customerId: bob.customerId });

    world.sandbox.control.clearFaults(fault);
    await webhook.post(buildEvent({ id: "sub_1", object: "subscription", customer: bob.customerId }));
    expect(await cron()).toMatchObject({ success: true, failedCount: 0 });
    expect(await readAccess(world, bob.userId)).toBe("active 5");
  },
);

it("one customer that Stripe answers with a 500 for ever does not keep the others waiting", async () => {
  const [ada] = await addThree();
  if (!ada) throw new Error("a user");
  await cron();
  world.sandbox.subscriptions.update(ada.subscriptionId, { cancel_at_period_end: true });
  const fault = world.sandbox.control.addFault({
    effect: { type: "error", status: 500, shouldRetry: false },
    match: { path: "/v1/subscriptions", query: { customer: ada.customerId } },
  });
  expect(await cron()).toMatchObject({ done: true, success: false, failedCount: 1 });
  world.sandbox.control.clearFaults(fault);
  expect(await cron()).toMatchObject({ done: true, success: true });
});

it("a 404 for ever takes nothing: absence is no evidence", async () => {
  const [ada] = await addThree();
  if (!ada) throw new Error("a user");
  await world.parity.syncUser({ userId: ada.userId, actor: STAFF });
  const fault = world.sandbox.control.addFault({
    effect: { type: "error", status: 404, code: "resource_missing" },
    match: { path: "/v1/subscriptions", query: { customer: ada.customerId } },
  });
  await world.parity.syncUser({ userId: ada.userId, actor: STAFF });
  await cron();
  expect(await readAccess(world, ada.userId)).toBe("active 5");
  world.sandbox.control.clearFaults(fault);
});

it.each([
  ["a 403", { type: "error", status: 403 } as const],
  ["a 500", { type: "error", status: 500, shouldRetry: false } as const],
])("%s about an older customer of one user keeps no one out who pays with another", async (name, effect) => {
  const { sandbox, prices, db } = world;
  const ids = ["old", "beside"].map((id) => `${id}${name.at(-1)}`);
  const [first = "", second = ""] = ids;
  const old = sandbox.customers.create({ metadata: { userId: first } }).id;
  sandbox.subscriptions.create({ customer: old, items: [{ price: prices.army }], status: "canceled" });
  await addUser(world, { id: first, customerId: old });
  await addUser(world, { id: second });
  await syncAll(world.parity);
  // One new customer, with a subscription of each.
  const customer = sandbox.customers.create({}).id;
  for (const userId of ids)
    sandbox.subscriptions.create({ customer, items: [{ price: prices.army }], metadata: { userId } });
  const fault = sandbox.control.addFault({
    effect,
    match: { path: "/v1/subscriptions", query: { customer: old } },
  });
  await webhook.post(buildEvent({ id: "sub_1", object: "subscription", customer }));
  await webhook.parity.events.settle({ customerId: customer }).catch(() => null);
  expect([await readAccess(world, first), await readAccess(world, second)]).toEqual(["active 5", "active 5"]);
  const [change] = await db.change.findMany({ where: { userId: first }, orderBy: { id: "desc" } });
  expect(change).toMatchObject({ actorKind: "webhook", revokes: false });
  // By hand, too, and nothing is taken that way.
  await db.workspace.updateMany({ where: { ownerId: first }, data: { status: "locked", seats: 0 } });
  expect(await world.parity.syncUser({ userId: first, actor: STAFF })).toMatchObject({ outcome: "synced" });
  expect(await readAccess(world, first)).toBe("active 5");
  sandbox.control.clearFaults(fault);
});

it("a refusal about one customer takes nothing from others: a refund is shown, although a list with invoices was refused", async () => {
  const { sandbox } = world;
  const [ada, bob] = await addThree();
  if (!ada || !bob) throw new Error("two users");
  await syncAll(world.parity);
  const fault = sandbox.control.addFault({
    effect: { type: "error", status: 403 },
    match: { path: "/v1/subscriptions", query: { customer: bob.customerId } },
  });
  await world.parity.syncUser({ userId: bob.userId, actor: STAFF });
  sandbox.control.clearFaults(fault);
  sandbox.refunds.create({ charge: sandbox.payments.findCharge(ada.subscriptionId) ?? "", amount: 100 });
  await cron();
  await cron();
  expect((await world.parity.userPage(ada.userId))?.user.flags).toEqual(["refunded"]);
});

it("what was synced in part is called so, in the log and to who asked", async () => {
  const { sandbox, prices, db } = world;
  const [old = "", pays = ""] = [0, 1].map(
    () => sandbox.customers.create({ metadata: { userId: "part" } }).id,
  );
  sandbox.subscriptions.create({ customer: old, items: [{ price: prices.army }], status: "canceled" });
  sandbox.subscriptions.create({ customer: pays, items: [{ price: prices.army }] });
  await addUser(world, { id: "part", customerId: old });
  await syncAll(world.parity);
  await db.workspace.updateMany({ where: { ownerId: "part" }, data: { status: "locked", seats: 0 } });
  const fault = sandbox.control.addFault({
    effect: { type: "error", status: 403 },
    match: { path: "/v1/subscriptions", query: { customer: old } },
  });
  lines.length = 0;
  const synced = await world.parity.syncUser({ userId: "part", actor: STAFF });
  expect(synced).toMatchObject({
    outcome: "synced",
    message: `Synced. part has Army with 5 soldiers. Not everything was read: Stripe could not be asked about ${old} (the key may not read this).`,
  });
  expect(lines.filter((line) => line.includes('"part"')).join("")).toMatch(
    /user synced in part.*user synced"/s,
  );
  // Nothing more can be done: that is a failure, to both.
  lines.length = 0;
  expect(await world.parity.syncUser({ userId: "part", actor: STAFF })).toMatchObject({ outcome: "failed" });
  expect(lines.join("")).toContain('"user not synced"');
  sandbox.control.clearFaults(fault);
});

it("a revocation that a failed read withholds says so, and the next incremental run makes it (R410)", async () => {
  const { sandbox, db } = world;
  const [ada] = await addThree();
  if (!ada) throw new Error("a user");
  await syncAll(world.parity);
  sandbox.subscriptions.cancel(ada.subscriptionId);
  await cron();
  expect(await readAccess(world, ada.userId)).toBe("locked 0");
  await cron();
  // Unlocked by the application, beside a Stripe that fails.
  await db.workspace.updateMany({ where: { ownerId: ada.userId }, data: { status: "active", seats: 5 } });
  const fault = sandbox.control.addFault({
    effect: { type: "error", status: 403 },
    match: { path: "/v1/subscriptions", query: { customer: ada.customerId } },
  });
  expect(await world.parity.syncUser({ userId: ada.userId, actor: STAFF })).toMatchObject({
    outcome: "failed",
  });
  const status = await db.syncStatus.findUniqueOrThrow({ where: { userId: ada.userId } });
  expect(status).toMatchObject({ verdict: "unpaid_access", blocked: "not_read_since" });
  sandbox.control.clearFaults(fault);
  await cron();
  expect(await readAccess(world, ada.userId)).toBe("locked 0");
});
