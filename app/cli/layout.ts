import type { Tone } from "~/ui/status/tone";

/** A text, optionally in the colour of its meaning or aligned to the right. */
export type Cell = string | { text: string; tone?: Tone; right?: true };

/** A line of text, or a row of a table: the columns of consecutive rows are aligned. */
export type Line = string | readonly Cell[];

const COLOURS: Record<Tone, number> = { critical: 31, high: 33, medium: 36, low: 90, right: 32, review: 35 };
const GAP = "  ";

/**
 * Characters that a terminal obeys instead of showing them: control characters, and marks that turn the direction of what follows.
 * Names and ids are chosen by others, and could forge what stands beside them. Each becomes the sign for an unknown character.
 */
const OBEYED = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** The text as it may be shown in a terminal; line breaks stay. */
export const toShown = (text: string) => text.replace(OBEYED, (found) => (found === "\n" ? found : "\uFFFD"));

const toText = (cell: Cell) => (typeof cell === "string" ? cell : cell.text).replace(OBEYED, "\uFFFD");
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
    if (typeof line === "string") return line.replace(OBEYED, "\uFFFD");
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
