import { expect, expectAccessible, test } from "./support/test";

const pages = [
  ["/", "Overview"],
  ["/users", "Users"],
  ["/users?verdict=locked_out&sort=-since", "Users"],
  ["/revocations", "Revocations"],
  ["/runs", "Runs"],
  ["/settings", "Settings"],
] as const;

for (const [address, heading] of pages) {
  test(`${address} can be read by everybody, in both themes`, async ({ staffPage: page }) => {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await expectAccessible(page);
  });
}

test("filters stand in the address, and an empty list says how to get out", async ({ staffPage: page }) => {
  await page.goto("/users");
  await page.getByRole("button", { name: "Verdict" }).click();
  await page.getByRole("menuitemcheckbox", { name: "In sync" }).click();
  await expect(page).toHaveURL("/users?verdict=in_sync");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menuitemcheckbox").first()).toBeHidden();
  await expect(page.getByRole("button", { name: "Verdict" })).toBeFocused();
  await expect(page.getByRole("row", { name: /in sync/ }).first()).toBeVisible();

  await page.goto("/users?q=nobody-has-this-address");
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Clear filters" }).last().click();
  await expect(page).toHaveURL("/users");
});

test("the list is gone through page by page, and back", async ({ staffPage: page }) => {
  await page.goto("/users?sort=email");
  // Whose row it is: how long ago they were checked grows by itself.
  const pageOfFirst = () => page.getByRole("row").nth(1).getByRole("link").first().getAttribute("href");
  const first = await pageOfFirst();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(page.getByText(/^51–/)).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByText(/^1–50/)).toBeVisible();
  expect(await pageOfFirst()).toBe(first);
});

test("a page of the list that is none is a 400 that says so", async ({ staffPage: page, expectedErrors }) => {
  expectedErrors.push(/status of 400/);
  const response = await page.goto("/users?after=nonsense");
  expect(response?.status()).toBe(400);
  await expect(page.getByText("This page of the list is not there.")).toBeVisible();
  await expectAccessible(page);
});

test("a user who is not there is a 404 within the frame", async ({ staffPage: page, expectedErrors }) => {
  expectedErrors.push(/status of 404/);
  expect((await page.goto("/users/nobody"))?.status()).toBe(404);
  await expect(page.getByText("There is no user with this id.")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
  await expectAccessible(page);
});

test("the search is a key away, and the content too", async ({ staffPage: page, isMobile }) => {
  test.skip(isMobile, "a phone has no keys");
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  const search = page.getByRole("searchbox", { name: "Search users" });
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
});

test("keys that are pressed while a page loads do it no harm", async ({ staffPage: page, isMobile }) => {
  test.skip(isMobile, "a phone has no keys");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  for (let load = 0; load < 3; load += 1) {
    let isLoading = true;
    const loaded = page.goto("/").finally(() => {
      isLoading = false;
    });
    while (isLoading) await page.keyboard.press("Tab");
    await loaded;
    await expect(page.locator("html")).toHaveAttribute("data-alive");
  }
});

test("a chosen theme and rail are there from the first byte", async ({ staffPage: page, isMobile }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^Signed in as/ }).click();
  await page.getByRole("menuitem", { name: "Dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  if (!isMobile) {
    await page.getByRole("button", { name: "Collapse" }).click();
    await expect(page.getByRole("button", { name: "Widen" })).toBeVisible();
  }
  await expect
    .poll(async () => (await page.request.get("/")).text(), { timeout: 20_000 })
    .toMatch(/<html[^>]*data-theme="dark"/);
  await expectAccessible(page);
});
