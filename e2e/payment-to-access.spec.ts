import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright/test";
import { readRecord } from "./support/customers";
import {
  addCustomer,
  CARDS,
  goToPayment,
  type NewCustomer,
  openWorkspace,
  setWebhooks,
} from "./support/paying";
import type { Product } from "./support/product";
import { expect, expectAccessible, test } from "./support/test";

// A customer pays in the browser, and each layer alone grants access. The seconds from Pay to access are printed.

const seconds: [layer: string, seconds: number][] = [];
const ARMY = { plan: "army", status: "active", subscription: "active", workspace: "active", seats: 5 };

test.afterEach(({ product }) => setWebhooks(product, "on"));
test.afterAll(() => {
  for (const [layer, took] of seconds)
    process.stdout.write(`  payment to access  ${layer.padEnd(20)} ${took.toFixed(1)} s\n`);
});

/** Pays, and leaves at the redirect: the return page is never opened. */
async function payAndLeave(page: Page): Promise<void> {
  await page.route("**/welcome**", (request) => request.abort());
  const redirected = page.waitForRequest((request) => request.url().includes("/welcome"));
  await page.getByRole("button", { name: /^Pay/ }).click({ noWaitAfter: true });
  await redirected;
  await page.goto("about:blank");
  await page.unroute("**/welcome**");
}

async function expectAccess(product: Product, customer: NewCustomer, layer: string, from: number) {
  await expect.poll(() => readRecord(product, customer.userId), { timeout: 120_000 }).toMatchObject(ARMY);
  seconds.push([layer, (performance.now() - from) / 1000]);
}

test("all layers on: the return page unlocks in place", async ({ staffPage: page, product }) => {
  const customer = await addCustomer(product, "Alma Layers");
  await openWorkspace(page, customer);
  await expectAccessible(page);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have Army");
  await expectAccess(product, customer, "all", from);
  await expectAccessible(page);
});

test("the webhook alone", async ({ staffPage: page, product }) => {
  const customer = await addCustomer(product, "Willa Hook");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await payAndLeave(page);
  await expectAccess(product, customer, "webhook", from);
});

test("the return page alone", async ({ staffPage: page, product }) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, "Rita Turner");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have Army");
  await expectAccess(product, customer, "return page", from);
});

test("the cron route alone", async ({ staffPage: page, product }) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, "Cora Nunez");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await payAndLeave(page);
  await expect(async () => {
    const answer = await fetch(`${product.url}/api/cron/sync-payments`, {
      headers: { Authorization: `Bearer ${product.cronSecret}` },
    });
    expect(answer.ok).toBe(true);
    expect(await readRecord(product, customer.userId)).toMatchObject(ARMY);
  }).toPass({ timeout: 120_000 });
  await expectAccess(product, customer, "cron", from);
});

test("the staff button alone", async ({ staffPage: page, product }) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, "Stella Ford");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await payAndLeave(page);
  await expect(async () => {
    await page.goto(`/users/${customer.userId}`);
    await page.getByRole("button", { name: "Sync this user" }).click();
    await expect(page.getByText("Synced. Stella Ford has Army with 5 soldiers.")).toBeVisible({
      timeout: 3_000,
    });
  }).toPass({ timeout: 120_000 });
  await expectAccess(product, customer, "staff button", from);
});

test("the command line alone", async ({ staffPage: page, product }) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, "Clio Line");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await payAndLeave(page);
  const root = path.resolve(import.meta.dirname, "..");
  await expect(async () => {
    await promisify(execFile)(process.execPath, ["scripts/run.mjs", "cli", "sync", customer.userId], {
      cwd: root,
      env: { ...process.env, PARITY_DATA_DIR: product.dataDirectory },
    });
    expect(await readRecord(product, customer.userId)).toMatchObject(ARMY);
  }).toPass({ timeout: 120_000 });
  await expectAccess(product, customer, "command line", from);
});

test("the workspace request alone", async ({ staffPage: page, product }) => {
  await setWebhooks(product, "off");
  const customer = await addCustomer(product, "Wanda Load");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.pays);
  const from = performance.now();
  await payAndLeave(page);
  await expect(async () => {
    await page.goto(`/workspace/${customer.workspaceId}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have Army", { timeout: 12_000 });
  }).toPass({ timeout: 120_000 });
  await expectAccess(product, customer, "workspace request", from);
});

test("a declined card grants nothing, and is no mismatch", async ({ staffPage: page, product }) => {
  const customer = await addCustomer(product, "Dana Cline");
  await openWorkspace(page, customer);
  await goToPayment(page, CARDS.declined);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  expect(await readRecord(product, customer.userId)).toMatchObject({ plan: null, workspace: "locked" });
  await page.goto(`/users/${customer.userId}`);
  await page
    .getByRole("button", { name: /Read Stripe only|Sync this user/ })
    .first()
    .click();
  await expect(page.getByText("No subscription").first()).toBeVisible();
});

test("another customer's payment grants nothing", async ({ staffPage: page, product, expectedErrors }) => {
  const payer = await addCustomer(product, "Petra Payer");
  const stranger = await addCustomer(product, "Sten Ranger");
  await openWorkspace(page, payer);
  await goToPayment(page, CARDS.pays);
  const returned = page.waitForURL(/session_id=/);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await returned;
  const sessionId = new URL(page.url()).searchParams.get("session_id");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have Army");

  expectedErrors.push(/404/);
  await page.context().clearCookies({ name: "parity_workspace" });
  await openWorkspace(page, stranger);
  const refused = await page.request.post("/api/stripe/sync-subscription", {
    data: { sessionId },
    headers: { Origin: product.url },
  });
  expect(refused.status()).toBe(404);
  expect(await readRecord(product, stranger.userId)).toMatchObject({ plan: null, workspace: "locked" });
});
