import { expect, expectAccessible, test } from "./support/test";

test("health says what works, shows the trend with its numbers, and each number opens its list, in both themes", async ({
  staffPage: page,
}) => {
  test.slow(); // a check of a long page
  await page.goto("/health?by=day");
  await expect(page.getByRole("heading", { name: "Is everything working?" })).toBeVisible();
  const trend = page.getByRole("region", { name: "Mismatches found and repaired" });
  const causes = page.getByRole("region", { name: "Why it drifts" });
  await expect(causes.getByRole("heading", { name: "Price without a plan" })).toBeVisible();
  await expect(trend.getByRole("img")).toHaveAccessibleName(/found: .* repaired, .* still open/);
  await trend.getByText("Numbers and lists").press("Enter");
  const today = trend.getByRole("row").nth(1);
  await expect(today).toBeVisible();
  await expectAccessible(page, { alsoNarrow: true });
  const open = today.getByRole("cell").nth(2).getByRole("link");
  const users = Number(await open.textContent());
  expect(users).toBeGreaterThan(0);
  await open.click();
  await expect(page).toHaveURL(/\/users\?found=/);
  await expect(page.getByRole("link", { name: /remove this filter/ })).toBeVisible();
  await expect(page.getByText(new RegExp(`of ${users}\\b`)).first()).toBeVisible();
});
