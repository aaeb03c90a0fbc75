import { expect, it } from "vitest";
import { formatCsvLine } from "./csv-line";

/** The cell as a spreadsheet reads it, of a line with one cell. */
const readCell = (cell: string) => {
  const line = formatCsvLine([cell]).slice(0, -2);
  return line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line;
};

it.each([
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\uFF1D1+1",
  "\uFE66 1+1",
  "\uFE621",
  "\uFE631",
  "\uFE6BSUM(1)",
  "\u22121+1",
  "\uFF0B1",
  "\uFF0D1",
  "\uFF20SUM(A1)",
  "\n=1+1",
  "\r=1+1",
  "\t=1+1",
  " =1+1",
  "\u00A0=1+1",
  "\u3000=1+1",
  "\uFEFF=1+1",
  "\u200B=1+1",
  "\u202E=1+1",
  "\u0001=1+1",
  "x;=1+1",
  "x;\uFF1D1+1",
  "x\t=1+1",
  "x\n=1+1",
  '"=1+1',
  "'=1+1",
  "\t\r\n\t =1+1",
  "x;\t\n'=1+1",
])("S16: %j is text in a spreadsheet", (cell) => {
  const read = readCell(cell);
  expect(read.startsWith("'")).toBe(true);
  // Also where cells are separated by semicolons or tabs.
  for (const part of read.split(/[;\t\r\n]/).slice(1))
    expect(part).not.toMatch(/^[\s\p{Cf}\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u);
});

it.each(["Ada", "ada@example.com", "a = b", "Weber, Jonas", 'the "first"', "Army; yearly", "x-y", "100%"])(
  "%j stays as it is",
  (cell) => {
    expect(readCell(cell)).toBe(cell);
  },
);

it.each(["\t", "\n ", "'\t", ";", " ", "\u200B"])(
  "a name of a million times %j is written in linear time",
  (piece) => {
    // Quadratic time would be hours.
    expect(formatCsvLine([`${piece.repeat(1_000_000 / piece.length)}x`])).toContain("x");
  },
);

it("a name in CSV keeps its lines and columns", () => {
  expect(formatCsvLine(["a", 'b"c', "d,e", "f\r\ng"])).toBe('a,"b""c","d,e","f\r\ng"\r\n');
});
