import { expect, expectAccessible, test } from "./support/test";

test("what a sync wrote is previewed and taken back from its run's page, with a typed reason", async ({
  staffPage: page,
  isMobile,
}) => {
  test.skip(isMobile, "it changes the same data");
  await page.goto("/users?verdict=detail_mismatch");
  await page
    .getByRole("table")
    .getByRole("button", { name: /^Sync / })
    .first()
    .click();
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
