import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { chromium, type Page } from "playwright/test";
import { z } from "zod";
import { findChromium } from "./support/chromium";
import { startProduct } from "./support/product";

// npm run screenshots: every page of the demo in both themes, for the README and the docs.
const folder = path.resolve(import.meta.dirname, "../docs/screenshots");
const picture = z.object({ data: z.string() });

/** What is done on the page before its picture is taken. */
type Scene = { name: string; at: string; before?: (page: Page) => Promise<unknown> };

const openCase = (name: string) => async (page: Page) => {
  await page
    .getByRole("link", { name: new RegExp(name) })
    .first()
    .click();
  await page.getByRole("heading", { name }).waitFor();
};

const openDialog = (button: RegExp, done: string) => async (page: Page) => {
  await page.getByRole("button", { name: button }).first().click();
  await page.getByRole("dialog").getByText(done).first().waitFor();
};

const scenes: Scene[] = [
  { name: "inbox", at: "/" },
  {
    name: "inbox-decision",
    at: "/?queue=needs_decision",
    async before(page) {
      await openCase("Oliver Grant")(page);
      await openDialog(/^Map price to a plan/, "gain access")(page);
    },
  },
  { name: "inbox-not-linked", at: "/?queue=not_linked" },
  { name: "users", at: "/users" },
  {
    name: "users-selected",
    at: "/users?verdict=locked_out",
    async before(page) {
      for (const row of [1, 2, 3]) await page.getByRole("row").nth(row).getByRole("checkbox").check();
    },
  },
  { name: "user", at: "/users?q=ada.okafor@example.com" },
  {
    name: "user-remove-access",
    at: "/users?q=jonas.weber@example.com",
    before: openDialog(/^Remove access/, "will lose access"),
  },
  {
    name: "palette",
    at: "/users",
    async before(page) {
      await page.keyboard.press("ControlOrMeta+k");
      await page.getByRole("combobox", { name: "Search users, pages and actions" }).fill("mar");
      await page.getByRole("option", { name: /Marchetti/ }).waitFor();
    },
  },
  { name: "plans", at: "/plans" },
  { name: "plan-edit", at: "/plans", before: openDialog(/^Edit… Army/, "Army (army) has") },
  {
    name: "preview",
    at: "/users",
    async before(page) {
      await page.getByRole("button", { name: "Preview sync…" }).click();
      await page.getByRole("region", { name: "What will happen" }).getByRole("listitem").first().waitFor();
    },
  },
  {
    name: "preview-apply",
    at: "/runs",
    async before(page) {
      await page
        .getByRole("link", { name: /^Preview of all users/ })
        .first()
        .click();
      await openDialog(/^Apply [\d,]+ repairs/, "to confirm")(page);
    },
  },
  { name: "runs", at: "/runs" },
  { name: "activity", at: "/activity" },
  { name: "health", at: "/health" },
  { name: "revocations", at: "/revocations" },
  { name: "alerts", at: "/alerts" },
  { name: "doctor", at: "/doctor" },
  { name: "team", at: "/team" },
  { name: "account", at: "/account" },
  { name: "settings", at: "/settings" },
  {
    name: "customer",
    at: "/demo/customer/user_0001",
    before: (page) => page.getByRole("heading", { name: "You have Army" }).waitFor(),
  },
];

const product = await startProduct();
const browser = await chromium.launch({
  ...{ executablePath: findChromium(), args: ["--no-sandbox", "--disable-gpu"] },
});
try {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const context = await browser.newContext({
    ...{ baseURL: product.url, locale: "en-US", timezoneId: "UTC", reducedMotion: "reduce" },
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await takeBoth(page, "sign-in");
  await page.getByLabel(/e-?mail/i).fill(product.email);
  await page.getByLabel(/password/i).fill(product.password);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL((url) => url.pathname === "/");
  let bytes = 0;
  for (const { name, at, before } of scenes) {
    await page.goto(at, { waitUntil: "networkidle" });
    // A key that is pressed before the page works is lost.
    if (!at.startsWith("/demo/")) await page.locator("html[data-hydrated]").waitFor();
    await before?.(page);
    bytes += await takeBoth(page, name);
  }
  process.stdout.write(`${scenes.length} pages in both themes, ${(bytes / 1e6).toFixed(1)} MB\n`);
} finally {
  await browser.close();
  await product.stop();
}

/** WebP, which is a quarter of a PNG. How many bytes both have. */
async function takeBoth(page: Page, name: string): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  let bytes = 0;
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const taken = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 82 });
    const image = Buffer.from(picture.parse(taken).data, "base64");
    await writeFile(path.join(folder, `${name}-${theme}.webp`), image);
    bytes += image.length;
  }
  await devtools.detach();
  return bytes;
}
