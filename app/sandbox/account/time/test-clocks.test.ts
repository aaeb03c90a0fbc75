import { expect, it } from "vitest";
import { addCard, addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;
const FROZEN = TEST_NOW - 400 * DAY;

async function start() {
  const parts = await startSandbox();
  const { sandbox, stripe } = parts;
  const { starter } = addCatalogue(sandbox);
  const clock = sandbox.testClocks.create({ frozen_time: FROZEN, name: "renewals" }).id;
  const customer = sandbox.customers.create({ email: "ann@example.com", test_clock: clock }).id;
  addCard(sandbox, customer);
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: starter }] });
  return { ...parts, clock, customer, id, starter };
}

it("the objects of a test clock live in its time, and its events happen now", async () => {
  const { stripe, clock, customer, id } = await start();
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ created: FROZEN, test_clock: clock });
  expect(await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] })).toMatchObject({
    created: FROZEN,
    test_clock: clock,
    latest_invoice: { created: FROZEN, status: "paid", test_clock: clock },
  });
  const [event] = (await stripe.events.list({ type: "customer.subscription.created" })).data;
  expect(event).toMatchObject({ created: TEST_NOW });
});

it("they are not in lists that do not name the customer or the clock", async () => {
  const { stripe, clock, customer, id } = await start();
  expect((await stripe.subscriptions.list()).data).toEqual([]);
  expect((await stripe.customers.list()).data).toEqual([]);
  expect((await stripe.subscriptions.list({ customer })).data).toMatchObject([{ id }]);
  expect((await stripe.subscriptions.list({ test_clock: clock })).data).toMatchObject([{ id }]);
});

it("advancing it lets its own time pass, and no other", async () => {
  const { sandbox, stripe, clock, id, starter } = await start();
  const other = sandbox.subscriptions.create({
    customer: sandbox.customers.create().id,
    items: [{ price: starter }],
  }).id;
  const before = await stripe.subscriptions.retrieve(other);
  sandbox.testClocks.advance(clock, { frozen_time: FROZEN + 65 * DAY });
  const { items, latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
  expect(items.data[0]?.current_period_start).toBeGreaterThan(FROZEN + 58 * DAY);
  expect(latest_invoice).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
  expect((await stripe.subscriptions.retrieve(other)).items.data).toEqual(before.items.data);
  expect((await stripe.events.list({ type: "test_helpers.test_clock.ready" })).data).toHaveLength(1);
});

it("it does not move with the sandbox's clock, nor back", async () => {
  const { sandbox, stripe, clock, id } = await start();
  const before = await stripe.subscriptions.retrieve(id);
  sandbox.clock.advance(100 * DAY);
  expect((await stripe.subscriptions.retrieve(id)).items.data).toEqual(before.items.data);
  expect(() => sandbox.testClocks.advance(clock, { frozen_time: FROZEN })).toThrow("must be after");
});

it("deleting it deletes its customers and ends their subscriptions", async () => {
  const { sandbox, stripe, clock, customer, id } = await start();
  sandbox.testClocks.delete(clock);
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "canceled" });
});
