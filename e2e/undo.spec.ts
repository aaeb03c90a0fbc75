import { addContestedCustomer, addPaidCustomers, query, readRecord } from "./support/customers";
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
  await expect(dialog).toContainText("would be taken back.");
  await expectAccessible(page);
  await dialog.getByLabel("Reason").fill("The application needs the old value for a day");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: "is taken back." })).toBeVisible();
  await page.getByRole("link", { name: "View what was taken back" }).click();
  await expect(page.getByRole("heading", { name: "Undo of one user" })).toBeVisible();
  await expect(page.getByRole("link", { name: "View the run that it takes back" })).toBeVisible();
});

test("R361: of a customer that two users claim one subscription is given to one of them, with its effect first, and that is undone", async ({
  staffPage: page,
  product,
}) => {
  const { userIds, subscriptionIds } = await addContestedCustomer(product, [
    { name: "Olga Petrenko", email: "olga.petrenko@example.com" },
    { name: "Pavel Petrenko", email: "pavel.petrenko@example.com" },
  ]);
  const [olga = "", pavel = ""] = userIds;
  await page.goto(`/users/${olga}`);
  const todo = page.getByRole("region", { name: "What to do" });
  await todo.getByRole("button", { name: "Check again" }).click();
  await todo.getByRole("button", { name: "Sync this user" }).click();
  await expect(page.getByText("Synced. Olga Petrenko has")).toBeVisible();
  await page.goto(`/users/${pavel}`);
  await expect(page.getByText("Link conflict").first()).toBeVisible();
  const before = await readRecord(product, olga);
  const [subscriptionId = ""] = subscriptionIds;
  await todo.getByRole("button", { name: "Decide whose it is…" }).click();
  const dialog = page.getByRole("dialog");
  const part = dialog.getByLabel("Customer or subscription");
  const option = part.locator("option").filter({ hasText: subscriptionId });
  await part.selectOption({ label: await option.innerText() });
  await expect(dialog.getByLabel("Belongs to").locator("option:checked")).toContainText("Pavel Petrenko");
  await expect(dialog).toContainText(`${subscriptionId} (cus_`);
  await expect(dialog).toContainText("is Pavel Petrenko, and not Olga Petrenko (");
  await expect(dialog).toContainText("1 user ($16.67 a month) gains access.");
  await dialog.getByLabel("Reason").fill("Each of them pays with the company’s card");
  await dialog.getByRole("button", { name: "Decide" }).click();
  await expect(dialog).toBeHidden();
  await expect(todo.getByRole("status")).toContainText("by Demo Admin");
  expect(await readRecord(product, pavel)).toMatchObject({ plan: "army", workspace: "active", seats: 5 });
  // The other subscription stays with the user who records the customer.
  expect(await readRecord(product, olga)).toEqual(before);

  await page.goto("/activity");
  const entry = page.getByRole("listitem").filter({ hasText: "Each of them pays" }).first();
  await expect(entry).toContainText(subscriptionId);
  await entry.getByRole("button", { name: /^Undo…/ }).click();
  await dialog.getByLabel("Reason").fill("The wrong one of the two");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("The wrong one of the two").first()).toBeVisible();
  expect((await readRecord(product, pavel))?.workspace).toBe("active");
});
