import type { Locator, Page } from "playwright/test";
import { readRecord } from "./support/customers";
import { countEffort } from "./support/effort";
import { expect, test } from "./support/test";

// Fresh data of its own: at the end nothing is left to decide.
test.use({ demo: "journeys" });
test.describe.configure({ mode: "serial" });

const findTodo = (page: Page) => page.getByRole("region", { name: "What to do" });

test("a customer writes “I paid and cannot get in”: found, let in, answered in 3 keys, 1 field and 2 clicks", async ({
  staffPage: page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const effort = await countEffort(page);
  await page.goto("/");
  await page.keyboard.press("/");
  await page.getByRole("searchbox", { name: "Search users" }).fill(" Ada.Okafor@example.com ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Ada Okafor" })).toBeVisible();
  await page.keyboard.press("s");
  await expect(findTodo(page).getByRole("status")).toContainText("Synced. Ada Okafor has");
  await page.getByText("Reply to the customer").click();
  await page.getByRole("button", { name: "Copy reply" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("This is corrected now.");
  await effort.expect({ clicks: 2, keys: 3, fields: 1 });
});

test("two users claim one customer: whose it is, is chosen, in 4 clicks and 2 fields", async ({
  staffPage: page,
}) => {
  const effort = await countEffort(page);
  await page.goto("/");
  await page.getByRole("link", { name: /^Needs a decision/ }).click();
  await page.getByRole("link", { name: /Henry Fischer/ }).click();
  await findTodo(page).getByRole("button", { name: "Decide whose it is…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Belongs to").locator("option:checked")).toContainText("Henry Fischer");
  await dialog
    .getByLabel("Belongs to")
    .selectOption({ label: "Hannah Fischer (hannah.fischer@example.com)" });
  await expect(dialog).toContainText("is Hannah Fischer, and not Henry Fischer");
  await dialog.getByLabel("Reason").fill("Hannah sent the invoice");
  await dialog.getByRole("button", { name: "Decide" }).click();
  await expect(findTodo(page).getByRole("status")).toContainText("by Demo Admin");
  await effort.expect({ clicks: 4, keys: 0, fields: 2 });
});

test("free access, a hold and an acknowledgement take 2 clicks and 1 field each; each is undone in 2 clicks and 1 field", async ({
  staffPage: page,
}) => {
  const effort = await countEffort(page);
  await page.goto("/users?q=viktor.lehtonen@example.com");
  await expect(page.getByRole("heading", { level: 1, name: "Viktor Lehtonen" })).toBeVisible();
  const decide = async (button: RegExp, confirm: RegExp) => {
    await findTodo(page).getByRole("button", { name: button }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("Ticket 31");
    await dialog.getByRole("button", { name: confirm }).click();
    await expect(dialog).toBeHidden();
  };
  await decide(/^Give free access/, /^Give free access/);
  await expect(findTodo(page).getByRole("status")).toContainText("until");
  await decide(/^Hold/, /^Put on hold/);
  await expect(page.getByText("“Ticket 31” – Demo Admin").first()).toBeVisible();
  await decide(/^Undo/, /^Undo/);
  // What is decided next rests on what the page shows: also that this was undone.
  const history = page.getByRole("region", { name: "History" });
  await expect(history.getByText(/Decision undone/).first()).toBeVisible();
  await decide(/^Acknowledge/, /^Acknowledge/);
  await effort.expect({ clicks: 8, keys: 0, fields: 4 });
  for (const done of [/Free access given/, /Put on hold/, /Decision undone/, /Acknowledged/])
    await expect(history.getByText(done).first()).toBeVisible();
});

test("a price without a plan is mapped where it is shown, with its effect first, and its payer gets access: 4 clicks, 1 key and 1 field; undone in 2 clicks and 1 field", async ({
  staffPage: page,
  product,
}) => {
  const effort = await countEffort(page);
  await page.goto("/");
  await page.getByRole("link", { name: /^Needs a decision/ }).click();
  await page.getByRole("link", { name: /Oliver Grant/ }).click();
  await expect(page).toHaveURL(/case=/);
  const userId = new URL(page.url()).searchParams.get("case") ?? "";
  expect(await readRecord(product, userId)).toMatchObject({ plan: null, workspace: "locked" });
  const todo = findTodo(page);
  await todo.getByRole("button", { name: "Map price to a plan…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(/2 users \(\$98 a month\) gain access/);
  await dialog.getByLabel("Reason").fill("Agency plan of 2024");
  await dialog.getByRole("button", { name: "Map price" }).click();
  await expect(todo.getByRole("status")).toContainText("Unmapped price → Locked out");
  await expect(todo.getByRole("status")).toBeFocused();
  await expect(todo.getByRole("button", { name: "Sync this user" })).toBeVisible();
  await page.keyboard.press("s");
  await expect(todo.getByRole("status")).toContainText("Synced. Oliver Grant has");
  await effort.expect({ clicks: 4, keys: 1, fields: 1 });
  const healed = await readRecord(product, userId);
  expect(healed).toMatchObject({ plan: "starter", subscription: "active", workspace: "active", seats: 1 });

  await page.goto("/activity");
  const entry = page.getByRole("listitem").filter({ hasText: "Agency plan of 2024" });
  await entry.getByRole("button", { name: /^Undo… Price mapped/ }).click();
  await expect(dialog).toContainText("→ Unmapped price");
  await dialog.getByLabel("Reason").fill("The wrong plan");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog).toBeHidden();
  await effort.expect({ clicks: 6, keys: 1, fields: 2 });
  // What was given under it is not taken: Stripe is paid, and a person decides.
  expect(await readRecord(product, userId)).toEqual(healed);
  await page.goto(`/users/${userId}`);
  await expect(findTodo(page).getByRole("button", { name: "Map price to a plan…" })).toBeVisible();
});

test("a pending revocation is approved by an admin who types the name and why: 3 clicks and 2 fields; another name takes nothing; undone in 2 and 1", async ({
  staffPage: page,
  product,
}) => {
  const effort = await countEffort(page);
  await page.goto("/");
  await page.getByRole("link", { name: "View pending revocations" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Pending revocations" })).toBeVisible();
  const pending = page.getByRole("main").getByRole("listitem").first();
  const link = pending.getByRole("link");
  const [name, path] = [await link.innerText(), (await link.getAttribute("href")) ?? ""];
  const userId = path.replace("/users/", "");
  const before = await readRecord(product, userId);
  await pending.getByRole("button", { name: /^Remove soldiers…/ }).click();
  const dialog = page.getByRole("dialog");
  // The subscription was changed to the smaller plan: the workspace stays open.
  await expect(dialog).toContainText(`${name} gets fewer soldiers.`);
  await dialog.getByLabel(/^Type “/).fill("Another Name");
  await dialog.getByLabel("Reason").fill("They left by mail, ticket 40");
  await dialog.getByLabel(/^Type “/).press("Enter");
  await expect(dialog).toContainText("The name does not match.");
  expect(await readRecord(product, userId)).toEqual(before);
  await dialog.getByLabel(/^Type “/).fill(name.toLowerCase());
  await expect(dialog.getByRole("heading", { name: /^Remove soldiers of/ })).toBeVisible();
  await dialog.getByRole("button", { name: "Remove soldiers" }).click();
  await expect(dialog).toBeHidden();
  // R435: the line that was decided is gone, and with it the button that had the focus.
  await expect(page.getByRole("link", { name, exact: true })).toBeHidden();
  await expect(page.getByRole("main")).toBeFocused();
  await effort.expect({ clicks: 3, keys: 1, fields: 2 });
  const after = await readRecord(product, userId);
  expect(after?.seats).toBeLessThan(before?.seats ?? 0);

  await page.goto("/activity");
  const entries = page.getByRole("listitem").filter({ hasText: "They left by mail, ticket 40" });
  await expect(entries.filter({ hasText: /Revocation approved|Revoked without evidence/ })).toContainText(
    "Demo Admin",
  );
  await entries.getByRole("button", { name: /^Undo…/ }).click();
  await dialog.getByLabel("Reason").fill("They paid by transfer");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog).toBeHidden();
  await effort.expect({ clicks: 5, keys: 1, fields: 3 });
  expect(await readRecord(product, userId)).toEqual(before);
});

test("all users are synced but for one group, with the losses said apart: 3 clicks more than the dialog’s 2 fields", async ({
  staffPage: page,
}) => {
  const effort = await countEffort(page);
  await page.goto("/users");
  await page.getByRole("button", { name: "Preview sync…" }).click();
  const will = page.getByRole("region", { name: "What will happen" });
  const low = will
    .getByRole("listitem")
    .filter({ hasText: /details|period|dates/i })
    .first();
  await low.getByRole("link", { name: /^Leave out/ }).click();
  await expect(page.getByText(/left out and will not be changed/)).toBeVisible();
  await page.getByRole("button", { name: /^Apply [\d,]+ repairs…/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/loses? access or soldiers/).first()).toBeVisible();
  const label = await dialog.getByText(/^Type [\d,]+ to confirm/).innerText();
  await dialog.getByLabel(/^Type [\d,]+ to confirm/).fill(label.replace(/\D/g, ""));
  await dialog.getByLabel("Reason").fill("Monthly clean-up");
  await dialog.getByRole("button", { name: /^Apply/ }).click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Not changed, and why" })).toContainText("left out");
  await effort.expect({ clicks: 4, keys: 0, fields: 2 });
});

test("what is left is worked through in the inbox until nothing needs a person: every case has a way out", async ({
  staffPage: page,
}) => {
  test.slow(); // as many cases as the demo has
  const effort = await countEffort(page);
  let cases = 0;
  // Last what the others lead to: a price that was mapped makes its payers “Locked out”.
  for (const queue of ["unpaid_access", "needs_decision", "not_linked", "paying_twice", "locked_out"]) {
    await page.goto(`/?queue=${queue}`);
    const todo = findTodo(page);
    while (await todo.isVisible()) {
      await endCase(page, todo);
      cases += 1;
      const here = page.url();
      const next = page.getByRole("link", { name: "Next case" });
      if (!(await next.isVisible())) break;
      await page.keyboard.press("j");
      await expect(page).not.toHaveURL(here);
      await expect(todo.getByRole("status")).toBeHidden();
    }
  }
  await page.goto("/");
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  const { clicks, fields } = effort.read();
  expect(cases).toBeGreaterThan(10);
  expect(clicks / cases, "clicks a case").toBeLessThanOrEqual(2);
  expect(fields / cases, "fields a case").toBeLessThanOrEqual(1);
});

/** What ends a case by what its buttons are called; the first that is there. */
const WAYS = ["Map price to a plan…", "Not ours…", "Acknowledge…", "Hold…"];

async function endCase(page: Page, todo: Locator): Promise<void> {
  for (const name of WAYS) {
    const button = todo.getByRole("button", { name, exact: true });
    if (!(await button.isVisible())) continue;
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("Looked at with the customer");
    await dialog.getByRole("button").last().click();
    await expect(dialog).toBeHidden();
    await expect(todo.getByRole("status").first()).toContainText("by Demo Admin");
    return;
  }
  throw new Error(`No way out: ${await todo.innerText()}`);
}

test("a plan is created with its effect shown first, and a product is mapped to it: 2 clicks each", async ({
  staffPage: page,
}) => {
  const effort = await countEffort(page);
  await page.goto("/plans");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "New plan…" }).click();
  await dialog.getByLabel("ID").fill("team");
  await dialog.getByLabel("Name").fill("Team");
  await dialog.getByLabel("Soldiers").fill("20");
  await expect(dialog).toContainText("New plan. Team (team) has 20 soldiers.");
  await dialog.getByLabel("Reason").fill("Sold from December on");
  await dialog.getByRole("button", { name: "Save plan" }).click();
  await expect(page.getByRole("status")).toContainText(["Team (team) has 20 soldiers."]);
  const team = page.getByRole("region", { name: "Team", exact: true });
  await team.getByRole("button", { name: /^Map to it/ }).click();
  await dialog.getByLabel("What").fill("prod_TeamOfTwenty");
  await expect(dialog).toContainText("prod_TeamOfTwenty is the plan Team.");
  await dialog.getByLabel("Reason").fill("Its prices change every year");
  await dialog.getByRole("button", { name: "Map price" }).click();
  await expect(team).toContainText("Product: all its prices");
  await effort.expect({ clicks: 4, keys: 0, fields: 6 });
});

test("the audit of last week: what colleagues did, filtered and taken along in 2 clicks and 1 field", async ({
  staffPage: page,
}) => {
  const effort = await countEffort(page);
  await page.goto("/activity");
  const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("From").fill(weekAgo);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(new RegExp(`from=${weekAgo}`));
  await expect(page.getByText("Demo Admin (staff)").or(page.getByText("Demo Admin")).first()).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const csv = await readText(await (await download).createReadStream());
  expect(csv).toContain("Looked at with the customer");
  expect(csv).not.toContain("@example.com");
  await effort.expect({ clicks: 2, keys: 0, fields: 1 });
});

test("a list is exported for finance with its filters in 1 click", async ({ staffPage: page, product }) => {
  const effort = await countEffort(page);
  await page.goto("/users?verdict=in_sync&sort=email");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const lines = (await readText(await (await download).createReadStream())).trim().split("\r\n");
  expect(lines.length).toBeGreaterThan(50);
  expect(lines.slice(1).every((line) => /In sync/i.test(line))).toBe(true);
  await effort.expect({ clicks: 1, keys: 0, fields: 0 });
  const ada = lines.find((line) => line.includes("ada.okafor@example.com"));
  expect(ada).toBeDefined();
  const [userId = ""] = /user_\d+/.exec(ada ?? "") ?? [];
  expect(await readRecord(product, userId)).toMatchObject({ workspace: "active" });
});

async function readText(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  return parts.join("");
}
