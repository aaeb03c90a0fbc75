import { addPaidCustomers, readRecord } from "./support/customers";
import { setWebhooks } from "./support/paying";
import { expect, expectAccessible, test } from "./support/test";

// Stripe's webhooks are lost, or nothing would be left for a person to do.
test.beforeEach(({ product }) => setWebhooks(product, "off"));
test.afterEach(({ product }) => setWebhooks(product, "on"));

/** More than a hundred, so that the number must be typed. */
const many = 101;

test("a billing lead previews all repairs, confirms them, watches the run, and reads what is left and why", async ({
  staffPage: page,
  product,
}) => {
  test.slow(); // a long way, and three accessibility checks
  const people = Array.from({ length: many }, (_, n) => ({
    name: `Bulk ${n}`,
    email: `bulk${n}@example.com`,
  }));
  const userIds = await addPaidCustomers(product, people);

  await page.goto("/users");
  await page.getByRole("button", { name: "Preview sync…" }).click();
  await page.getByRole("button", { name: "Read Stripe first" }).click();
  const willNot = page.getByRole("region", { name: "What will not happen, and why" });
  await expect(willNot).toContainText("needs a decision");
  const will = page.getByRole("region", { name: "What will happen" });
  await expect(will).toContainText("have paid and are locked out: access will be granted.");
  await expectAccessible(page);
  expect(await readRecord(product, userIds[0] ?? "")).toMatchObject({ plan: null, workspace: "locked" });

  const apply = page.getByRole("button", { name: /^Apply [\d,]+ repairs/ });
  expect(Number((await apply.innerText()).replace(/\D/g, ""))).toBeGreaterThanOrEqual(many);
  // The group of users who lose access is left out, and comes back.
  const lost = page.getByText(/^[\d,]+ users? loses? access or soldiers/);
  const revocations = will.getByRole("listitem").filter({ hasText: "have access without a subscription" });
  await revocations.getByRole("link", { name: /^Leave out/ }).click();
  await expect(page.getByText(/left out and will not be changed/)).toBeVisible();
  await revocations.getByRole("link", { name: /^Include/ }).click();
  await expect(page.getByText(/left out and will not be changed/)).toBeHidden();
  const number = ((await lost.innerText()).match(/[\d,]+/)?.[0] ?? "").replace(/\D/g, "");
  await apply.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: /^Apply/ })).toBeDisabled();
  await dialog.getByLabel(/^Type [\d,]+ to confirm/).fill(number);
  await expect(dialog.getByRole("button", { name: /^Apply/ })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("Their subscriptions ended");
  await expectAccessible(page, { within: dialog });
  await dialog.getByRole("button", { name: /^Apply/ }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Sync of all users" })).toBeVisible();
  const happened = page.getByRole("region", { name: "What happened" });
  await expect(happened).toContainText("got access.");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Not changed, and why" })).toContainText("needs a decision");
  await expectAccessible(page);
  for (const userId of [userIds[0], userIds[many - 1]])
    expect(await readRecord(product, userId ?? "")).toMatchObject({
      plan: "army",
      workspace: "active",
      seats: 5,
    });

  const csv = await page.request.get(`${new URL(page.url()).pathname}/users.csv`);
  expect(csv.headers()["content-type"]).toContain("text/csv");
  expect(await csv.text()).toContain("Plan: army");
  const repaired = (await csv.text()).split("\r\n").filter((line) => line.includes(",synced,")).length;
  await expect(happened).toContainText(`${repaired} users`);
  expect(repaired).toBeGreaterThanOrEqual(many);

  await page.goto("/runs");
  await expect(page.getByRole("link", { name: /Sync of all users/ }).first()).toContainText("repaired");
});

test("an admin approves a revocation by typing the name", async ({ staffPage: page }) => {
  await page.goto("/revocations");
  const [first] = await page.getByRole("button", { name: /^Remove (access|soldiers)…/ }).all();
  if (!first) throw new Error("The demo has a pending revocation.");
  await first.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: /^Remove (access|soldiers) of/ })).toBeVisible();
  await expectAccessible(page, { within: dialog });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
});

test("all repairs can be paused from any page, after a confirmation that explains it", async ({
  staffPage: page,
}) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^Automatic repairs:/ }).click();
  await page.getByRole("menuitem", { name: /^Paused/ }).click();
  await expect(page.getByRole("dialog")).toContainText("not even by staff");
  await expectAccessible(page, { within: page.getByRole("dialog") });
  await page.getByRole("button", { name: "Pause repairs" }).click();
  await expect(page.getByRole("button", { name: "Automatic repairs: paused" })).toBeVisible();
  await page.getByRole("button", { name: /^Automatic repairs:/ }).click();
  await page.getByRole("menuitem", { name: /^On/ }).click();
  await page.getByRole("button", { name: "Turn on repairs" }).click();
  await expect(page.getByRole("button", { name: "Automatic repairs: on" })).toBeVisible();
});
