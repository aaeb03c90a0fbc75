import { expect, expectAccessible, test } from "./support/test";

test("a case is decided in the inbox: the effect is shown first, the case stays greyed, and the next one follows", async ({
  staffPage: page,
}) => {
  await page.goto("/?queue=needs_decision");
  const list = page.getByRole("region", { name: "Needs a decision" });
  await list.getByRole("link", { name: /Oliver Grant/ }).click();
  const todo = page.getByRole("region", { name: "What to do" });
  await expect(page.getByRole("heading", { name: "Oliver Grant" })).toBeVisible();
  await expect(todo).toContainText("This needs a decision");
  await todo.getByRole("button", { name: "Map price to a plan…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("gain access");
  await expect(dialog.getByLabel("What")).toBeFocused();
  await expectAccessible(page, { within: dialog });
  await dialog.getByLabel("Reason").fill("Agency plan of 2024");
  await dialog.getByRole("button", { name: "Map price" }).click();
  await expect(dialog).toBeHidden();
  await expect(todo.getByRole("status")).toContainText("by Demo Admin");
  await expect(list.getByRole("link", { name: /Oliver Grant/ })).toContainText("Done");
  await page.getByRole("link", { name: "Next case" }).click();
  await expect(page.getByRole("heading", { name: "Oliver Grant" })).toBeHidden();
  await expect(page.getByRole("article", { name: "Case" })).toBeFocused();
});

test("R387: the users list and the Inbox count the same under one name", async ({ staffPage: page }) => {
  await page.goto("/");
  const readCount = async (name: string) => {
    const text = await page.getByRole("link", { name: new RegExp(`^${name}`) }).innerText();
    return Number(/\d+/.exec(text.replace(name, ""))?.[0]);
  };
  const names = ["Locked out", "Unpaid access", "Needs a decision"];
  const waiting: number[] = [];
  for (const name of names) waiting.push(await readCount(name));
  await page.goto("/users");
  for (const [at, name] of names.entries()) {
    await expect.poll(() => readCount(name)).toBe(waiting[at]);
    await page.getByRole("link", { name: new RegExp(`^${name}`) }).click();
    await expect(page).toHaveURL(/queue=/);
    await expect(page.getByText(`1–${waiting[at]} of ${waiting[at]}`)).toBeVisible();
  }
});

test("a payer that was decided about is not called open any more, and is again when that is undone", async ({
  staffPage: page,
}) => {
  await page.goto("/?queue=not_linked");
  await page.getByRole("link", { name: /office@workshop-eleven/ }).click();
  const open = page.getByText("no user is linked to this customer");
  await expect(open).toBeVisible();
  const todo = page.getByRole("region", { name: "What to do" });
  const notOurs = todo.getByRole("button", { name: "Not ours…" });
  await notOurs.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Pays for the newsletter");
  await dialog.getByRole("button", { name: "Not ours" }).click();
  await expect(todo.getByRole("status")).toContainText("is not ours");
  await expect(notOurs).toBeHidden();
  await expect(open).toBeHidden();
  await expect(page.getByRole("region", { name: "Who it may be" })).toBeHidden();
  await todo.getByRole("button", { name: "Undo…" }).click();
  await dialog.getByLabel("Reason").fill("Pays for a seat");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(notOurs).toBeVisible();
  await expect(open).toBeVisible();
});

test("a user is put on hold with a reason that stands on the page, and it is undone", async ({
  staffPage: page,
}) => {
  await page.goto("/users?q=marchetti");
  await page.getByRole("link", { name: "Sofia Marchetti" }).click();
  const todo = page.getByRole("region", { name: "What to do" });
  await todo.getByRole("button", { name: "Hold…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Asked us to wait, ticket 12");
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await expect(page.getByText("“Asked us to wait, ticket 12” – Demo Admin").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "History" })).toContainText("Put on hold by Demo Admin");
  await todo.getByRole("button", { name: "Undo…" }).click();
  await dialog.getByLabel("Reason").fill("Ticket 12 is closed");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("“Asked us to wait, ticket 12” – Demo Admin, ").first()).toBeHidden();
  await page.getByRole("link", { name: "Users", exact: true }).last().click();
  await expect(page).toHaveURL("/users?q=marchetti");
});

test("access is taken only after a dialog that says whose it is, and is not shown with a tick", async ({
  staffPage: page,
}) => {
  await page.goto("/users?q=jonas.weber");
  await page.getByRole("link", { name: "Jonas Weber", exact: true }).click();
  const todo = page.getByRole("region", { name: "What to do" });
  await expect(todo.getByRole("button", { name: "Sync this user" })).toBeHidden();
  await todo.getByRole("button", { name: "Remove access…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Jonas Weber will lose access to");
  await expect(dialog).toContainText("$20 a month is not paid");
  await expect(dialog.getByLabel("Type “Jonas Weber” to confirm")).toBeFocused();
  await expectAccessible(page, { within: dialog });
  await dialog.getByLabel("Type “Jonas Weber” to confirm").fill("Jonas Weber");
  await dialog.getByLabel("Reason").fill("Asked by mail");
  await dialog.getByRole("button", { name: "Remove access" }).click();
  await expect(todo.getByRole("status")).toContainText("Soldiers: 1 → 0");
  await expect(page.getByRole("region", { name: "History" })).toContainText("Access taken by Demo Admin");
  await expect(page.getByRole("region", { name: "History" })).toContainText("Asked by mail");
});

test("keys work through the inbox, list themselves, and find users and pages", async ({
  staffPage: page,
}) => {
  await page.goto("/?queue=needs_decision");
  const name = () => page.getByRole("article", { name: "Case" }).getByRole("heading").first().innerText();
  const first = await name();
  await page.keyboard.press("j");
  await expect.poll(name).not.toBe(first);
  await page.keyboard.press("k");
  await expect.poll(name).toBe(first);

  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Next case");
  await expectAccessible(page, { within: dialog });
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Search users, pages and actions" }).fill("marchetti");
  await expect(page.getByRole("option", { name: /Sofia Marchetti/ })).toBeVisible();
  await expectAccessible(page, { within: page.getByRole("dialog") });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Sofia Marchetti" })).toBeVisible();
});
