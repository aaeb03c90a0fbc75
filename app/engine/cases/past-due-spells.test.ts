import { afterAll, beforeAll, expect, it } from "vitest";
import { buildEvent, openWebhookRoute } from "~/engine/testing/webhook-route";
import {
  addManyPayingUsers,
  addUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import type { NewSubscription } from "~/sandbox/account/subscription-fields";

const DAY = 86_400;
const SENT = { collection_method: "send_invoice", days_until_due: 30 } as const;
let world: World;
let now: number;
let weekly: string;

beforeAll(async () => {
  world = await createWorld();
  const { sandbox, db } = world;
  now = sandbox.clock.now();
  sandbox.account.dunning.afterRetries = "past_due";
  const product = sandbox.products.create({ name: "Weekly" }).id;
  const recurring = { interval: "week" } as const;
  weekly = sandbox.prices.create({ product, currency: "eur", unit_amount: 900, recurring }).id;
  await db.planPrice.create({ data: { planId: "army", priceId: weekly } });
  await db.setting.create({ data: { key: "revocationLimitMinimum", value: 100 } });
  await addManyPayingUsers(world, 40);
  await syncAll(world.parity);
});
afterAll(() => world.close());

type Renewal = "pays" | "fails";
type History = { began: number; renewals: [daysAgo: number, outcome: Renewal][] };

/** A user with access, and a subscription with this history that is past due now. */
async function addOverdue(id: string, { began, renewals }: History, fields: Partial<NewSubscription> = {}) {
  const { sandbox, prices } = world;
  const at = <T>(days: number, change: () => T): T => sandbox.clock.runAt(now - days * DAY, change);
  const { id: customerId } = sandbox.customers.create({
    email: `${id}@example.com`,
    metadata: { userId: id },
  });
  const subscriptionId = at(began, () =>
    sandbox.subscriptions.create({ customer: customerId, items: [{ price: prices.army }], ...fields }),
  ).id;
  for (const [days, outcome] of renewals)
    at(days, () => sandbox.subscriptions.renew(subscriptionId, { fails: outcome === "fails" }));
  sandbox.subscriptions.setStatus(subscriptionId, "past_due");
  await addUser(world, { id, customerId, workspaces: [{ status: "active", seats: 5 }] });
  return { customerId, subscriptionId };
}

/** Does to an invoice what staff do in Stripe. */
async function act(subscription: string, back: number, action: string): Promise<void> {
  const headers = { authorization: `Bearer ${world.sandbox.secretKey}` };
  const list = await fetch(`${world.stripeUrl}/v1/invoices?subscription=${subscription}`, { headers });
  const { data }: { data: { id: string }[] } = await list.json();
  const done = await fetch(`${world.stripeUrl}/v1/invoices/${data[back]?.id}/${action}`, {
    ...{ method: "POST", headers },
    body: action === "pay" ? "paid_out_of_band=true" : "",
  });
  expect(done.status, await done.text()).toBe(200);
}

const findStored = (id: string) => world.db.stripeSubscription.findUniqueOrThrow({ where: { id } });
const sinceDays = async (id: string) => {
  const { unpaidSince } = await findStored(id);
  return unpaidSince === null ? null : Math.round((now - unpaidSince.getTime() / 1000) / DAY);
};
const press = (userId: string) => world.parity.syncUser({ userId, actor: STAFF });
const countLists = () => world.sandbox.requests.list({ endpoint: "GET /v1/invoices" }).length;

it("the newest invoice does not begin a new grace: a full run locks the users who have not paid since", async () => {
  const monthly: History = {
    began: 100,
    renewals: [
      [70, "fails"],
      [40, "fails"],
      [10, "fails"],
    ],
  };
  const sent = await addOverdue("sent", monthly, SENT);
  const cards = await addOverdue("card", {
    began: 100,
    renewals: [
      [35, "fails"],
      [4, "fails"],
    ],
  });
  const weeks: History = { began: 28, renewals: [21, 14, 7, 0].map((days) => [days, "fails"]) };
  const week = await addOverdue("week", weeks, {
    ...SENT,
    days_until_due: 7,
    items: [{ price: weekly }],
    currency: "eur",
  });
  const fresh = await addOverdue("fresh", { began: 35, renewals: [[5, "fails"]] });
  world.sandbox.requests.clear();
  await syncAll(world.parity);
  expect(await sinceDays(sent.subscriptionId), "due 30 days after the first").toBe(40);
  expect(await sinceDays(cards.subscriptionId)).toBe(35);
  expect(await sinceDays(week.subscriptionId)).toBe(14);
  expect(await sinceDays(fresh.subscriptionId)).toBe(5);
  for (const id of ["sent", "card", "week"]) expect(await readAccess(world, id), id).toBe("locked 0");
  expect(await readAccess(world, "fresh")).toBe("active 5");
  // Once for each; the read before a revocation does not list them again.
  expect(countLists()).toBe(4);
  world.sandbox.requests.clear();
  expect((await syncAll(world.parity)).stripeRequests).toBe(2);
});

it("what was paid in the middle begins a new spell; what was given up, or is void, does not", async () => {
  const history: History = {
    began: 100,
    renewals: [
      [40, "fails"],
      [20, "fails"],
      [3, "fails"],
    ],
  };
  const { subscriptionId: middle } = await addOverdue("middle", history);
  await act(middle, 1, "pay");
  const { subscriptionId: given } = await addOverdue("given", history);
  await act(given, 1, "mark_uncollectible");
  const { subscriptionId: reissued } = await addOverdue("reissued", {
    began: 100,
    renewals: [[20, "fails"]],
  });
  await act(reissued, 0, "void");
  world.sandbox.clock.runAt(now - 3 * DAY, () =>
    world.sandbox.subscriptions.renew(reissued, { fails: true }),
  );
  for (const userId of ["middle", "given", "reissued"]) await press(userId);
  expect([await sinceDays(middle), await readAccess(world, "middle")]).toEqual([3, "active 5"]);
  expect([await sinceDays(given), await readAccess(world, "given")]).toEqual([40, "locked 0"]);
  expect([await sinceDays(reissued), await readAccess(world, "reissued")]).toEqual([3, "active 5"]);
});

it("a next invoice unlocks no user who has not paid, also where only grants are allowed; paying does", async () => {
  const { customerId, subscriptionId } = await addOverdue("again", { began: 60, renewals: [[30, "fails"]] });
  await press("again");
  expect(await findStored(subscriptionId)).toMatchObject({ status: "past_due" });
  expect(await readAccess(world, "again")).toBe("locked 0");
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "grant_only" } });
  world.sandbox.clock.runAt(now - 60, () =>
    world.sandbox.subscriptions.renew(subscriptionId, { fails: true }),
  );
  const hook = openWebhookRoute(world, { settleWithinMs: 20_000 });
  await hook.post(
    buildEvent({ id: "in_1", object: "invoice", customer: customerId }, "invoice.payment_failed"),
  );
  await hook.parity.close();
  expect(await sinceDays(subscriptionId)).toBe(30);
  expect(await readAccess(world, "again")).toBe("locked 0");
  await syncAll(world.parity);
  expect(await readAccess(world, "again")).toBe("locked 0");
  world.sandbox.subscriptions.setStatus(subscriptionId, "active");
  await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await readAccess(world, "again")).toBe("active 5");
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
});

