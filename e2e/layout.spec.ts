import type { Page } from "playwright/test";
import { query } from "./support/customers";
import { findFaults } from "./support/faults";
import { expect, test } from "./support/test";

/** The last two are a screen of 1,440 at 200 % and at 400 %. */
const widths = [1440, 1024, 768, 720, 360];
const pages = ["/users", "/?queue=needs_decision", "/users/user_0100", "/plans", "/users/user_0085"];

test("pages are readable at every width: search, ids, focus, nothing cut off", async ({
  staffPage: page,
}) => {
  for (const address of pages)
    await test.step(address, async () => {
      await page.goto(address);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        const search = await page.getByRole("searchbox", { name: "Search users" }).boundingBox();
        expect.soft(search?.width, `search field at ${width}`).toBeGreaterThanOrEqual(240);
        expect.soft(await page.evaluate(findFaults), `${address} at ${width}`).toEqual({
          ...{ wider: 0, brokenIds: [], focusableButHidden: [], cutOff: [], covered: [] },
        });
      }
    });
});

test("back from a user keeps filter, order and page; a page that is not there any more leads back to the same list", async ({
  staffPage: page,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 400/);
  await page.goto("/users?sort=email&verdict=in_sync&verdict=no_subscription&verdict=locked_out");
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText(/^51–/)).toBeVisible();
  await expect(page).toHaveURL(/(?=.*verdict=)(?=.*after=)/);
  const list = page.url();
  await openFirstUser(page);
  await page.getByRole("link", { name: "Users", exact: true }).last().click();
  await expect(page).toHaveURL(list);
  await page.goto("/users?verdict=locked_out&sort=email&after=nonsense");
  await page.getByRole("link", { name: "Go to the first page of this list" }).click();
  await expect(page).toHaveURL(/\/users\?(?=.*verdict=locked_out)(?=.*sort=email)(?!.*after=)/);
});

async function openFirstUser(page: Page) {
  await page.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page.getByRole("navigation", { name: "Users of the list" })).toBeVisible();
}

test("R396: a name without spaces stays inside its page and its dialog, on a phone too", async ({
  staffPage: page,
  product,
}) => {
  await query(product, (client) =>
    client.query(`UPDATE app."User" SET name = repeat('Wolfeschlegelstein', 9) WHERE id = 'user_0085'`),
  );
  await page.setViewportSize({ width: 375, height: 812 });
  await page.goto("/users/user_0085");
  await page.getByRole("button", { name: /^Release hold/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Wolfeschlegelstein").last()).toBeVisible();
  expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  expect(await page.evaluate(findFaults)).toMatchObject({ wider: 0, cutOff: [] });
});

test("a viewer sees that settings cannot be changed, and decides nothing", async ({ page, product }) => {
  await page.goto("/sign-in?next=/settings");
  await page.getByLabel(/e-?mail/i).fill("viewer@example.com");
  await page.getByLabel(/password/i).fill(product.password);
  await page.getByRole("button", { name: /sign in/i }).click();
  await expect(page.getByText("Your role can read these rules, and not change them.")).toBeVisible();
  const readBackground = (label: RegExp) =>
    page.getByLabel(label).evaluate((field) => getComputedStyle(field).backgroundColor);
  await expect(page.getByLabel(/^Grace period/)).toBeDisabled();
  expect(await readBackground(/^Grace period/)).not.toBe(await readBackground(/^Search users/));
  await page.goto("/?queue=needs_decision");
  await expect(page.getByText("Only operators and admins can change this.")).toBeVisible();
});
