import { test as base, expect, type Page } from "playwright/test";
import { type Product, startProduct } from "./product";

export { expect } from "playwright/test";
export { expectAccessible } from "./accessible";
export { PHONE } from "./screens";

type PerTest = {
  /** Patterns of console errors that this test causes on purpose. Add to it. */
  expectedErrors: RegExp[];
  /** A page on which the demo's admin is signed in. */
  staffPage: Page;
};
type PerWorker = {
  /** Another name than `shared` starts a demo of its own, for a file whose tests change what others look at. */
  demo: string;
  product: Product;
  staffCookies: Awaited<ReturnType<typeof signIn>>;
};

/**
 * Playwright's `test` with the product behind it: one server for each worker, `page.goto("/users")` goes there, and a
 * test fails on any console error that it does not expect.
 */
export const test = base.extend<PerTest, PerWorker>({
  demo: ["shared", { option: true, scope: "worker" }],
  product: [
    // Playwright requires a destructured first parameter, also from a fixture without dependencies.
    async ({ demo: _ }, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 300_000 },
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
    const expected = [...expectedErrors, LEFT_BEHIND];
    const unexpected = errors.filter((text) => !expected.some((pattern) => pattern.test(text)));
    expect(unexpected, "console errors").toEqual([]);
  },
  staffPage: async ({ page, context, staffCookies }, use) => {
    await context.addCookies(staffCookies);
    const goto = page.goto.bind(page);
    // Wait for hydration: a click before it is lost, and a test does not click again.
    page.goto = async (...to) => {
      const response = await goto(...to);
      await page.waitForFunction(isHydratedOrStatic);
      return response;
    };
    await use(page);
  },
});

/** Remix logs that it ended the reading of a page that was left, or read again, before all of its answer had come. */
const LEFT_BEHIND = /^AbortError: signal is aborted without reason/;

/** Runs in the browser. A page without scripts, or of another site, is never hydrated. */
const isHydratedOrStatic = () =>
  !("__remixContext" in window) || "hydrated" in document.documentElement.dataset;

/** Signs the demo's admin in once, and returns the cookies. */
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
