import { computeCode, computeNextCode } from "../app/auth/testing/totp";
import { expect, expectAccessible, test } from "./support/test";

const EMAIL = "operator@example.com";

test("a second factor is set up, asked for by a page of its own, replaced by a backup code once, and removed", async ({
  page,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 40[01] .*(account|sign-in)/);
  const { password } = product;
  const enterPassword = async () => {
    await page.goto("/sign-in?next=/account");
    await page.getByLabel(/e-?mail/i).fill(EMAIL);
    await page.getByLabel(/password/i).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  const enterCode = async (code: string) => {
    await page.getByLabel("Code").fill(code);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  const factor = page.getByRole("region", { name: "Second factor" });

  await enterPassword();
  await factor.getByLabel("Your password").fill("not my password");
  await factor.getByRole("button", { name: "Add authenticator app" }).click();
  await expect(factor).toContainText("Your current password is wrong.");
  await factor.getByLabel("Your password").fill(password);
  await factor.getByRole("button", { name: "Add authenticator app" }).click();
  const key = await page.locator("#second-factor-key").innerText();
  const backupCode = await page.locator("#backup-codes li").first().innerText();
  await expectAccessible(page, { alsoNarrow: true, within: factor });
  await factor.getByLabel("Code of the app").fill(computeCode(key));
  await factor.getByRole("button", { name: "Confirm" }).click();
  await expect(factor).toContainText("From now on, signing in asks for a code.");
  await expectAccessible(page, { within: factor });

  await page.context().clearCookies();
  await enterPassword();
  await expect(page).toHaveURL(/\/sign-in\/code/);
  await expect(page.getByRole("heading", { level: 1, name: "Enter your code" })).toBeVisible();
  await expectAccessible(page, { alsoNarrow: true });
  await enterCode("000000");
  await expect(page.getByRole("alert")).toContainText("That code is not right.");
  await expectAccessible(page);
  await enterCode(computeNextCode(key));
  await expect(page.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();

  await page.context().clearCookies();
  await enterPassword();
  await enterCode(backupCode);
  await expect(page).toHaveURL("/account");
  await factor.getByLabel("Your password").fill(password);
  await factor.getByRole("button", { name: "Remove second factor" }).click();
  await expect(factor).toContainText("Signing in no longer asks for a code.");
  await page.context().clearCookies();
  await enterPassword();
  await expect(page).toHaveURL("/account");
});
