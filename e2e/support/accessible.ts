import axe, { type RunOnly } from "axe-core";
import { expect, type Locator, type Page } from "playwright/test";
import { PHONE } from "./screens";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** Hidden elements of an open menu or dialog that pass the focus on. They are focusable on purpose. */
const focusGuards = "[data-base-ui-focus-guard]";

/**
 * A row of a table or list that is built like rows before it, and those after the first of a long one. Axe compares each
 * element with all that lies around it: a thousand rows take 15 seconds.
 */
const alike = "data-alike";
const longest = { TBODY: 15, UL: 12, OL: 12 };
const hideAlike = `[${alike}] { display: none }`;

/**
 * Axe asks for each piece of text what lies behind it, which takes longer than all other rules. Text that has the same colors as
 * another, on the same boxes up to the root, gets the same answer: it is asked for the first and the last of them.
 */
const asked = "data-contrast";

/** The part of the page that is looked at, unless all of it is. */
const part = "data-looked-at";

const colorRules = ["color-contrast", "link-in-text-block"];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// The themes differ in their colors alone.
const runOnly: Record<"light" | "dark", RunOnly> = {
  light: { type: "tag", values: tags },
  dark: { type: "rule", values: colorRules },
};

/**
 * Fails with what axe finds on the page now, in both themes, and when the page is wider than the screen. `alsoNarrow`: on a
 * screen as narrow as a phone's too, without loading the page again. `within`: only in a dialog, menu or part that has come on a page
 * that is checked as a whole elsewhere.
 */
export async function expectAccessible(
  page: Page,
  { alsoNarrow = false, within }: { alsoNarrow?: boolean; within?: Locator } = {},
): Promise<void> {
  // We have no frames. Axe's own driver looks for them in pages of its own, which takes four times as long as the check.
  expect(page.frames(), "frames, into which this check does not look").toHaveLength(1);
  // A page that stays has axe from the check before.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  await page.evaluate(addStyle, hideAlike);
  await page.evaluate(markAlike, { attribute: alike, longest });
  await within?.evaluate((element, attribute) => element.setAttribute(attribute, ""), part);
  const screen = page.viewportSize() ?? PHONE.viewport;
  for (const colorScheme of ["light", "dark"] as const) await expectNothing(page, screen, colorScheme);
  if (alsoNarrow) await expectNothing(page, PHONE.viewport, "light");
  await within?.evaluate((element, attribute) => element.removeAttribute(attribute), part);
  await page.evaluate(removeStyle, alike);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (alsoNarrow) await expectNoOverflow(page, PHONE.viewport);
  await expectNoOverflow(page, screen);
}

type Size = { width: number; height: number };

async function expectNothing(page: Page, screen: Size, colorScheme: "light" | "dark"): Promise<void> {
  if (page.viewportSize()?.width !== screen.width) await page.setViewportSize(screen);
  // A bar that stays on the screen covers a part of some link, wherever the page is scrolled to.
  await page.setViewportSize({ ...screen, height: await readHeight(page) });
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate(markAsked, { attribute: asked, part });
  const found = await page.evaluate(runAxe, {
    ...{ exclude: [focusGuards], runOnly: runOnly[colorScheme] },
    ...{ asked, part },
  });
  expect(found, `what axe finds (${colorScheme}, ${screen.width} px)`).toEqual([]);
}

async function expectNoOverflow(page: Page, screen: Size): Promise<void> {
  await page.setViewportSize(screen);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `the page is wider than the screen (${screen.width} px)`).toBeLessThanOrEqual(0);
}

/** Runs in the browser. Not an element, which the page's policy would refuse. */
function addStyle(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}

/** Runs in the browser. */
function removeStyle(attribute: string): void {
  document.adoptedStyleSheets.pop();
  for (const row of document.querySelectorAll(`[${attribute}]`)) row.removeAttribute(attribute);
}

type Lists = { attribute: string; longest: Record<string, number> };

