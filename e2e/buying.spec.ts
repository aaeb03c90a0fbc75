import type { Page } from "playwright/test";
import { query, readRecord } from "./support/customers";
import { addCustomer, CARDS, goToPayment, openWorkspace, setWebhooks } from "./support/paying";
import { expect, expectAccessible, PHONE, test } from "./support/test";

// Buying once, changing a plan, and the support contact, on a phone.
test.use(PHONE);

const findHeading = (page: Page) => page.getByRole("heading", { level: 1 });
const findSeats = (page: Page) => page.locator("[data-seat=present]");
const pay = (page: Page) => page.getByRole("button", { name: /^Pay/ }).click();

test.afterEach(async ({ product }) => {
  await setWebhooks(product, "on");
  await query(product, (client) => client.query(`DELETE FROM parity."Setting" WHERE key = 'supportContact'`));
});

test("two tabs lead to one payment, and a third, stale tab sells nothing", async ({
  staffPage: page,
  context,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/409/);
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, `Twyla Tabs ${Date.now()}`);
  await openWorkspace(page, customer);
  const here = page.url();
  const [second, stale] = [await context.newPage(), await context.newPage()];
  for (const tab of [second, stale]) await tab.goto(here);
  await expect(findHeading(stale)).toHaveText("Choose a plan to start");

  await goToPayment(page, CARDS.pays);
  await goToPayment(second, CARDS.pays);
  expect(second.url()).toBe(page.url());
  await pay(page);
  await expect(findHeading(page)).toHaveText("You have Army");
  await pay(second);
  await expect(findHeading(second)).toHaveText("You have Army");

  await stale.getByRole("button", { name: "Choose Starter" }).click();
  await expect(stale.getByRole("alert")).toContainText("not charged");
  await expect(findHeading(stale)).toHaveText("You have Army");
  const bought = await query(product, (client) =>
    client.query(`SELECT 1 FROM parity."StripeSubscription" WHERE "metadataUserId" = $1`, [customer.userId]),
  );
  expect(bought.rowCount).toBe(1);
});

test("a bigger plan shows its soldiers as soon as the customer returns", async ({
  staffPage: page,
  product,
}) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, `Uma Upgrade ${Date.now()}`);
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays, "Starter");
  await pay(page);
  await expect(findHeading(page)).toHaveText("You have Starter");
  await expect(findSeats(page)).toHaveCount(1);
  await expect(page.getByText("Army has 5 soldiers, $200 a year.")).toBeVisible();

  await page.getByRole("button", { name: "Manage billing" }).click();
  await expect(findHeading(page)).toHaveText("Your billing");
  await page.getByLabel("Other plan").selectOption({ label: "AI soldiers, $200.00 a year" });
  await page.getByRole("button", { name: "Switch plan" }).click();
  await page.getByRole("link", { name: "Return to the application" }).click();
  await expect(findHeading(page)).toHaveText("You have Army");
  await expect(findSeats(page)).toHaveCount(5);
  expect(await readRecord(product, customer.userId)).toMatchObject({ plan: "army", seats: 5 });
});

test("a customer that waits too long sees the support contact, once an admin has set it", async ({
  staffPage: page,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/400.*settings/);
  const customer = await addCustomer(product, `Wren Waits ${Date.now()}`);
  await query(product, (client) =>
    client.query(
      `INSERT INTO parity."UserCheck" ("userId", "failedAt", failure, failures, "nextCheckAt")
       VALUES ($1, now(), 'timeout', 1, now() + interval '1 hour')`,
      [customer.userId],
    ),
  );
  await openWorkspace(page, customer);
  await expect(findHeading(page)).toHaveText("We could not check your plan");
  await expect(page.locator("main")).toContainText("You do not need to pay again.");
  await expect(page.locator("main")).not.toContainText(/contact/i);

  await page.goto("/settings");
  const field = page.getByLabel("Support contact");
  await field.fill("help at example");
  await page.getByRole("button", { name: "Save rules" }).click();
  await expect(
    page.getByText("Enter an email address (help@example.com) or an https address."),
  ).toBeVisible();
  await field.fill("help@example.com");
  await page.getByRole("button", { name: "Save rules" }).click();
  await expect(page.getByText("Settings saved.")).toBeVisible();

  await openWorkspace(page, customer);
  await expect(page.getByRole("link", { name: "help@example.com" })).toHaveAttribute(
    "href",
    "mailto:help@example.com",
  );
  await expectAccessible(page);
});
