import { addPaidCustomers, readRecord } from "./support/customers";
import { setWebhooks } from "./support/paying";
import { expect, test } from "./support/test";

test.use({ javaScriptEnabled: false });
test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

test("without scripts every button that is shown works: found, synced from the list and from the case", async ({
  staffPage: page,
  product,
}) => {
  const [pia = "", per = ""] = await addPaidCustomers(product, [
    { name: "Pia Plain", email: "pia.plain@example.com" },
    { name: "Per Plain", email: "per.plain@example.com" },
  ]);
  await page.goto("/users");
  await page.getByRole("searchbox", { name: "Search users" }).fill("plain@example");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=plain/);
  await page
    .getByRole("row", { name: /Pia Plain/ })
    .getByRole("button", { name: /^Sync/ })
    .click();
  await expect(page).toHaveURL(`/users/${pia}`);
  await expect(page.getByRole("status").filter({ hasText: "Synced. Pia Plain has" })).toBeVisible();
  expect(await readRecord(product, pia)).toMatchObject({ plan: "army", workspace: "active" });

  await page.goto(`/users/${per}`);
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(page.getByText("Stripe was read again, and nothing was changed.")).toBeVisible();
  expect(await readRecord(product, per)).toMatchObject({ workspace: "locked" });
});

const PAGES = [
  ...["/", "/?queue=needs_decision", "/?queue=not_linked", "/users", "/plans", "/runs", "/activity", "/team"],
  ...["/settings", "/health", "/alerts", "/doctor", "/account", "/revocations", "/users/user_0100"],
];

test("no page shows a button that does nothing without scripts", async ({ staffPage: page }) => {
  for (const address of PAGES)
    await test.step(address, async () => {
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const idle = await page
        .locator("button:visible:not([data-text])")
        .evaluateAll(
          (buttons) =>
            buttons.filter(
              (button) => !(button instanceof HTMLButtonElement && button.form && button.type === "submit"),
            ).length,
        );
      expect(idle).toBe(0);
      expect(await page.locator("input[type=checkbox]:visible").count()).toBe(0);
    });
});