/** Runs in the browser. Marks each row whose cells are all built like cells in the same place of rows before it. */
function markAlike({ attribute, longest }: Lists): void {
  /** Of others, as of names and addresses, only whether they are there is compared: they differ from row to row. */
  const compared =
    /^(class|style|role|type|tabindex|hidden|disabled|data-.*|aria-(current|disabled|hidden|sort|checked|expanded))$/;
  const describe = (element: Element, isDeep: boolean): string => {
    const attributes = [...element.attributes].map(({ name, value }) =>
      value === "" || compared.test(name) ? `${name}=${value}` : name,
    );
    const inside = [...element.childNodes].map((node) => {
      if (node instanceof Element) return isDeep ? describe(node, true) : "";
      return node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() ? "text" : "";
    });
    return [element.tagName, ...attributes.sort(), "(", ...inside, ")"].join(" ");
  };
  for (const list of document.querySelectorAll("tbody, ul, ol")) {
    const seen = new Set<string>();
    for (const [place, row] of [...list.children].entries()) {
      const cells = [...row.children].map((cell, index) => `${index} ${describe(cell, true)}`);
      const parts = [describe(row, false), ...cells];
      const isLate = place >= (longest[list.tagName] ?? Number.POSITIVE_INFINITY);
      if (isLate || parts.every((part) => seen.has(part))) row.setAttribute(attribute, "");
      for (const part of parts) seen.add(part);
    }
  }
}

/** Runs in the browser. Marks the text whose contrast is looked at in this theme and at this width. */
function markAsked({ attribute, part }: { attribute: string; part: string }): void {
  for (const marked of document.querySelectorAll(`[${attribute}]`)) marked.removeAttribute(attribute);
  const OWN = ["color", "font-size", "font-weight", "text-shadow", "text-decoration-line"];
  const BEHIND = [
    "background-color",
    "background-image",
    "opacity",
    "filter",
    "mix-blend-mode",
    "position",
    "z-index",
  ];
  const numbers = new Map<string, number>();
  const toNumber = (text: string) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const read = (style: CSSStyleDeclaration, names: string[]) =>
    names.map((name) => style.getPropertyValue(name));
  const boxes = new Map<Element, number>();
  const findBox = (element: Element): number => {
    const known = boxes.get(element);
    if (known !== undefined) return known;
    const around = element.parentElement ? findBox(element.parentElement) : 0;
    const own = read(getComputedStyle(element), BEHIND).join();
    // A box that only holds others changes nothing.
    const isPlain =
      element.parentElement !== null && own === "rgba(0, 0, 0, 0),none,1,none,normal,static,auto";
    const box = isPlain ? around : toNumber(`${around} ${own}`);
    boxes.set(element, box);
    return box;
  };
  const hasText = (element: Element) =>
    element.matches("input, select, textarea, button") ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
  const alike = new Map<string, Element[]>();
  const root = document.querySelector(`[${part}]`) ?? document.body;
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (!hasText(element) || !element.checkVisibility()) continue;
    const own = read(getComputedStyle(element), OWN).join();
    const isField = element.matches("input, select, textarea");
    const key = `${isField ? element.tagName : ""} ${findBox(element)} ${own}`;
    alike.set(key, [...(alike.get(key) ?? []), element]);
  }
  for (const elements of alike.values())
    for (const element of [elements[0], elements.at(-1)]) element?.setAttribute(attribute, "");
}

type AxeOptions = { exclude: string[]; runOnly: RunOnly; asked: string; part: string };

/** Runs in the browser. */
async function runAxe({ exclude, runOnly, asked, part }: AxeOptions) {
  window.axe.configure({ rules: [{ id: "color-contrast", selector: `[${asked}]` }] });
  // No rule of these looks into style sheets or media, and how to find an element is asked only where one is wrong.
  const options = { runOnly, preload: false };
  const context = document.querySelector(`[${part}]`) ? { include: [`[${part}]`], exclude } : { exclude };
  const { violations } = await window.axe.run(context, { ...options, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.slice(0, 5).map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`),
  }));
}

const readHeight = (page: Page) => page.evaluate(() => document.documentElement.scrollHeight);
