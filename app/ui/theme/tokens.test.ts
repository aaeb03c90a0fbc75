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

const pairs = (Object.entries(textOn) as [Role, readonly Role[]][]).flatMap(([text, grounds]) =>
  grounds.map((ground) => [text, ground] as const),
);

describe("colours", () => {
  it.each(Object.entries({ light, dark }))(
    "every text can be read on its ground (4.5 : 1): %s",
    (_, tokens) => {
      const tooFaint = pairs
        .map(([text, ground]) => ({ text, ground, ratio: contrast(tokens[text], tokens[ground]) }))
        .filter(({ ratio }) => ratio < 4.5);
      expect(tooFaint).toEqual([]);
    },
  );

  it("measures contrast as WCAG does", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });
});