it("past due, paid, and past due again is a new spell, whose grace is its own", async () => {
  const { subscriptionId: id } = await addOverdue("twice", { began: 60, renewals: [[30, "fails"]] });
  await press("twice");
  world.sandbox.subscriptions.setStatus(id, "active");
  world.sandbox.clock.runAt(now - DAY, () => world.sandbox.subscriptions.renew(id, { fails: true }));
  world.sandbox.subscriptions.setStatus(id, "past_due");
  await press("twice");
  expect([await sinceDays(id), await readAccess(world, "twice")]).toEqual([1, "active 5"]);
});

it("without the permission a further invoice does not restart the spell, unless the customer has paid one", async () => {
  const { customerId, subscriptionId: id } = await addOverdue("blind", {
    began: 60,
    renewals: [[6, "fails"]],
  });
  world.sandbox.control.permissions.deny("rak_invoice_read");
  const blind = world.another();
  const setSeen = (days: number) =>
    world.db.stripeSubscription.update({
      where: { id },
      data: { pastDueSince: new Date((now - days * DAY) * 1000) },
    });
  await blind.syncUser({ userId: "blind", actor: CRON });
  expect(await sinceDays(id)).toBeNull();
  await setSeen(8);
  world.sandbox.subscriptions.renew(id, { fails: true });
  await blind.syncUser({ userId: "blind", actor: STAFF });
  expect(await readAccess(world, "blind")).toBe("locked 0");
  world.sandbox.subscriptions.renew(id, { fails: true });
  await syncAll(blind);
  expect(await readAccess(world, "blind")).toBe("locked 0");

  await world.db.stripeEvent.create({
    data: { id: "evt_paid", type: "invoice.paid", created: new Date(), customerId, storedVersion: 1 },
  });
  world.sandbox.subscriptions.renew(id, { fails: true });
  await blind.syncUser({ userId: "blind", actor: STAFF });
  expect(await readAccess(world, "blind")).toBe("active 5");

  // It was not looked at for weeks: it may have been paid in between.
  await setSeen(30);
  await world.db.stripeEvent.deleteMany({ where: { id: "evt_paid" } });
  await world.db.stripeSubscription.update({
    where: { id },
    data: { observedAt: new Date((now - 20 * DAY) * 1000) },
  });
  world.sandbox.subscriptions.renew(id, { fails: true });
  await blind.syncUser({ userId: "blind", actor: STAFF });
  expect(await readAccess(world, "blind")).toBe("active 5");
  world.sandbox.control.permissions.allow();
});

