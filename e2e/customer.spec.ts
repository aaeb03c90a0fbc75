import type { Page } from "playwright/test";
import { z } from "zod";
import { addPaidCustomers, query } from "./support/customers";
import { openOtherSite } from "./support/other-site";
import { addCustomer, CARDS, goToPayment, openWorkspace } from "./support/paying";
import type { Product } from "./support/product";
import { expect, expectAccessible, PHONE, test } from "./support/test";

// Customers use phones; their way from payment to access is tested on the desktop too.
test.use(PHONE);

const findHeading = (page: Page) => page.getByRole("heading", { level: 1 });

/** A user of the demo with a workspace, chosen by sync status. */
async function findUser(product: Product, where: string): Promise<string> {
  return query(product, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT u.id FROM app."User" u JOIN parity."SyncStatus" s ON s."userId" = u.id
       WHERE EXISTS (SELECT 1 FROM app."Workspace" w WHERE w."ownerId" = u.id) AND ${where} ORDER BY u.id LIMIT 1`,
    );
    return rows[0]?.id ?? "";
  });
}

async function openAs(page: Page, userId: string): Promise<void> {
  await page.goto(`/demo/customer/${userId}`);
  await page.waitForURL(/\/workspace\/(?!session)/);
}

/** The token that the demo's stand-in for the application would post. */
async function readToken(page: Page, userId: string): Promise<string> {
  const html = await (await page.request.get(`/demo/customer/${userId}`)).text();
  return z.string().parse(/name="token" value="([^"]+)"/.exec(html)?.[1]);
}

const STATES: [state: string, where: string, title: RegExp, button: string | null][] = [
  [
    "active",
    `verdict = 'in_sync' AND "stripeStatus" = 'active' AND flags = '{}' AND NOT u."cancelAtPeriodEnd"`,
    /^You have (Army|Starter)$/,
    "Manage billing",
  ],
  [
    "ending",
    `verdict = 'in_sync' AND u."cancelAtPeriodEnd"`,
    /^You have Starter until \d+\s\w+$/,
    "Manage billing",
  ],
  [
    "on trial",
    `verdict = 'in_sync' AND "stripeStatus" = 'trialing'`,
    /^You have a free trial of Starter$/,
    "Manage billing",
  ],
  [
    "past due",
    `verdict = 'in_sync' AND "stripeStatus" = 'past_due'`,
    /^Your last payment failed$/,
    "Update payment method",
  ],
  [
    "comped",
    `verdict = 'in_sync' AND 'comped' = ANY (flags) AND "stripeStatus" IS NULL`,
    /^You have free access to Army$/,
    "Choose Army",
  ],
  ["ended", `verdict = 'in_sync' AND "stripeStatus" = 'canceled'`, /^Your plan has ended$/, "Choose Starter"],
  [
    "unpaid",
    `verdict = 'in_sync' AND "stripeStatus" = 'unpaid'`,
    /^Your workspace is locked$/,
    "Update payment method",
  ],
  ["paused", `verdict = 'in_sync' AND "stripeStatus" = 'paused'`, /^Your plan is paused$/, "Manage billing"],
  ["new", `verdict = 'no_subscription'`, /^Choose a plan to start$/, "Choose Army"],
  [
    "unknown status",
    `verdict = 'unknown_status' AND u."subscriptionStatus" IS NULL`,
    /^Your workspace is not open yet$/,
    null,
  ],
];

test("a workspace shows the state of its owner", async ({ staffPage: page, product }) => {
  test.slow(); // ten pages, one after another in one tab, which has loaded the scripts once
  for (const [state, where, title, button] of STATES)
    await test.step(state, async () => {
      await page.context().clearCookies({ name: "parity_workspace" });
      await openAs(page, await findUser(product, where));
      await expect(findHeading(page)).toHaveText(title);
      if (button) await expect(page.getByRole("button", { name: button })).toBeVisible();
      else await expect(page.getByRole("link", { name: "Check again" })).toBeVisible();
      await expect(page.locator("main")).not.toContainText(/error|cus_|sub_|user_|past_due|subscription/i);
      await expectAccessible(page);
    });
});

test("a customer that has paid gets in without a reload, and the soldiers appear", async ({
  staffPage: page,
  product,
}) => {
  const [userId = ""] = await addPaidCustomers(product, [
    { name: "Lena Locked", email: `lena-${Date.now()}@example.com` },
  ]);
  await page.goto("about:blank");
  let loads = 0;
  page.on("load", () => {
    if (/\/workspace\/(?!session)/.test(page.url())) loads += 1;
  });
  await openAs(page, userId);
  await expect(findHeading(page)).toHaveText("You have Army");
  await expect(page.locator("[data-seat=present]")).toHaveCount(5);
  expect(loads).toBe(1);
});

test("a slow check says what to do, and still opens the workspace", async ({ staffPage: page, product }) => {
  const customer = await addCustomer(product, `Tilda Slow ${Date.now()}`);
  const answer = { workspace: { status: "locked" }, sync: { state: "checking" } };
  await page.route("**/api/workspace/*", (route) => route.fulfill({ json: answer }));
  await page.clock.install();
  await openWorkspace(page, customer);
  await expect(findHeading(page)).toHaveText("We’re checking your plan");
  await expectAccessible(page);
  await expect(async () => {
    await page.clock.runFor(2_000);
    await expect(findHeading(page)).toHaveText("This is taking longer than usual", { timeout: 200 });
  }).toPass();
  await expect(page.getByRole("link", { name: "Check again" })).toBeVisible();
  await expectAccessible(page);

  await page.unroute("**/api/workspace/*");
  await query(product, (client) =>
    client.query(`UPDATE app."Workspace" SET status = 'active', soldiers = 3 WHERE id = $1`, [
      customer.workspaceId,
    ]),
  );
  await expect(async () => {
    await page.clock.runFor(5_000);
    await expect(page.locator("[data-seat=present]")).toHaveCount(3, { timeout: 200 });
  }).toPass();
});

test("with a slow Stripe the page keeps checking until access is granted", async ({
  staffPage: page,
  product,
}) => {
  const customer = await addCustomer(product, `Piet Pending ${Date.now()}`);
  await openWorkspace(page, customer);
  await page.route("**/api/stripe/sync-subscription", (route) =>
    route.fulfill({ status: 202, json: { state: "pending" } }),
  );
  await goToPayment(page, CARDS.pays);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await expect(page).toHaveURL(/\/welcome\?session_id=cs_/);
  // The webhook grants access, and the page finds it.
  await expect(findHeading(page)).toHaveText("You have Army");
  await expect(page.locator("[data-seat=present]")).toHaveCount(5);
});

test("the return page opened twice makes no second payment", async ({
  staffPage: page,
  context,
  product,
}) => {
  const customer = await addCustomer(product, `Dora Double ${Date.now()}`);
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await expect(page).toHaveURL(/\/welcome\?session_id=cs_/);
  const other = await context.newPage();
  await other.goto(page.url());
  for (const tab of [page, other]) await expect(findHeading(tab)).toHaveText("You have Army");
  const kept = await query(product, (client) =>
    client.query(`SELECT 1 FROM parity."StripeSubscription" WHERE "metadataUserId" = $1`, [customer.userId]),
  );
  expect(kept.rowCount).toBe(1);
});

test("another customer's payment is not matched, and the page says so", async ({
  staffPage: page,
  product,
  expectedErrors,
}) => {
  expectedErrors.push(/404.*sync-subscription/);
  const customer = await addCustomer(product, `Nora Other ${Date.now()}`);
  await openWorkspace(page, customer);
  await page.goto(`/workspace/${customer.workspaceId}/welcome?session_id=cs_test_other`);
  await expect(findHeading(page)).toHaveText("We could not match this payment");
  await expectAccessible(page);
});

test("an active plan is managed on Stripe's page, and Back returns here", async ({
  staffPage: page,
  product,
}) => {
  const userId = await findUser(
    product,
    `verdict = 'in_sync' AND "stripeStatus" = 'active' AND flags = '{}'`,
  );
  await openAs(page, userId);
  const here = page.url();
  await page.getByRole("button", { name: "Manage billing" }).click();
  await page.waitForURL((url) => !here.startsWith(url.origin));
  await page.goBack();
  await expect(page.getByRole("button", { name: "Manage billing" })).toBeEnabled();
});

test("the application hands customers over, and asks before it replaces a signed-in one", async ({
  staffPage: page,
  product,
  expectedErrors,
}) => {
  // A check that was running when they left gets a 401.
  expectedErrors.push(/401 .*\/api\/workspace\//);
  const ada = await addCustomer(product, `Ada First ${Date.now()}`);
  const bob = await addCustomer(product, `Bob Second ${Date.now()}`);
  let token = await readToken(page, ada.userId);
  const application = await openOtherSite(product, () => token);
  const openMyWorkspace = page.getByRole("button", { name: "Open my workspace" });

  // Not yet known as the application's site (setting applicationOrigins): the customer is asked first.
  await page.goto(application.url);
  await openMyWorkspace.click();
  await expect(findHeading(page)).toHaveText("Open this workspace?");
  await expectAccessible(page);
  await openMyWorkspace.click();
  await page.waitForURL(`${product.url}/workspace/${ada.workspaceId}`);

  token = await readToken(page, bob.userId);
  await page.goto(application.url);
  await openMyWorkspace.click();
  await expect(findHeading(page)).toHaveText("Open this workspace?");
  await openMyWorkspace.click();
  await expect(findHeading(page)).toHaveText("Another customer is signed in. Continue?");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Open my workspace instead" }).click();
  await page.waitForURL(`${product.url}/workspace/${bob.workspaceId}`);
  await application.close();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(findHeading(page)).toHaveText("You are signed out");
  await expectAccessible(page);
});

test("an expired link says what to do", async ({ page, product, expectedErrors }) => {
  expectedErrors.push(/401/);
  const application = await openOtherSite(product, () => "expired");
  await page.goto(application.url);
  await page.getByRole("button", { name: "Open my workspace" }).click();
  await expect(findHeading(page)).toHaveText("This link has expired");
  await expectAccessible(page);
  await application.close();
});

test("a visitor without a session is told where to open the workspace", async ({ page, expectedErrors }) => {
  expectedErrors.push(/401/);
  const response = await page.goto("/workspace/some-workspace");
  expect(response?.status()).toBe(401);
  await expect(findHeading(page)).toHaveText("Open your workspace from the application");
  await expectAccessible(page);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a customer that has paid gets in, and one that has not can pay", async ({
    staffPage: page,
    product,
  }) => {
    const [userId = ""] = await addPaidCustomers(product, [
      { name: "Otto Plain", email: `otto-${Date.now()}@example.com` },
    ]);
    await page.goto(`/demo/customer/${userId}`);
    await page.getByRole("button", { name: "Open the workspace" }).click();
    await expect(findHeading(page)).toHaveText("You have Army");
    await page.getByRole("button", { name: "Sign out" }).click();

    const customer = await addCustomer(product, `Olga Plain ${Date.now()}`);
    await page.goto(`/demo/customer/${customer.userId}`);
    await page.getByRole("button", { name: "Open the workspace" }).click();
    await goToPayment(page, CARDS.pays);
    await page.getByRole("button", { name: /^Pay/ }).click();
    await expect(findHeading(page)).toHaveText(/^(We’re confirming your payment|You have Army)$/);
    // The page reloads itself for some seconds. On a slow machine the webhook comes later, and the customer looks again.
    const workspace = `/workspace/${customer.workspaceId}`;
    await expect(async () => {
      if (new URL(page.url()).pathname === workspace) await page.reload();
      await expect(findHeading(page)).toHaveText("You have Army", { timeout: 15_000 });
    }).toPass();
  });
});
