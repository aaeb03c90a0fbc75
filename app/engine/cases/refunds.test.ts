import { afterAll, beforeAll, expect, it } from "vitest";
import { countUnsettledEvents } from "~/engine/observe/events.server";
import { buildEvent, openWebhookRoute, type WebhookRoute } from "~/engine/testing/webhook-route";
import {
  addManyPayingUsers,
  addSyncedUser,
  createWorld,
  readAccess,
  readRowVersions,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";

let world: World;
let route: WebhookRoute;
beforeAll(async () => {
  world = await createWorld();
  route = openWebhookRoute(world, { settleWithinMs: 20_000 });
  // So many that a few changes are no reason for a full run.
  await addManyPayingUsers(world, 60);
  await syncAll(world.parity);
});
afterAll(async () => {
  await route.parity.close();
  await world.close();
});

const cron = () => world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
const readFlags = async (userId: string) => (await world.parity.userPage(userId))?.user.flags;
const readReversals = async (userId: string) =>
  (await world.parity.userPage(userId))?.subscriptions[0]?.reversals;
const listFlagged = async () =>
  (await world.db.syncStatus.findMany({ where: { flags: { hasSome: ["refunded", "disputed"] } } })).map(
    ({ userId }) => userId,
  );

/** A user in sync who pays, and the charge of the latest invoice. */
async function addPayer(id: string) {
  const made = await addSyncedUser(world, id);
  const charge = world.sandbox.payments.findCharge(made.subscriptionId) ?? "";
  await cron();
  return { ...made, charge };
}

/** Posts the webhook about a charge. */
const post = (type: string, object: Record<string, unknown>) => route.post(buildEvent(object, type));

it("a partial refund of the latest payment is flagged by a webhook, with amount, currency and date, and changes no access", async () => {
  const { charge, customerId } = await addPayer("partly");
  const before = await readRowVersions(world);
  const at = world.sandbox.clock.now();
  world.sandbox.refunds.create({ charge, amount: 5_000 });
  // The account is confirmed once.
  await route.parity.syncUser({ userId: "partly", actor: WORKSPACE });
  world.sandbox.requests.clear();
  const { body } = await post("charge.refunded", { id: charge, object: "charge", customer: customerId });
  expect(body).toMatchObject({ outcome: "stored" });
  expect(world.sandbox.requests.list().map(({ path }) => path)).toEqual([
    `/v1/charges/${charge}`,
    "/v1/subscriptions",
  ]);
  expect(await readFlags("partly")).toEqual(["refunded"]);
  expect(await listFlagged()).toEqual(["partly"]);
  expect(await readReversals("partly")).toMatchObject([
    { kind: "refund", amount: 5_000, chargeAmount: 20_000, currency: "usd", at: expect.any(Number) },
  ]);
  // The sandbox's clock goes on.
  expect((await readReversals("partly"))?.[0]?.at).toBeGreaterThanOrEqual(at);
  expect((await readReversals("partly"))?.[0]?.at).toBeLessThanOrEqual(at + 1);
  expect(await readAccess(world, "partly")).toBe("active 5");
  expect(await readRowVersions(world)).toEqual(before);
});

it("a refund that fails is not flagged any more", async () => {
  const { charge } = await addPayer("failing");
  const { id } = world.sandbox.refunds.create({ charge });
  expect(await cron()).toMatchObject({ scope: "incremental", success: true });
  expect(await readFlags("failing")).toEqual(["refunded"]);
  world.sandbox.refunds.fail(id);
  await cron();
  expect(await readFlags("failing")).toEqual([]);
  expect(await listFlagged()).not.toContain("failing");
});

it("a dispute is flagged by an incremental run until it is won, and stays when it is lost", async () => {
  const [winner, loser] = [await addPayer("winner"), await addPayer("loser")];
  const disputes = [winner, loser].map(({ charge }) => world.sandbox.disputes.open({ charge }).id);
  world.sandbox.requests.clear();
  const run = await cron();
  // The events, and for each the charge, its disputes and the customer.
  expect(run).toMatchObject({ scope: "incremental", success: true, stripeRequests: 7 });
  expect(await readFlags("winner")).toEqual(["disputed"]);
  expect(await readReversals("loser")).toMatchObject([{ kind: "dispute", amount: 20_000, currency: "usd" }]);
  world.sandbox.disputes.win(disputes[0] ?? "");
  world.sandbox.disputes.lose(disputes[1] ?? "");
  await cron();
  expect(await readFlags("winner")).toEqual([]);
  expect(await readFlags("loser")).toEqual(["disputed"]);
  expect(await readAccess(world, "loser")).toBe("active 5");
  expect(await countUnsettledEvents(world.db)).toBe(0);
});

it("an open dispute stays whatever is invoiced since: it cannot be bought away, and is shown of an older invoice, too", async () => {
  const { sandbox } = world;
  const { charge, subscriptionId, customerId } = await addPayer("hider");
  const again = () => {
    sandbox.subscriptions.setStatus(subscriptionId, "past_due");
    sandbox.subscriptions.setStatus(subscriptionId, "active");
    return cron();
  };
  await again();
  const { id } = sandbox.disputes.open({ charge });
  await cron();
  expect(await readFlags("hider")).toEqual(["disputed"]);
  const page = await world.parity.userPage("hider");
  expect(page?.notes.map(({ sentence }) => sentence)).toEqual([
    expect.stringMatching(/^Disputed \$200 on .*\. Access stays/),
  ]);
  // It is not said of the subscription that its latest payment is disputed.
  expect(await readReversals("hider")).toEqual([]);
  await again();
  expect(await readFlags("hider")).toEqual(["disputed"]);
  // Nor does a second subscription of the same customer, or of another one, hide it.
  const { id: other } = sandbox.customers.create({ email: "x@example.com", metadata: { userId: "hider" } });
  for (const customer of [customerId, other])
    sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army, quantity: 3 }] });
  await cron();
  expect(await readFlags("hider")).toContain("disputed");
  // Lost: the payer has the money back, and it was not of the latest payment.
  sandbox.disputes.lose(id);
  await cron();
  expect(await readFlags("hider")).not.toContain("disputed");
});

