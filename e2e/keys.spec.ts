import type { Route } from "playwright/test";
import { addPaidCustomers, readRecord } from "./support/customers";
import { setWebhooks } from "./support/paying";
import { expect, expectAccessible, test } from "./support/test";

// Stripe's webhooks are lost, or nothing would be left for a person to do.
test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

test("the users table is worked through with j, k, x, s and Enter, and Escape comes back", async ({
  staffPage: page,
  product,
}) => {
  const [, userId = ""] = await addPaidCustomers(product, [
    { name: "Keys One", email: "keys.one@example.com" },
    { name: "Keys Two", email: "keys.two@example.com" },
  ]);
  await page.goto("/users?q=keys.&sort=email");
  const rows = page.getByRole("table", { name: "Users" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(rows.nth(0).getByRole("link", { name: "Keys One" })).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(rows.nth(1).getByRole("link", { name: "Keys Two" })).toBeFocused();
  await page.keyboard.press("x");
  await expect(rows.nth(1).getByRole("checkbox")).toBeChecked();
  await expect(page.getByText(/1 (user )?selected/)).toBeVisible();
  await page.keyboard.press("s");
  await expect(rows.nth(1)).toContainText("Synced. Keys Two has");
  expect(await readRecord(product, userId)).toMatchObject({ plan: "army", workspace: "active" });
  await expectAccessible(page);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Open the user");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await rows.nth(1).getByRole("link", { name: "Keys Two" }).focus();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Keys One" })).toBeVisible();
  // Which list it was is read once the page is there.
  await expect(page.getByRole("navigation", { name: "Users of the list" })).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { level: 1, name: "Keys Two" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/users\?.*q=keys/);
  // Where the person was: not at the top again.
  await expect(rows.nth(1).getByRole("link", { name: "Keys Two" })).toBeFocused();
});

test("R435: after a search the keys are those of the list, and a filter that is set keeps the focus", async ({
  staffPage: page,
}) => {
  await page.goto("/users?sort=email");
  const rows = page.getByRole("table", { name: "Users" }).locator("tbody tr");
  await page.keyboard.press("/");
  await page.keyboard.type("customer 00");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=customer/);
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("j");
  await expect(rows.first().getByRole("link").first()).toBeFocused();
  // Who types on while the list is on its way loses no letter, and none of them is a key of the list.
  const asked = new Promise<Route>((resolve) => void page.route(/\/users.*\.data/, resolve, { times: 1 }));
  await page.keyboard.press("/");
  await page.keyboard.type("customer 01");
  await page.keyboard.press("Enter");
  await page.keyboard.type("1s");
  await (await asked).continue();
  await expect(page).toHaveURL(/q=customer(\+|%20)01$/);
  await expect(rows.first()).toContainText("Customer 01");
  const search = page.getByRole("searchbox", { name: "Search users" });
  await expect(search).toHaveValue("customer 011s");
  await expect(search).toBeFocused();
  await page.goto("/activity");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByRole("button", { name: "Filter" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/from=2020-01-01/);
  await expect(page.getByRole("button", { name: "Filter" })).toBeFocused();
});

test("a relative time shows its date and time on hover, on focus and on touch, and Escape closes it", async ({
  staffPage: page,
}) => {
  await page.goto("/users");
  const time = page.getByRole("table", { name: "Users" }).locator("time").first();
  const tip = page.getByRole("tooltip");
  await expect(time).toHaveAttribute("title", /\d{4}, \d\d:\d\d /);
  await expect(async () => {
    await page.mouse.move(1, 1);
    await time.hover();
    await expect(tip).toHaveText(/\d{4}, \d\d:\d\d (UTC|GMT)/, { timeout: 500 });
  }).toPass();
  await expectAccessible(page, { within: tip });
  await page.mouse.move(1, 1);
  await expect(tip).toBeHidden();
  // No stop for each time: the link of the row shows those of the row.
  await expect(page.locator("tbody time[tabindex]")).toHaveCount(0);
  const row = page.getByRole("row").filter({ hasText: /ago|just now/ });
  const link = row.first().getByRole("link").first();
  await link.focus();
  await expect(tip).toHaveText(/Read from Stripe \d+ \w+ \d{4}, \d\d:\d\d/);
  await expect(link).toHaveAccessibleDescription(/Read from Stripe/);
  await page.keyboard.press("Escape");
  await expect(tip).toBeHidden();
  await time.dispatchEvent("pointerover", { pointerType: "touch" });
  await expect(tip).toBeVisible();
});
