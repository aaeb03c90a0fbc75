import { watchShifts } from "./support/shifts";
import { expect, expectAccessible, test } from "./support/test";

const pages = [
  ["/", "Inbox"],
  ["/?queue=needs_decision", "Inbox"],
  ["/users", "Users"],
  ["/users?verdict=locked_out&sort=-since", "Users"],
  ["/users/user_0100", null],
  ["/revocations", "Pending revocations"],
  ["/runs", "Runs"],
  ["/plans", "Plans"],
  ["/activity", "Activity"],
  ["/alerts", "Alerts"],
  ["/team", "Team"],
  ["/doctor", "Doctor"],
  ["/account", "Your account"],
  ["/settings", "Settings"],
] as const;

test("every page is accessible in both themes and on a narrow screen, and nothing moves while it loads", async ({
  staffPage: page,
}) => {
  test.setTimeout(600_000); // all pages, one after another: each in a tab of its own would cost half as much again
  const shifts = await watchShifts(page);
  // What the frame counts is known from the second page on. (The axe check of this page is e2e/health.spec.ts.)
  await page.goto("/health");
  for (const [address, heading] of pages)
    await test.step(address, async () => {
      await page.goto(address);
      await shifts.settle();
      await expect(page.getByRole("heading", { level: 1, name: heading ?? /./ })).toBeVisible();
      await shifts.expectFew(address);
      await expectAccessible(page, { alsoNarrow: true });
    });
});

test("filters are in the address, and an empty list offers to clear them", async ({ staffPage: page }) => {
  await page.goto("/users");
  await page.getByRole("button", { name: "Sync status" }).click();
  await page.getByRole("menuitemcheckbox", { name: "In sync" }).click();
  await expect(page).toHaveURL("/users?verdict=in_sync");
  await expectAccessible(page, { within: page.getByRole("menu") });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menuitemcheckbox").first()).toBeHidden();
  await expect(page.getByRole("button", { name: "Sync status" })).toBeFocused();
  await expect(page.getByRole("row", { name: /In sync/ }).first()).toBeVisible();

  await page.goto("/users?verdict=no_such_status&sort=email");
  await expect(
    page.getByText("“Sync status” has no value “no_such_status”. No users are shown"),
  ).toBeVisible();
  await page.getByRole("link", { name: "Show the list without it" }).click();
  await expect(page).toHaveURL("/users?sort=email");
  await page.goto("/users?verdict=no_such_status&verdict=in_sync");
  await expect(page.getByText("The list is filtered without it.")).toBeVisible();
  await expect(page.getByRole("row", { name: /In sync/ }).first()).toBeVisible();

  await page.goto("/users?q=no-such-address");
  await expect(page.getByText("No users match these filters")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Clear filters" }).last().click();
  await expect(page).toHaveURL("/users");
});

test("the list can be paged forward and back", async ({ staffPage: page }) => {
  await page.goto("/users?sort=email");
  // The link of the row, because the time since its check changes.
  const readFirstLink = () => page.getByRole("row").nth(1).getByRole("link").first().getAttribute("href");
  const first = await readFirstLink();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(page.getByText(/^51–/)).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByText(/^1–50/)).toBeVisible();
  expect(await readFirstLink()).toBe(first);
});

test("an invalid page of the list is a 400", async ({ staffPage: page, expectedErrors }) => {
  expectedErrors.push(/status of 400/);
  const response = await page.goto("/users?after=nonsense");
  expect(response?.status()).toBe(400);
  await expect(page.getByText("This page does not exist.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Go to the first page of this list" }).click();
  await expect(page).toHaveURL("/users");
});

test("an unknown user is a 404 with the navigation", async ({ staffPage: page, expectedErrors }) => {
  expectedErrors.push(/status of 404/);
  expect((await page.goto("/users/unknown"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "User not found" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await expectAccessible(page);
});

test("a key reaches the search, and another one the content", async ({ staffPage: page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  const search = page.getByRole("searchbox", { name: "Search users" });
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
});

test("keys pressed while a page loads break nothing", async ({ staffPage: page }) => {
  // Its scripts come when some keys were pressed, and more are pressed while they run.
  let letScriptsCome = () => {};
  const held = new Promise<void>((resolve) => {
    letScriptsCome = resolve;
  });
  await page.route("**/assets/*.js", async (route) => {
    await held;
    await route.continue();
  });
  let isLoading = true;
  const loaded = page.goto("/").finally(() => {
    isLoading = false;
  });
  await page.getByRole("heading", { level: 1 }).waitFor();
  for (let presses = 0; presses < 8; presses += 1) await page.keyboard.press("Tab");
  letScriptsCome();
  while (isLoading) await page.keyboard.press("Tab");
  await loaded;
  await expect(page.locator("html")).toHaveAttribute("data-hydrated");
});

test("a chosen theme and sidebar width are in the first response", async ({ staffPage: page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^Signed in as/ }).click();
  await page.getByRole("menuitem", { name: "Dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Collapse sidebar" }).click();
  await expect(page.getByRole("button", { name: "Expand sidebar" })).toBeVisible();
  await expect.poll(async () => (await page.request.get("/")).text()).toMatch(/<html[^>]*data-theme="dark"/);
  await expectAccessible(page);
});
