import pg from "pg";
import { expect, test } from "./support/test";

test("a slow count does not delay a page: it follows, and stays on the next pages", async ({
  staffPage: page,
  product,
}) => {
  const other = new pg.Client({ connectionString: product.databaseUrl });
  await other.connect();
  try {
    await other.query("BEGIN");
    await other.query(`LOCK TABLE parity."SyncStatus" IN ACCESS EXCLUSIVE MODE`);
    await page.goto("/settings");
    await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
    const waiting = page.getByRole("link", { name: /^Inbox\s*\d+ waiting$/ }).first();
    await expect(page.getByRole("link", { name: "Inbox" }).first()).toBeVisible();
    await other.query("COMMIT");
    // It follows; on a slow machine it times out after two seconds and comes with a later page.
    await expect(async () => {
      if (await waiting.isHidden()) await page.reload();
      await expect(waiting).toBeVisible({ timeout: 1_500 });
    }).toPass();
    await page.getByRole("link", { name: "Runs" }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
    await expect(waiting).toBeVisible();
  } finally {
    await other.end();
  }
});

test("a short search explains what it finds", async ({ staffPage: page }) => {
  await page.goto("/users?q=ma");
  await expect(page.getByText("A search with one or two letters finds only")).toBeVisible();
  await page.goto("/users?q=mar");
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await expect(page.getByText("A search with one or two letters")).toBeHidden();
});