it("no answer is no answer: it is asked again, and what was not listed is not called known", async () => {
  const { subscriptionId: id } = await addOverdue("silent", {
    began: 60,
    renewals: [
      [30, "fails"],
      [2, "fails"],
    ],
  });
  const fault = world.sandbox.control.addFault({
    ...{ effect: { type: "error", status: 500 }, match: { path: "/v1/invoices" } },
  });
  await press("silent");
  expect(await readAccess(world, "silent")).toBe("active 5");
  expect(await findStored(id)).toMatchObject({ unpaidListDue: true });
  world.sandbox.control.clearFaults(fault);
  await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await sinceDays(id)).toBe(30);
  expect(await readAccess(world, "silent")).toBe("locked 0");
});

it("a full run lists the invoices of a few, and the next runs those of the others", async () => {
  const ids = Array.from({ length: 10 }, (_, n) => `many${n}`);
  const history: History = {
    began: 90,
    renewals: [
      [30, "fails"],
      [2, "fails"],
    ],
  };
  for (const id of ids) await addOverdue(id, history);
  const countLocked = async () => {
    const access = await Promise.all(ids.map((id) => readAccess(world, id)));
    return access.filter((one) => one === "locked 0").length;
  };
  world.sandbox.requests.clear();
  await syncAll(world.parity);
  // Six of those past due, and some of them once more before a revocation.
  expect(countLists()).toBeLessThan(ids.length);
  const locked = await countLocked();
  expect(locked).toBeGreaterThan(3);
  expect(locked).toBeLessThan(7);
  const countDue = () =>
    world.db.stripeSubscription.count({ where: { status: "past_due", unpaidListDue: true } });
  const before = await countDue();
  await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await countDue()).toBeLessThan(before);
  await syncAll(world.parity);
  expect(await countLocked()).toBe(10);
});
