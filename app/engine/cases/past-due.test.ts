import { afterAll, beforeAll, expect, it } from "vitest";
import { addUser, CRON, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";
import type { NewSubscription } from "~/sandbox/account/subscription-fields";

const DAY = 86_400;
let world: World;
let now: number;

beforeAll(async () => {
  world = await createWorld();
  now = world.sandbox.clock.now();
});
afterAll(() => world.close());

/** A yearly subscription that began 200 days ago, and whose invoice was not paid `days` ago. */
async function addOverdue(id: string, days: number, fields: Partial<NewSubscription> = {}): Promise<string> {
  const { sandbox, prices } = world;
  const began = now - 200 * DAY;
  const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } });
  const subscription = sandbox.clock.runAt(began, () =>
    sandbox.subscriptions.create({ customer: customer.id, items: [{ price: prices.army }], ...fields }),
  );
  fail(subscription.id, days);
  const workspaces = [{ status: "active", seats: 5 }];
  await addUser(world, { id, customerId: customer.id, workspaces });
  return subscription.id;
}

/** The subscription's newest invoice was finalized `days` ago, and is not paid. */
function fail(subscriptionId: string, days: number): void {
  const { sandbox } = world;
  sandbox.clock.runAt(now - days * DAY, () => sandbox.subscriptions.setStatus(subscriptionId, "past_due"));
}

const findStatus = (userId: string) =>
  world.db.syncStatus.findUniqueOrThrow({ where: { userId }, omit: { recordHash: true } });

it("case 6: on adoption grace counts from the unpaid invoice, not from a period that began long ago", async () => {
  const send = { collection_method: "send_invoice", days_until_due: 30 } as const;
  await addOverdue("yesterday", 1);
  await addOverdue("long", 9);
  await addOverdue("duenow", 31, send);
  await addOverdue("dueago", 40, send);
  world.sandbox.requests.clear();

  const run = await syncAll(world.parity);

  expect(await readAccess(world, "yesterday")).toBe("active 5");
  expect(await readAccess(world, "duenow")).toBe("active 5");
  expect(await readAccess(world, "long")).toBe("locked 0");
  expect(await readAccess(world, "dueago")).toBe("locked 0");
  expect((await findStatus("yesterday")).nextCheckAt).toEqual(new Date((now + 6 * DAY) * 1000));
  expect((await findStatus("duenow")).nextCheckAt).toEqual(new Date((now + 6 * DAY) * 1000));
  // The pages, one page with invoices, the invoices of those still in grace, one page of events, and one read for each revocation.
  expect(run.stripeRequests).toBe(7);
  world.sandbox.requests.clear();
  expect((await syncAll(world.parity)).stripeRequests).toBe(2);
});

it("case 6: one user alone is judged in the same way, with one request", async () => {
  await addOverdue("single", 2);
  await addOverdue("singlelong", 8);
  world.sandbox.requests.clear();
  await world.parity.syncUser({ userId: "single", actor: CRON });
  expect(world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" })).toHaveLength(1);
  await world.parity.syncUser({ userId: "singlelong", actor: STAFF });
  expect([await readAccess(world, "single"), await readAccess(world, "singlelong")]).toEqual([
    "active 5",
    "locked 0",
  ]);
});

it("case 6: a new spell has its own grace, also when the payment in between was never seen", async () => {
  const id = await addOverdue("again", 6);
  await world.parity.syncUser({ userId: "again", actor: CRON });
  const first = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
  expect(first.unpaidSince).toEqual(new Date((now - 6 * DAY) * 1000));
  world.sandbox.subscriptions.setStatus(id, "active");
  fail(id, 0);
  await world.db.stripeSubscription.update({ where: { id }, data: { pastDueSince: new Date(0) } });
  await syncAll(world.parity);
  const second = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
  expect(second.unpaidSince).toEqual(new Date(now * 1000));
  expect(second.pastDueSince?.getTime()).toBeGreaterThan(now * 1000 - 60_000);
  expect(await readAccess(world, "again")).toBe("active 5");
  world.sandbox.subscriptions.setStatus(id, "active");
  await world.parity.syncUser({ userId: "again", actor: CRON });
  const paid = await world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
  expect([paid.pastDueSince, paid.unpaidSince, paid.unpaidInvoiceId]).toEqual([null, null, null]);
});

it("case 6: without the permission to read invoices grace counts from the first observation", async () => {
  await addOverdue("blind", 9);
  world.sandbox.control.addFault({
    effect: { type: "error", status: 403 },
    match: { path: "/v1/subscriptions", query: { "expand[1]": "data.latest_invoice.payments" } },
  });
  const blind = world.another();
  await syncAll(blind);
  expect(await readAccess(world, "blind")).toBe("active 5");
  await blind.syncUser({ userId: "blind", actor: CRON });
  expect(await readAccess(world, "blind")).toBe("active 5");
  // It is asked for once, not for each customer.
  world.sandbox.requests.clear();
  await blind.syncUser({ userId: "blind", actor: CRON });
  expect(world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" })).toHaveLength(1);
  await world.db.stripeSubscription.updateMany({
    where: { status: "past_due", unpaidSince: null },
    data: { pastDueSince: new Date((now - 8 * DAY) * 1000) },
  });
  await blind.syncUser({ userId: "blind", actor: STAFF });
  expect(await readAccess(world, "blind")).toBe("locked 0");
  world.sandbox.control.clearFaults();
});

it("case 18: paused collection leaves access and is said", async () => {
  const { sandbox, prices, parity } = world;
  const { id: customer } = sandbox.customers.create({
    email: "pause@example.com",
    metadata: { userId: "pause" },
  });
  const { id } = sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] });
  await addUser(world, { id: "pause", customerId: customer });
  sandbox.subscriptions.update(id, { pause_collection: { behavior: "void", resumes_at: null } });
  await parity.syncUser({ userId: "pause", actor: CRON });
  expect(await readAccess(world, "pause")).toBe("active 5");
  expect(await findStatus("pause")).toMatchObject({ verdict: "in_sync", flags: ["collection_paused"] });
  expect((await parity.userPage("pause"))?.user.flags).toEqual(["collection_paused"]);
  sandbox.subscriptions.update(id, { pause_collection: null });
  await syncAll(parity);
  expect((await findStatus("pause")).flags).toEqual([]);
});
