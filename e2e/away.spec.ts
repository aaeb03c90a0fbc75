import { addPaidCustomers, query, readRecord } from "./support/customers";
import { openGate } from "./support/gate";
import { setWebhooks } from "./support/paying";
import type { Product } from "./support/product";
import { expect, expectAccessible, test } from "./support/test";

test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

/** Runs in the browser. The code of other pages comes once the page has nothing else to do. */
function hasCodeOfHealth(): boolean {
  const { module = "none" } = window.__remixManifest.routes["routes/_staff.health"] ?? {};
  return performance.getEntriesByType("resource").some(({ name }) => name.endsWith(module));
}

/** As a failover leaves it: the server's connections are new, and none may write. */
const setReadOnly = (product: Product, mode: "on" | "off") =>
  query(product, async (client) => {
    await client.query("SET default_transaction_read_only = off");
    await client.query(`ALTER DATABASE ${client.database} SET default_transaction_read_only = ${mode}`);
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
      [client.database],
    );
  });

test("R390: with a read-only database no form leaves its page: the list stays, and what was asked is sent again by a person", async ({
  staffPage: page,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 503/);
  await page.goto("/users?sort=email");
  const row = page.getByRole("row").nth(1);
  await expect(row).toBeVisible();
  const refused = page.getByText(
    "Parity could not use its database. It is not known whether what you sent was done.",
  );
  try {
    await setReadOnly(product, "on");
    await page.getByRole("button", { name: "Preview sync…" }).click();
    await expect(refused).toBeVisible();
    await expect(row).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Do not send it again" }).click();
    await expect(refused).toBeHidden();
    await expect(row).toBeVisible();
    await expect(page).toHaveURL(/\/users\?sort=email/);

    // In a dialog, too: it stays open with what was typed.
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: "Save this view…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("By address");
    await dialog.getByRole("button", { name: "Save view" }).click();
    await expect(refused).toBeVisible();
    await expect(dialog.getByLabel("Name")).toHaveValue("By address");
    // Given up is not done.
    await page.getByRole("button", { name: "Do not send it again" }).click();
    await expect(refused).toBeHidden();
    await expect(dialog.getByLabel("Name")).toHaveValue("By address");
    await dialog.getByRole("button", { name: "Save view" }).click();
    await expect(refused).toBeVisible();
    await setReadOnly(product, "off");
    await page.getByRole("button", { name: "Send again" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("button", { name: "By address" })).toBeVisible();
  } finally {
    await setReadOnly(product, "off");
  }
});

test("R335: while the server is away a link keeps the list, says so, and goes on when the server is back", async ({
  staffPage: page,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/ERR_(CONNECTION|EMPTY|SOCKET)/);
  const [userId = ""] = await addPaidCustomers(product, [
    { name: "Ava Away", email: "ava.away@example.com" },
  ]);
  const gate = await openGate(product);
  await page.goto(`${gate.url}/users?q=ava.`);
  await page.waitForFunction(hasCodeOfHealth);
  const row = page.getByRole("row", { name: /Ava Away/ });
  const away = page.getByText("The server does not answer. This page stays as it is.");
  await gate.close();

  // A page whose code and data were never asked for.
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Health" }).click();
  await expect(away).toBeVisible();
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(/^tried \d+ times$/)).toBeVisible();
  await page.getByRole("button", { name: "Stay here" }).click();
  await expect(away).toBeHidden();
  await expect(page).toHaveURL(/\/users\?q=ava\./);

  await row.getByRole("button", { name: /^Sync/ }).click();
  await expect(row).toContainText("Parity could not be reached.");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Open the user");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Preview sync…" }).click();
  const unknown = page.getByText("It is not known whether what you sent has arrived.");
  await expect(unknown).toBeVisible();
  await page.getByRole("button", { name: "Do not send it again" }).click();
  // The page itself is read again once the server is there.
  await expect(unknown).toBeHidden();
  await expect(row).toBeVisible();

  await row.getByRole("link", { name: "Ava Away" }).click();
  await expect(away).toBeVisible();
  expect(await readRecord(product, userId)).toMatchObject({ workspace: "locked" });
  await gate.open();
  await expect(page.getByRole("heading", { level: 1, name: "Ava Away" })).toBeVisible();
  await expect(away).toBeHidden();
  const todo = page.getByRole("region", { name: "What to do" });
  await todo.getByRole("button", { name: "Sync this user" }).click();
  await expect(todo.getByRole("status")).toContainText("Synced. Ava Away has");
  await gate.close();
});
