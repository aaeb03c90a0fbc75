/** What cannot be read or reached on a page. Runs in the browser. */
export function findFaults() {
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
  const name = (element: Element) => (element.textContent ?? "").trim().slice(0, 40);
  const clipped = (element: HTMLElement) => {
    const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
    if (textOverflow === "ellipsis" || element.closest(".sr-only") || element.clientWidth <= 1) return false;
    const wide =
      overflowX !== "visible" && overflowX !== "auto" && element.scrollWidth > element.clientWidth + 1;
    const high =
      overflowY !== "visible" && overflowY !== "auto" && element.scrollHeight > element.clientHeight + 2;
    return wide || high;
  };
  const brokenIds = new Set<string>();
  const walker = document.createTreeWalker(document.querySelector("main") ?? document, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    for (const found of (node.textContent ?? "").matchAll(/\b(?:cus|sub|price|prod|in)_\w+/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1)
        brokenIds.add(found[0]);
    }
  const focusable = all(
    "main a[href], main button, main select, main summary, main input:not([type=hidden])",
  );
  const cells = all("tbody td").filter((cell) => getComputedStyle(cell).display === "table-cell");
  return {
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    brokenIds: [...brokenIds],
    focusableButHidden: focusable
      .filter((element) => element.checkVisibility() && element.closest(".sr-only, thead.sr-only"))
      .filter((element) => (element.closest(".sr-only")?.clientWidth ?? 0) <= 1)
      .map(name),
    cutOff: all("main *").filter(clipped).map(name),
    /** The text of a cell that reaches into the next one. */
    covered: cells
      .filter((cell) =>
        [...cell.querySelectorAll<HTMLElement>("span")].some(
          (span) =>
            !span.closest(".sr-only, .truncate") &&
            span.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1,
        ),
      )
      .map(name),
  };
}
