import type { Page } from "playwright/test";
import { findFaults } from "./support/faults";
import { expect, test } from "./support/test";

const PAGES = [
  "/",
  "/users",
  "/users/user_0100",
  "/plans",
  "/runs",
  "/activity",
  "/health",
  "/alerts",
  "/doctor",
  "/revocations",
  "/settings",
  "/team",
  "/account",
];

/** A window of 1280 × 1024 at 400 % and at 200 %, in CSS pixels; and two in which only the text is spaced. */
const SCREENS = [
  { name: "400 %", width: 320, height: 256, isSpaced: false },
  { name: "200 %", width: 640, height: 512, isSpaced: false },
  { name: "text spacing", width: 1280, height: 900, isSpaced: true },
  { name: "text spacing on a phone", width: 375, height: 800, isSpaced: true },
];

/** WCAG 1.4.12. */
const SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }`;

/** Runs in the browser. Controls that stand beyond an edge which nothing scrolls to, and names of a navigation that reach into others. */
function findUnreachable() {
  const all = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea")];
  const isScrolled = (element: Element | null): boolean => {
    for (let at = element; at && at !== document.body; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
    return false;
  };
  return all
    .filter((element) => element.checkVisibility() && !element.closest(".sr-only") && element.offsetWidth > 1)
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      // A count at the corner of an icon may stand beyond it.
      const isTooWide =
        element.matches("nav a:not(:has(.sr-only)), button") && element.scrollWidth > element.clientWidth + 1;
      return (left < 0 || right > innerWidth || isTooWide) && !isScrolled(element.parentElement);
    })
    .map((element) => `${element.tagName} ${(element.textContent ?? "").trim().slice(0, 40)}`);
}

async function expectReadable(page: Page, what: string): Promise<void> {
  const { wider, cutOff } = await page.evaluate(findFaults);
  const unreachable = await page.evaluate(findUnreachable);
  expect.soft({ wider, cutOff, unreachable }, what).toEqual({ wider: 0, cutOff: [], unreachable: [] });
}

async function onEachScreen(page: Page, check: (name: string) => Promise<void>): Promise<void> {
  for (const { name, width, height, isSpaced } of SCREENS) {
    await page.setViewportSize({ width, height });
    const spacing = isSpaced ? await page.addStyleTag({ content: SPACING }) : null;
    await check(name);
    await spacing?.evaluate((style) => style.parentNode?.removeChild(style));
  }
}

test("R393: at 400 %, at 200 % and with spaced text no page scrolls sideways, nothing is cut off, and every control is reached", async ({
  staffPage: page,
}) => {
  for (const address of PAGES)
    await test.step(address, async () => {
      await page.goto(address);
      await onEachScreen(page, (name) => expectReadable(page, `${address}, ${name}`));
    });
});

test("R393: a dialog is worked through at 400 %, at 200 % and with spaced text", async ({
  staffPage: page,
}) => {
  const dialog = page.getByRole("dialog");
  const useDialog = async (what: string, confirm: string) =>
    onEachScreen(page, async (name) => {
      await expectReadable(page, `${what}, ${name}`);
      // Scrolls there, and finds nothing in front of it.
      for (const button of ["Cancel", confirm])
        await dialog.getByRole("button", { name: button }).click({ trial: true });
    });
  await page.goto("/users/user_0100");
  await page.getByRole("button", { name: "Hold…", exact: true }).click();
  await expect(dialog).toContainText("on hold");
  await useDialog("Put on hold", "Put on hold");
  await page.keyboard.press("Escape");

  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto("/users");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await dialog.getByLabel("Name").fill("Mine");
  await useDialog("Save this view", "Save view");
});
