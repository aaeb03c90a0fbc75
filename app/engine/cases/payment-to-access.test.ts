import { afterEach, beforeEach, expect, it } from "vitest";
import { summarizePaymentToAccess } from "~/engine/repair/payment-to-access.server";
import {
  addPayingUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
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
