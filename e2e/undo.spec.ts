import { addPaidCustomers, query } from "./support/customers";
import { setWebhooks } from "./support/paying";
import { expect, expectAccessible, test } from "./support/test";

// A webhook's run would stand before the one of the button.
test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

test("what a sync wrote is previewed and taken back from its run's page, with a typed reason", async ({
  staffPage: page,
  product,
}) => {
  const [userId = ""] = await addPaidCustomers(product, [
    { name: "Ines Moreau", email: "ines.moreau@example.com" },
  ]);
  await page.goto(`/users/${userId}`);
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByRole("button", { name: "Sync this user" }).click();
  await expect(page.getByText("Synced. Ines Moreau has")).toBeVisible();
  // Another program changes the record.
  await query(product, (client) =>
    client.query(
      `UPDATE app."User" SET "currentPeriodEnd" = "currentPeriodEnd" + interval '1 day' WHERE id = $1`,
      [userId],
    ),
  );
  await page.goto("/users?q=ines.moreau");
  await page.getByRole("table").getByRole("button", { name: "Sync Ines Moreau" }).click();
  await expect(page.getByRole("button", { name: /^Undo…/ }).first()).toBeVisible();
  await page.goto("/runs");
  await page.getByRole("link", { name: "Sync of one user" }).first().click();
  await page.getByRole("button", { name: "Undo sync…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("would be taken back for 1 of 1 users");
  await expectAccessible(page);
  await dialog.getByLabel("Reason").fill("The application needs the old value for a day");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: "taken back for 1 of 1 users" })).toBeVisible();
  await page.getByRole("link", { name: "View what was taken back" }).click();
  await expect(page.getByRole("heading", { name: "Undo of one user" })).toBeVisible();
  await expect(page.getByRole("link", { name: "View the run that it takes back" })).toBeVisible();
});
