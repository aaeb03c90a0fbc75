import { query, readRecord } from "./support/customers";
import {
  addCustomer,
  CARDS,
  controlSandbox,
  goToPayment,
  openWorkspace,
  setWebhooks,
} from "./support/paying";
import type { Product } from "./support/product";
import { expect, expectAccessible, PHONE, test } from "./support/test";

test.use(PHONE);
test.afterEach(async ({ product }) => {
  await controlSandbox(product, { clearFaults: true });
  await setWebhooks(product, "on");
});

test("with Stripe a minute slow after a payment the customer is never asked to pay again, and is let in by a sync", async ({
  staffPage: page,
  product,
}) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, `Sol Slow ${Date.now()}`);
  await page.clock.install();
  await openWorkspace(page, customer);
  // By then Stripe has said which account it is: on a slow machine that question would still be open when Stripe is fast again.
  await expect.poll(() => countChecks(product, customer.userId)).toBe(1);
  await goToPayment(page, CARDS.pays);
  const slow = { effect: { type: "latency", ms: 60_000 }, match: { method: "GET" } };
  await controlSandbox(product, { faults: [slow] });
  await page.getByRole("button", { name: /^Pay/ }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("We’re confirming your payment");
  await expect(page.getByRole("button", { name: /^Choose/ })).toHaveCount(0);
  await expectAccessible(page);
  await expect(async () => {
    await page.clock.runFor(2_000);
    await expect(heading).toHaveText("This is taking longer than usual", { timeout: 200 });
  }).toPass();
  await expect(page.getByRole("button", { name: /^Choose/ })).toHaveCount(0);
  await expect(page.locator("main")).toContainText(/do not need to pay again|not need to pay/i);

  await controlSandbox(product, { clearFaults: true });
  await page.goto(`/users/${customer.userId}`);
  const todo = page.getByRole("region", { name: "What to do" });
  await todo
    .getByRole("button", { name: /^(Sync this user|Check again)$/ })
    .first()
    .click();
  await expect(todo.getByRole("status")).toContainText(/Synced|read again/);
  expect(await readRecord(product, customer.userId)).toMatchObject({ workspace: "active" });
  await openWorkspace(page, customer);
  await expect(heading).toHaveText("You have Army");
});

async function countChecks(product: Product, userId: string): Promise<number | null> {
  const text = `SELECT 1 FROM parity."UserCheck" WHERE "userId" = $1 AND "checkedAt" IS NOT NULL`;
  return query(product, async (client) => (await client.query(text, [userId])).rowCount);
}
