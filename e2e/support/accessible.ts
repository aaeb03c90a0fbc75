import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "playwright/test";

/** Hidden elements of an open menu or dialog that pass the focus on. They are focusable on purpose. */
const focusGuards = "[data-base-ui-focus-guard]";

/** The rows of a long table are made alike, and each takes a tenth of a second. */
const furtherRows = "tbody tr:nth-child(n + 16)";

const colorRules = ["color-contrast", "link-in-text-block"];
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Fails with what axe finds on the page now, in both themes, and when the page is wider than the screen.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const screen = page.viewportSize();
  // A bar that stays on the screen covers a part of some link, wherever the page is scrolled to.
  if (screen) await page.setViewportSize({ ...screen, height: await readHeight(page) });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const axe = new AxeBuilder({ page }).exclude(focusGuards).exclude(furtherRows);
    // The themes differ in their colors alone.
    const chosen = colorScheme === "light" ? axe.withTags(rules) : axe.withRules(colorRules);
    const { violations } = await chosen.analyze();
    const found = violations.map(({ id, help, nodes }) => ({
      rule: `${id}: ${help} (${colorScheme})`,
      at: nodes
        .slice(0, 5)
        .map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`),
    }));
    expect(found).toEqual([]);
  }
  if (screen) await page.setViewportSize(screen);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, "the page is wider than the screen").toBeLessThanOrEqual(0);
}

const readHeight = (page: Page) => page.evaluate(() => document.documentElement.scrollHeight);
