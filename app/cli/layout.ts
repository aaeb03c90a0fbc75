import type { Tone } from "~/ui/status/tone";

/** A text, optionally in the colour of its meaning or aligned to the right. */
export type Cell = string | { text: string; tone?: Tone; right?: true };

/** A line of text, or a row of a table: the columns of consecutive rows are aligned. */
export type Line = string | readonly Cell[];

const COLOURS: Record<Tone, number> = { critical: 31, high: 33, medium: 36, low: 90, right: 32, review: 35 };
const GAP = "  ";

const toText = (cell: Cell) => (typeof cell === "string" ? cell : cell.text);
const measureWidth = (text: string) => [...text].length;

/** Formats the lines as one text for a terminal or a file. */
export function layOut(lines: readonly Line[], colours: boolean): string {
  const widths: number[][] = [];
  let block: number[] = [];
  for (const line of lines) {
    if (typeof line === "string") block = [];
    else
      for (const [n, cell] of line.entries()) block[n] = Math.max(block[n] ?? 0, measureWidth(toText(cell)));
    widths.push(block);
  }
  const written = lines.map((line, index) => {
    if (typeof line === "string") return line;
    const cells = line.map((cell, n) => alignCell(cell, widths[index]?.[n] ?? 0, colours));
    return cells.join(GAP).trimEnd();
  });
  return `${written.join("\n")}\n`;
}

function alignCell(cell: Cell, width: number, colours: boolean): string {
  const text = toText(cell);
  const padding = " ".repeat(Math.max(0, width - measureWidth(text)));
  if (typeof cell === "string") return text + padding;
  const shown = colours && cell.tone ? `\u001b[${COLOURS[cell.tone]}m${text}\u001b[0m` : text;
  return cell.right ? padding + shown : shown + padding;
}