it("a dispute's webhook, which names no customer, finds the user", async () => {
  const { charge } = await addPayer("nameless");
  const { id } = world.sandbox.disputes.open({ charge });
  const withWorker = openWebhookRoute(world);
  await withWorker.post(buildEvent({ id, object: "dispute", charge }, "charge.dispute.created"));
  expect(await readFlags("nameless")).toEqual([]);
  await withWorker.parity.events.settleCharge({ chargeId: charge });
  await withWorker.parity.close();
  expect(await countUnsettledEvents(world.db)).toBe(0);
  expect(await readFlags("nameless")).toEqual(["disputed"]);
});

it("a refund of an older invoice is no flag, and a new invoice ends the flag of the one before", async () => {
  const { charge, subscriptionId } = await addPayer("renewed");
  const { sandbox } = world;
  sandbox.refunds.create({ charge });
  await cron();
  expect(await readFlags("renewed")).toEqual(["refunded"]);
  sandbox.subscriptions.setStatus(subscriptionId, "past_due");
  sandbox.subscriptions.setStatus(subscriptionId, "active");
  await cron();
  expect(await readFlags("renewed")).toEqual([]);
  const { charge: old, subscriptionId: other } = await addPayer("older");
  sandbox.subscriptions.setStatus(other, "past_due");
  sandbox.subscriptions.setStatus(other, "active");
  await cron();
  expect(sandbox.payments.findCharge(other)).not.toBe(old);
  sandbox.refunds.create({ charge: old });
  await cron();
  expect(await readFlags("older")).toEqual([]);
});

