import { test as base, expect, type Page } from "playwright/test";
import { type Product, startProduct } from "./product";

export { expect } from "playwright/test";
export { expectAccessible } from "./accessible";

type PerTest = {
  /** Patterns of console errors that this test provokes on purpose; push to it. */
  expectedErrors: RegExp[];
  /** A page on which the demo's admin is signed in. */
  staffPage: Page;
};
type PerWorker = { product: Product; staffCookies: Awaited<ReturnType<typeof signIn>> };

/**
 * Playwright's `test` with the product behind it: one server for each worker, `page.goto("/users")` goes there, and a
 * test fails on any console error that it did not announce.
 */
export const test = base.extend<PerTest, PerWorker>({
  product: [
    // Playwright wants the first parameter taken apart, even by a fixture that depends on nothing.
    async ({ browserName: _ }, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  staffCookies: [
    async ({ browser, product }, use) =>
      use(await signIn(await browser.newPage({ baseURL: product.url }), product)),
    { scope: "worker" },
  ],
  baseURL: async ({ product }, use) => use(product.url),
  expectedErrors: async ({ browserName: _ }, use) => use([]),
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(page);
    const unexpected = errors.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
    expect(unexpected, "console errors").toEqual([]);
  },
  staffPage: async ({ page, context, staffCookies }, use) => {
    await context.addCookies(staffCookies);
    const goto = page.goto.bind(page);
    // Who presses a button before the page has come to life presses it again; a test does not.
    page.goto = async (...to) => {
      const response = await goto(...to);
      await page.waitForFunction(isAliveOrNeverWill);
      return response;
    };
    await use(page);
  },
});

/** Runs in the browser. A page without scripts, or of somebody else, is as it is. */
const isAliveOrNeverWill = () => !("__remixContext" in window) || "alive" in document.documentElement.dataset;

/** Signs the demo's admin in by the form, once, and hands back the cookies. */
async function signIn(page: Page, product: Product) {
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill(product.email);
  await page.getByLabel(/password/i).fill(product.password);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  const cookies = await page.context().cookies();
  await page.close();
  return cookies;
}
