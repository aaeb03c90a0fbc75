import { afterEach, beforeEach, expect, it } from "vitest";
import { summarizePaymentToAccess } from "~/engine/repair/payment-to-access.server";
import {
  addPayingUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";

const DAY = 86_400;
let world: World;
let lines: string[];

beforeEach(async () => {
  lines = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  world = await createWorld({}, log);
});
afterEach(() => world.close());

/** Users whose subscriptions began more than two years ago; the present year of each is a month old. */
async function addOldPayers(ids: readonly string[]): Promise<void> {
  const { clock } = world.sandbox;
  for (const id of ids) await clock.runAt(clock.now() - (2 * 365 + 30) * DAY, () => addPayingUser(world, id));
}

const countSaid = () => lines.filter((line) => line.includes('"access given"')).length;

it("case 25: what was paid before Parity knew the customer is no latency, in a run or one by one", async () => {
  await addOldPayers(["ada", "bob", "cleo"]);
  await world.parity.syncUser({ userId: "ada", actor: CRON });
  await syncAll(world.parity);
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await readAccess(world, "cleo")).toBe("active 5");
  expect(await world.db.change.count({ where: { grants: true } })).toBe(3);
  expect(await summarizePaymentToAccess(world.db)).toEqual([]);
  expect(countSaid()).toBe(0);
});

it("case 25: a payment that was made since counts, of a new customer and of one known for long", async () => {
  await addOldPayers(["ada"]);
  await addUser(world, { id: "old" });
  const { sandbox } = world;
  const { id: customer } = sandbox.customers.create({ metadata: { userId: "old" } });
  await syncAll(world.parity);
  await addPayingUser(world, "new");
  sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
  await syncAll(world.parity);
  const [cron, ...others] = await summarizePaymentToAccess(world.db);
  expect(others).toEqual([]);
  expect(cron).toMatchObject({ layer: "cron", grants: 2 });
  expect(cron?.p99).toBeLessThan(3_600);
  expect(countSaid()).toBe(2);
});

it("case 25: what comes back from unpaid was paid later than its period began: without an event it is not known when", async () => {
  const { clock, subscriptions } = world.sandbox;
  const begun = clock.now() - 20 * DAY;
  const ids = new Map<string, string>();
  for (const id of ["unpaid", "overdue"])
    await clock.runAt(begun, async () => ids.set(id, (await addPayingUser(world, id)).subscriptionId));
  await syncAll(world.parity);
  await world.db
    .$executeRaw`UPDATE parity."StripeCustomer" SET "firstCompleteAt" = now() - interval '30 days'`;
  const setStatus = (id: string, status: string) =>
    world.sandbox.bulk(() => subscriptions.setStatus(ids.get(id) ?? "", status));
  setStatus("unpaid", "unpaid");
  setStatus("overdue", "past_due");
  for (const userId of ids.keys()) await world.parity.syncUser({ userId, actor: STAFF });
  const grace = { key: "graceDays", value: 0 };
  await world.db.setting.upsert({ where: { key: grace.key }, create: grace, update: grace });
  await world.parity.syncUser({ userId: "overdue", actor: STAFF });
  for (const userId of ids.keys()) {
    expect(await readAccess(world, userId)).toBe("locked 0");
    setStatus(userId, "active");
    await world.parity.syncUser({ userId, actor: CRON });
    expect(await readAccess(world, userId)).toBe("active 5");
  }
  expect(await summarizePaymentToAccess(world.db)).toEqual([]);
});

it("case 25: what is given to someone who has access, or had it since the payment, is not the payment's latency", async () => {
  const { clock, bulk, subscriptions } = world.sandbox;
  const begun = clock.now() - 20 * DAY;
  await clock.runAt(begun, () => addPayingUser(world, "grown", { price: world.prices.starter }));
  await clock.runAt(begun, () => addPayingUser(world, "locked"));
  const workspaces = [{ status: "active", seats: 5 }];
  await clock.runAt(begun, () => addPayingUser(world, "kept", { workspaces }));
  await syncAll(world.parity);
  await world.db
    .$executeRaw`UPDATE parity."StripeCustomer" SET "firstCompleteAt" = now() - interval '30 days'`;
  const row = await world.db.billingSubscription.findUniqueOrThrow({ where: { userId: "grown" } });
  bulk(() => subscriptions.update(row.stripeSubscriptionId, { items: [{ price: world.prices.army }] }));
  await world.db.workspace.updateMany({
    where: { ownerId: { in: ["locked", "kept"] } },
    data: { status: "locked", seats: 0 },
  });
  for (const userId of ["grown", "locked", "kept"]) {
    await world.parity.syncUser({ userId, actor: CRON });
    expect(await readAccess(world, userId)).toBe("active 5");
  }
  expect(await summarizePaymentToAccess(world.db)).toEqual([]);
});
