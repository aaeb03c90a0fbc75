/**
 * Characters that begin a formula in a spreadsheet, also in full width, in small forms, after blanks, and after a separator of another country:
 * a spreadsheet that splits at semicolons sees a cell begin there. A separator is no blank here, so that each character is looked
 * at once, however many separators a name has.
 */
const formula =
  /(^|[;\t\r\n])(?:(?![\t\r\n])[\s\p{Cf}\p{Cc}'"])*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212|%]/u;

/** RFC 4180. A cell that a spreadsheet could run as a formula gets a leading quote, which makes it text. */
export function formatCsvLine(cells: string[]): string {
  const quoted = cells.map((cell) => {
    // A separator inside a cell cannot be made safe by a quote at its beginning.
    const safe = formula.test(cell) ? `'${cell.replace(/[;\t\r\n]+/g, " ")}` : cell;
    return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(",")}\r\n`;
}
