import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Seats } from "./seats";

function draw(count: number, largest: number) {
  const html = renderToStaticMarkup(<Seats count={count} largest={largest} />);
  return {
    present: html.match(/data-seat="present"/g)?.length ?? 0,
    missing: html.match(/data-seat="missing"/g)?.length ?? 0,
    caption: /<figcaption[^>]*>([^<]*)</.exec(html)?.[1],
  };
}

it("seats are drawn as far as the largest plan goes, and no more than twenty, however many there are", () => {
  expect(draw(1, 3)).toEqual({ present: 1, missing: 2, caption: "1 soldier" });
  expect(draw(0, 5)).toEqual({ present: 0, missing: 5, caption: "No active soldiers" });
  expect(draw(10_000, 5)).toEqual({ present: 20, missing: 0, caption: "10000 soldiers" });
  expect(draw(0, 0)).toEqual({ present: 0, missing: 0, caption: "No active soldiers" });
});
