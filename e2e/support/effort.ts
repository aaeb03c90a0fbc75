import { expect, type Page, test } from "playwright/test";

/** What a person does: presses of the mouse, of keys that do something by themselves, and fields that are typed into. */
export type Effort = { clicks: number; keys: number; fields: number };

/** Counts, from now on, over all pages that this tab opens. Starting counts are 0. */
export async function countEffort(page: Page) {
  const effort: Effort = { clicks: 0, keys: 0, fields: 0 };
  await page.exposeBinding("countEffort", (_source, kind: keyof Effort) => {
    effort[kind] += 1;
  });
  await page.addInitScript(() => {
    const count = (kind: string) => {
      const tell: unknown = Reflect.get(window, "countEffort");
      if (typeof tell === "function") tell(kind);
    };
    const typed = new WeakSet<EventTarget>();
    // Enter on a button is heard as a click without a pointer.
    document.addEventListener(
      "click",
      (event) => event.isTrusted && event.detail > 0 && count("clicks"),
      true,
    );
    document.addEventListener("keydown", (event) => event.isTrusted && count("keys"), true);
    document.addEventListener(
      "input",
      ({ target }) => {
        if (target === null || typed.has(target)) return;
        typed.add(target);
        count("fields");
      },
      true,
    );
  });
  return {
    /** Says it too: the table in docs/dashboard.md is what is printed. */
    async expect(expected: Effort): Promise<void> {
      await expect.poll(() => effort).toEqual(expected);
      const { clicks, keys, fields } = effort;
      process.stdout.write(`${clicks} clicks, ${keys} keys, ${fields} fields: ${test.info().title}\n`);
    },
    read: () => ({ ...effort }),
  };
}
