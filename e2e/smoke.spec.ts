import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, expectAccessible, test } from "./support/test";

test("a visitor that is not signed in is asked to sign in", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("button", { name: /sign in/i })).toBeVisible();
  await expectAccessible(page);
});

test("the process reports that it is alive and ready", async ({ request }) => {
  expect((await request.get("/healthz")).status()).toBe(200);
  expect((await request.get("/readyz")).status()).toBe(200);
});

test("the browser's scripts contain no server code", () => {
  const assets = path.resolve(import.meta.dirname, "../build/client/assets");
  const scripts = readdirSync(assets).filter((file) => file.endsWith(".js"));
  expect(scripts.length).toBeGreaterThan(0);
  const leaking = scripts.filter((file) =>
    /ZodError|PrismaClient|STRIPE_SECRET_KEY|schema_engine/.test(
      readFileSync(path.join(assets, file), "utf8"),
    ),
  );
  expect(leaking).toEqual([]);
});
