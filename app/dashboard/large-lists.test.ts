import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { createWorld, syncAll, type World } from "~/engine/testing/world";
import type { Database } from "~/platform/client.server";
import type { Sql } from "~/platform/sql.server";
import { countUnlinkedCustomers } from "./account-facts.server";
import { listUnclaimedPayers } from "./payers/unclaimed-payers.server";
import { createPlans } from "./plans-view.server";

// Lists over all subscriptions: what they say, and that an index answers them, however many there are.

let world: World;
let unmapped: string;
let beside: string;

beforeAll(async () => {
  world = await createWorld();
  const { sandbox, prices, parity } = world;
  const addPrice = (product = sandbox.products.create({ name: "One" }).id) =>
    sandbox.prices.create({ product, currency: "usd", unit_amount: 900, recurring: { interval: "month" } })
      .id;
  const sell = (...items: string[]) => {
    const customer = sandbox.customers.create({ email: "payer@nowhere.com" }).id;
    return sandbox.subscriptions.create({ customer, items: items.map((price) => ({ price })) }).id;
  };
  const product = sandbox.products.create({ name: "Soldiers" }).id;
  const by = { actor: { kind: "staff" as const, id: null }, reason: "as sold" };
  await parity.plans.map({ kind: "productId", value: product }, "starter", by);
  const ignored = addPrice();
  await parity.plans.map({ kind: "priceId", value: ignored }, null, by);
  unmapped = addPrice();
  beside = addPrice();
  for (const items of [
    [prices.army],
    [addPrice(product)],
    [ignored],
    [unmapped],
    [unmapped, beside],
    [prices.army, beside],
  ])
    sell(...items);
  sandbox.subscriptions.cancel(sell(unmapped));
  await syncAll(parity);
});
afterAll(() => world.close());

const planRows = z.array(z.object({ "QUERY PLAN": z.string() }));

/** The plans of the statements that `work` sends, where PostgreSQL reads a whole table only when no index can answer. */
async function explain(work: (db: Database) => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  await world.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    const $queryRaw = async (statement: Sql) => {
      const rows = await tx.$queryRawUnsafe(`EXPLAIN ${statement.text}`, ...statement.values);
      for (const row of planRows.parse(rows)) lines.push(row["QUERY PLAN"]);
      return tx.$queryRaw(statement);
    };
    const explaining = new Proxy(tx, {
      get: (target, name) => (name === "$queryRaw" ? $queryRaw : Reflect.get(target, name)),
    });
    await work(explaining as unknown as Database);
  });
  return lines.join("\n");
}

it("R287: prices without a mapping are listed with how many pay them, also beside a mapped one, by an index", async () => {
  const { unmapped: listed } = await world.parity.plans.list();
  expect(listed.map(({ priceId, subscriptions }) => [priceId, subscriptions]).sort()).toEqual(
    [
      [unmapped, 2],
      [beside, 2],
    ].sort(),
  );
  const plan = await explain((db) => createPlans({ db }).list());
  expect(plan).toContain("StripeSubscription_open_price");
  expect(plan).toContain("StripeSubscription_open_several");
  expect(plan).not.toMatch(/Seq Scan on "StripeSubscription"/);
});

it("R287: payers that no user claims are found by an index; who is past due pays too, and is listed and counted", async () => {
  const before = await countUnlinkedCustomers(world.db);
  const customer = world.sandbox.customers.create({ email: "late@nowhere.com" }).id;
  const { id } = world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
  await syncAll(world.parity);
  await world.db.stripeSubscription.update({ where: { id }, data: { status: "past_due" } });
  const [listed] = await world.parity.unclaimedPayers({ limit: 1, search: customer });
  expect(listed?.customerId).toBe(customer);
  expect(await countUnlinkedCustomers(world.db)).toBe(before + 1);
  for (const work of [
    (db: Database) => listUnclaimedPayers(db, { limit: 10 }),
    (db: Database) => countUnlinkedCustomers(db),
  ])
    expect(await explain(work)).toContain("StripeSubscription_all_paying");
});
