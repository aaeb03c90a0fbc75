import { describe, expect, it } from "vitest";
import { dark, light, type Role, textOn } from "./tokens";

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const isRole = (name: string): name is Role => name in light;

const pairs = Object.keys(textOn)
  .filter(isRole)
  .flatMap((text) => (textOn[text] ?? []).map((background) => ({ text, background })));

describe("colours", () => {
  it.each(Object.entries({ light, dark }))(
    "give every text enough contrast on its background (4.5 : 1): %s",
    (_, tokens) => {
      const tooFaint = pairs
        .map(({ text, background }) => ({
          text,
          background,
          ratio: contrast(tokens[text], tokens[background]),
        }))
        .filter(({ ratio }) => ratio < 4.5);
      expect(tooFaint).toEqual([]);
    },
  );

  it("have their contrast measured as in WCAG", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });
});
