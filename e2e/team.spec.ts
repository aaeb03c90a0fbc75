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
  const newLink = page.getByRole("region", { name: "New link" });
  await effort.expect({ clicks: 1, keys: 0, fields: 2 });
  await expectAccessible(page, { within: newLink });
  // Invited once more: the first link ends, and that is said.
  await expect(newLink).not.toContainText("no longer works");
  await page.getByLabel("Email").fill(email.toUpperCase());
  await page.getByLabel("Role").selectOption("operator");
  await page.getByRole("button", { name: "Create link" }).click();
  await expect(newLink).toContainText("The earlier link for them no longer works.");
  const link = await newLink.locator("code").innerText();

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
  // In another tab the list is not as it was: what is refused shows how it is.
  const tab = await page.context().newPage();
  await tab.goto("/team");
  await tab.getByRole("button", { name: `Change ${name}` }).click();
  await tab.getByRole("menuitem", { name: "Change role" }).click();
  await choose(name, "Remove from the team");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${name} was removed and signed out.`)).toBeVisible();
  await tab.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(tab.getByText("There is no such member any more.")).toBeVisible();
  await expect(tab.getByRole("button", { name: `Change ${name}` })).toHaveCount(0);
  await tab.close();
  await other.goto("/account");
  await expect(other.getByRole("heading", { name: "Sign in to Parity" })).toBeVisible();
});
