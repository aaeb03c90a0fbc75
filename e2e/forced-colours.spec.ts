import type { Locator } from "playwright/test";
import { expect, test } from "./support/test";

test.use({ forcedColors: "active" });

/** Runs in the browser. The colours of what is drawn, as they are shown. */
const readColours = (element: Element) => {
  const {
    color,
    backgroundColor,
    borderTopWidth,
    borderTopStyle,
    borderTopColor,
    outlineStyle,
    outlineWidth,
  } = getComputedStyle(element);
  return {
    ...{ color, backgroundColor, outlineStyle },
    border: borderTopStyle === "none" ? 0 : Number.parseFloat(borderTopWidth),
    borderColor: borderTopColor,
    outline: Number.parseFloat(outlineWidth),
  };
};
const read = (locator: Locator) => locator.evaluate(readColours);

test("R364: in forced colours buttons have edges, and focus, selection, statuses and the chart stay visible", async ({
  staffPage: page,
}) => {
  await page.goto("/users?verdict=locked_out");
  const behind = (await read(page.locator("body"))).backgroundColor;
  for (const name of ["Sync all…", "Preview sync…"]) {
    const { color, border, borderColor, backgroundColor } = await read(
      page.getByRole("button", { name }).first(),
    );
    expect(backgroundColor !== behind || (border > 0 && borderColor !== behind), name).toBe(true);
    expect(color, name).not.toBe(backgroundColor);
  }
  const row = page.getByRole("row").nth(1);
  const plain = await read(row);
  await row.getByRole("checkbox").check();
  expect(await read(row)).toMatchObject({ outlineStyle: "solid" });
  expect(plain.outlineStyle).toBe("none");
  const here = page.getByRole("navigation", { name: "Main" }).first().locator("[aria-current=page]");
  expect(await read(here)).toMatchObject({ outlineStyle: "solid" });
  await page.getByRole("searchbox", { name: "Search users" }).focus();
  await page.keyboard.press("Tab");
  expect((await read(page.locator(":focus"))).outline).toBeGreaterThanOrEqual(2);
  const { color } = await read(page.getByText("Locked out", { exact: true }).last());
  expect(color).not.toBe(behind);

  await page.goto("/?queue=needs_decision");
  expect(await read(page.getByRole("link", { name: /^Needs a decision/ }))).toMatchObject({
    outlineStyle: "solid",
  });
  await page.goto("/health?by=day");
  const chart = page.getByRole("region", { name: "Mismatches found and repaired" }).getByRole("img");
  await expect(chart).toBeVisible();
  const drawn = await chart.locator("rect, path").evaluateAll((shapes) =>
    shapes.flatMap((shape) => {
      const { fill, stroke } = getComputedStyle(shape);
      return [fill, stroke].filter((one) => one !== "none" && !/^rgba\(.*, 0\)$/.test(one));
    }),
  );
  expect(drawn.filter((colour) => colour !== behind).length).toBeGreaterThan(0);
});
