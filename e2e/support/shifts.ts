import { expect, type Page } from "playwright/test";
import { z } from "zod";

const MOST_SHIFT = 0.02;
const SETTLES_MS = 15_000;
const shiftList = z.array(z.object({ value: z.number(), what: z.array(z.string()) }));

/** Measures, on each page that this tab loads from now on, how far what is shown moves while it loads. */
export async function watchShifts(page: Page) {
  await page.addInitScript(() => {
    const shifts: { value: number; what: string[] }[] = [];
    Reflect.set(window, "shifts", shifts);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const value: unknown = Reflect.get(entry, "value");
        const sources: unknown = Reflect.get(entry, "sources");
        const what = Array.isArray(sources)
          ? sources.map(({ node }) => String(node?.textContent).slice(0, 60))
          : [];
        if (typeof value === "number") shifts.push({ value, what });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  // Not for ever: a page may look again and again for something that is late.
  const settle = () => page.waitForLoadState("networkidle", { timeout: SETTLES_MS }).catch(() => {});
  return {
    settle,
    /** Fails when more than a trifle has moved, and prints how much. Before anything changes the size of the screen. */
    async expectFew(address: string): Promise<void> {
      const shifts = shiftList.parse(await page.evaluate("window.shifts"));
      const sum = shifts.reduce((total, { value }) => total + value, 0);
      process.stdout.write(`${sum.toFixed(4)}  ${address}\n`);
      expect.soft(sum, `${address}: ${JSON.stringify(shifts)}`).toBeLessThan(MOST_SHIFT);
    },
  };
}
