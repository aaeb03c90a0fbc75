import type { CsvField, FileColumns } from "./csv-columns";
import type { CsvRow } from "./csv-file.server";
import { readBoolean, readText, readTime, UNREADABLE } from "./csv-values";

/** How often something was left out, and the line where it happened first. */
export type Noted = { count: number; first: number | null };
export type RowNotes = {
  skipped: Map<string, Noted>;
  unreadable: Map<string, Noted>;
  /** Rows whose owner is known, and of which nothing else is. */
  notJudged: Map<string, Noted>;
};

/** The values of a row by field; null where there is none. */
export type CsvValues = Partial<Record<CsvField, string | boolean | null>>;

/** `trouble`: why nothing can be said of the row's owner; only the values that name the owner are to be believed then. */
export type ReadRow = { line: number; values: CsvValues; trouble: string | null };

const TIMES: ReadonlySet<CsvField> = new Set(["periodEnd", "createdAt"]);
const BOOLEANS: ReadonlySet<CsvField> = new Set(["emailVerified", "cancelAtPeriodEnd", "access"]);

export function note(notes: Map<string, Noted>, what: string, line: number): void {
  const noted = notes.get(what);
  if (noted) noted.count += 1;
  else notes.set(what, { count: 1, first: line });
}

/** What spreadsheets make of a long number: which one it was is lost. */
const SHORTENED = /^\d([.,]\d+)?E\+\d+$/i;

export type RowReaderOptions = {
  notes: RowNotes;
  /** The field that says who has access: of an owner with a row in which it is not understood nothing is known. */
  deciding: CsvField | null;
  /** Any of these names the owner. A row without one is left out. */
  keys: readonly CsvField[];
};

/** Reads the rows of a file into values, and counts what it cannot read. */
export function createRowReader(
  file: string,
  { fields, header }: FileColumns,
  { notes, deciding, keys }: RowReaderOptions,
) {
  return ({ line, values }: CsvRow): ReadRow | null => {
    const skip = (why: string) => {
      note(notes.skipped, `${file}: ${why}`, line);
      return null;
    };
    // Of files that were put one behind the other each begins with it.
    if (values.every((value, at) => value === header[at])) return skip("it repeats the first line");
    const hasMore = values.slice(header.length).some((value) => value.trim() !== "");
    const isShifted = values.length < header.length || hasMore;
    let trouble = isShifted
      ? `it has ${values.length < header.length ? "fewer" : "more"} columns than the first line`
      : null;
    const read: CsvValues = {};
    for (const [field, at] of fields) {
      // In a row with another number of columns only what names the owner is looked at.
      if (isShifted && !keys.includes(field)) continue;
      const value = readValue(field, values[at]);
      if (value === UNREADABLE && field === deciding)
        trouble ??= `column ${header[at]}, which says who has access, is not understood`;
      else if (value === UNREADABLE) note(notes.unreadable, `${file}, column ${header[at]}`, line);
      if ((field === "id" || field === "owner") && typeof value === "string" && SHORTENED.test(value))
        return skip(`a spreadsheet has shortened the number in column ${header[at]}`);
      read[field] = value === UNREADABLE ? null : value;
    }
    if (keys.every((key) => read[key] == null)) return skip(trouble ?? `it has no ${keys.join(" or ")}`);
    if (trouble === null) return { line, values: read, trouble };
    note(notes.notJudged, `${file}: ${trouble}`, line);
    return { line, values: read, trouble: `line ${line} of ${file} is not understood: ${trouble}` };
  };
}

/** The value as its field has it; `UNREADABLE` where it is none. */
export function readValue(field: CsvField, value: string | undefined) {
  if (TIMES.has(field)) return readTime(value);
  return BOOLEANS.has(field) ? readBoolean(value) : readText(value);
}