it("without the permission everything else works, the permission is named, and the flag comes once it is given", async () => {
  const { charge, customerId } = await addPayer("blind");
  world.sandbox.control.permissions.deny("rak_charge_read");
  world.sandbox.refunds.create({ charge });
  const { status } = await post("charge.refunded", { id: charge, object: "charge", customer: customerId });
  expect(status).toBe(200);
  expect(await cron()).toMatchObject({ scope: "incremental", success: true, failedCount: 0 });
  expect(await readFlags("blind")).toEqual([]);
  expect((await world.parity.frame()).refusals.map(({ name }) => name)).toEqual([
    "Charges and Refunds: Read",
  ]);
  expect(await countUnsettledEvents(world.db)).toBe(0);
  // What was refused is not asked for each time.
  world.sandbox.requests.clear();
  await cron();
  expect(world.sandbox.requests.list({ endpoint: "GET /v1/charges/:id" })).toEqual([]);

  world.sandbox.control.permissions.allow();
  await world.db.stripeEvent.updateMany({ data: { askAgainAt: null } });
  await cron();
  expect(await readFlags("blind")).toEqual(["refunded"]);
  expect((await world.parity.frame()).refusals).toEqual([]);
});

it("without the permission for disputes refunds are shown all the same", async () => {
  const { charge, customerId } = await addPayer("half");
  world.sandbox.control.permissions.deny("rak_dispute_read");
  world.sandbox.refunds.create({ charge, amount: 100 });
  world.sandbox.disputes.open({ charge });
  await post("charge.refunded", { id: charge, object: "charge", customer: customerId });
  await cron();
  expect(await readFlags("half")).toEqual(["refunded"]);
  expect((await world.parity.frame()).refusals.map(({ name }) => name)).toEqual(["Disputes: Read"]);
  world.sandbox.control.permissions.allow();
  await world.db.stripeEvent.updateMany({ data: { askAgainAt: null } });
  await cron();
  expect(await readFlags("half")).toEqual(["refunded", "disputed"]);
});

it("an event about a charge that the key may not read waits for thirty days, as long as Stripe keeps events", async () => {
  const { charge, customerId } = await addPayer("never");
  const { control, refunds } = world.sandbox;
  control.permissions.deny("rak_charge_read");
  refunds.create({ charge });
  await post("charge.refunded", { id: charge, object: "charge", customer: customerId });
  const countWaiting = () => world.db.stripeEvent.count({ where: { chargeId: charge, settledAt: null } });
  const askAfter = async (days: number) => {
    await world.db
      .$executeRaw`UPDATE parity."StripeEvent" SET "askAgainAt" = NULL, "receivedAt" = now() - make_interval(days => ${days}::int)
        WHERE "chargeId" = ${charge}`;
    await cron();
    return countWaiting();
  };
  expect([(await askAfter(29)) > 0, await askAfter(31)]).toEqual([true, 0]);
  control.permissions.allow();
});

it("a charge without a customer, and one that Stripe does not have, settle without a read of a customer", async () => {
  const { charge } = await addPayer("walkin");
  const sequence = world.sandbox.account.store.charges.find(charge);
  if (!sequence) throw new Error("no charge");
  world.sandbox.account.store.charges.replace({ ...sequence, customer: null });
  world.sandbox.requests.clear();
  await post("charge.refunded", { id: charge, object: "charge", customer: null });
  await post("charge.refunded", { id: "ch_unknown", object: "charge", customer: null });
  expect(world.sandbox.requests.counts().byEndpoint).toEqual({ "GET /v1/charges/:id": 2 });
  expect(await world.db.stripeEvent.count({ where: { settledAt: null } })).toBe(0);
  expect(await readFlags("walkin")).toEqual([]);
});

it("a refund that no webhook told of, hours before a full run, is flagged by the run after it", async () => {
  const { charge } = await addPayer("unheard");
  world.sandbox.refunds.create({ charge });
  world.sandbox.clock.advance(5 * 3600);
  // The full run moves the cursor of the incremental runs past the event.
  await world.parity.runs.cron({ budgetMs: 30_000, scope: "full" });
  await cron();
  expect(await readFlags("unheard")).toContain("refunded");
});
