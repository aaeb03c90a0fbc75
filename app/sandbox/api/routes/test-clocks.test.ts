import { expect, it } from "vitest";
import { addCatalogue, catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;

it("a test clock is made, read, advanced and deleted through the SDK", async () => {
  const { sandbox, stripe } = await startSandbox();
  const { starter } = addCatalogue(sandbox);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: TEST_NOW, name: "a year" });
  expect(clock).toMatchObject({ object: "test_helpers.test_clock", status: "ready", frozen_time: TEST_NOW });
  const customer = await stripe.customers.create({ email: "ann@example.com", test_clock: clock.id });
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: starter }],
    trial_period_days: 10,
  });
  const until = TEST_NOW + 11 * DAY;
  expect(await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: until })).toMatchObject({
    frozen_time: until,
  });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "past_due", test_clock: clock.id });
  expect((await stripe.testHelpers.testClocks.list()).data).toMatchObject([{ id: clock.id }]);
  const back = stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: TEST_NOW });
  expect(await catchStripeError(back)).toMatchObject({ statusCode: 400, param: "frozen_time" });
  expect(await stripe.testHelpers.testClocks.del(clock.id)).toMatchObject({ deleted: true });
  expect(await catchStripeError(stripe.testHelpers.testClocks.del(clock.id))).toMatchObject({
    statusCode: 404,
  });
  expect((await stripe.testHelpers.testClocks.list()).data).toEqual([]);
});
