import { defineConfig } from "playwright/test";
import { findChromium } from "./support/chromium";

const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results",
  // A slow machine is no failure: alone, a test takes a tenth of this.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  retries: 0, // a test that passes only the second time has found a bug
  workers: 2,
  reporter: "list",
  use: {
    browserName: "chromium",
    // What customers see is tested as on a phone: `test.use(PHONE)`. A project for it would start products of its own.
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "UTC",
    trace: "off", // it costs a fifth of the time; `npx playwright test --config=e2e/playwright.config.ts --trace on`
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: findChromium(),
      // Chromium's sandbox does not work for root, and software rendering is slow.
      args: [...(asRoot ? ["--no-sandbox"] : []), "--disable-gpu"],
    },
  },
  // Files run in the order of their names: what syncs all users comes late. Last what has data of its own: between other files
  // it would need one more start of the product with theirs.
  projects: [
    { name: "shared data", testIgnore: "**/journeys.spec.ts" },
    { name: "journeys", testMatch: "**/journeys.spec.ts" },
  ],
});
