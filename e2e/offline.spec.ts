import { addPaidCustomers, readRecord } from "./support/customers";
import { controlSandbox, setWebhooks } from "./support/paying";
import { expect, test } from "./support/test";

test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

/** Runs in the browser. The code of dialogs comes once it has nothing else to do, as while a person reads. */
const hasCode = (module: string) =>
  performance.getEntriesByType("resource").some(({ name }) => name.includes(`/${module}-`));

test("a moment without a connection, or an error of the server, never takes the list or the case away", async ({
  staffPage: page,
  context,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED/, /status of 500/);
  const [userId = ""] = await addPaidCustomers(product, [
    { name: "Orla Offline", email: "orla.offline@example.com" },
  ]);
  await page.goto("/users?q=orla");
  const row = page.getByRole("row", { name: /Orla Offline/ });
  const sync = row.getByRole("button", { name: /^Sync/ });
  await page.waitForFunction(hasCode, "dialog-popup");
  await context.setOffline(true);
  await sync.click();
  await expect(row).toContainText("Parity could not be reached.");
  await expect(sync).toBeFocused();
  // The code of these was never asked for: Remix would load the whole page again.
  await page.getByRole("button", { name: "Sync status" }).click();
  await expect(page.getByText("There is no connection. This page stays as it is")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("There is no connection.")).toBeHidden();

  await page.route("**/sync", (route) =>
    route.fulfill({ status: 500, json: { error: { code: "internal", message: "The error was logged." } } }),
  );
  await sync.click();
  await expect(row).toContainText("The error was logged.");
  expect(await readRecord(product, userId)).toMatchObject({ workspace: "locked" });
  await page.unroute("**/sync");

  await row.getByRole("link", { name: "Orla Offline" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Orla Offline" })).toBeVisible();
  const todo = page.getByRole("region", { name: "What to do" });
  await page.waitForFunction(hasCode, "decision-dialog");
  await context.setOffline(true);
  // The code of that page was not loaded yet.
  await page.getByRole("link", { name: "Health", exact: true }).first().click();
  await expect(page.getByText("There is no connection. This page stays as it is")).toBeVisible();
  await expect(page).toHaveURL(`/users/${userId}`);
  await todo.getByRole("button", { name: "Sync this user" }).click();
  await expect(todo.getByRole("alert")).toContainText("Parity could not be reached.");
  await todo.getByRole("button", { name: "Hold…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toContainText("Parity could not be reached.");
  await context.setOffline(false);
  await expect(page.getByText("There is no connection.")).toBeHidden();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await todo.getByRole("button", { name: "Sync this user" }).click();
  await expect(todo.getByRole("status")).toContainText("Synced. Orla Offline has");
  await expect(page.getByRole("region", { name: "Notifications" })).toHaveCount(0);
  await todo.getByRole("button", { name: "Hold…" }).click();
  await expect(dialog).toContainText("Orla Offline is on hold: nothing is changed automatically");
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // What another dialog has said is not said of this one while its own preview is on the way.
  let answer = () => {};
  await page.route("**/decisions", (route) => {
    answer = () => void route.continue();
  });
  await todo.getByRole("button", { name: "Give free access…" }).click();
  await expect(dialog).toContainText("What this does is being worked out…");
  answer();
  await expect(dialog).toContainText("Orla Offline has free access: Starter");
  await page.unroute("**/decisions");
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("R363: code that did not come while offline is asked for again when the page is back online, before it is used", async ({
  staffPage: page,
  context,
  expectedErrors,
}) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED/);
  const palette = /\/palette-[\w-]+\.js/;
  await page.route(palette, (route) => route.abort("internetdisconnected"));
  const lost = page.waitForEvent("requestfailed", (request) => palette.test(request.url()));
  await page.goto("/users");
  await lost;
  await page.unroute(palette);
  let hasCome = false;
  page.on("response", (response) => {
    if (palette.test(response.url()) && response.ok()) hasCome = true;
  });
  // The page may hear of what it lost only after it is back online for the first time.
  const loseConnection = async () => {
    await context.setOffline(true);
    await context.setOffline(false);
    return hasCome;
  };
  await expect.poll(loseConnection).toBe(true);
  await context.setOffline(true);
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("combobox", { name: "Search users, pages and actions" })).toBeVisible();
  await context.setOffline(false);
});

test("“Check again” says that Stripe does not answer, and keeps the case", async ({
  staffPage: page,
  product,
}) => {
  await addPaidCustomers(product, [{ name: "Sina Silent", email: "sina.silent@example.com" }]);
  await page.goto("/users?q=sina.silent");
  await page.getByRole("link", { name: "Sina Silent" }).click();
  const todo = page.getByRole("region", { name: "What to do" });
  await controlSandbox(product, { faults: [{ effect: { type: "error", status: 500 } }] });
  await todo.getByRole("button", { name: "Check again" }).click();
  await expect(todo.getByRole("status")).toContainText("Not checked: Stripe");
  await controlSandbox(product, { clearFaults: true });
  await todo.getByRole("button", { name: "Check again" }).click();
  await expect(todo.getByRole("status")).toContainText("Stripe was read again, and nothing was changed.");
});
