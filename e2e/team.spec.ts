import { countEffort } from "./support/effort";
import { expect, expectAccessible, test } from "./support/test";

test("an admin invites a colleague, who joins and gets another role; the last admin stays", async ({
  staffPage: page,
  browser,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 400 .*team/);
  const email = "kim@example.com";
  const name = "Kim Novak";
  const effort = await countEffort(page);
  await page.goto("/team");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Role").selectOption("operator");
  await page.getByRole("button", { name: "Create link" }).click();
  const link = await page.getByRole("region", { name: "New link" }).locator("code").innerText();
  await effort.expect({ clicks: 1, keys: 0, fields: 2 });
  await expectAccessible(page, { within: page.getByRole("region", { name: "New link" }) });

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await other.getByLabel("Your name").fill(name);
  await other.getByLabel("Password").fill("seven purple umbrellas");
  await expectAccessible(other);
  await other.getByRole("button", { name: "Join" }).click();
  await other.waitForURL((url) => url.pathname === "/");
  await other.goto("/account");
  await expect(other.getByRole("list", { name: "Your sessions" })).toContainText("this session");
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "This link does not work" })).toBeVisible();

  const choose = async (member: string, item: string) => {
    await page.getByRole("button", { name: `Change ${member}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await page.goto("/team");
  await choose(name, "Change role");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Role").selectOption("viewer");
  await dialog.getByLabel("Reason").fill("moved to sales");
  await expectAccessible(page, { within: dialog });
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText(`${name} is viewer now.`)).toBeVisible();
  await other.goto("/team");
  await expect(other.getByText("This needs the role admin. You are viewer.")).toBeVisible();

  await choose("Demo Admin", "Remove from the team");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("This is the last admin who can sign in.")).toBeVisible();
  await choose(name, "Remove from the team");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${name} was removed and signed out.`)).toBeVisible();
  await other.goto("/account");
  await expect(other.getByRole("heading", { name: "Sign in to Parity" })).toBeVisible();
});
