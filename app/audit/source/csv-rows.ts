import type { CsvField, FileColumns } from "./csv-columns";
import type { CsvRow } from "./csv-file.server";
import { readBoolean, readText, readTime, UNREADABLE } from "./csv-values";

/** How often something was left out, and the line where it happened first. */
export type Noted = { count: number; first: number | null };
export type RowNotes = { skipped: Map<string, Noted>; unreadable: Map<string, Noted> };

/** The values of a row by field; null where there is none. */
export type CsvValues = Partial<Record<CsvField, string | boolean | null>>;

const TIMES: ReadonlySet<CsvField> = new Set(["periodEnd", "createdAt"]);
const BOOLEANS: ReadonlySet<CsvField> = new Set(["emailVerified", "cancelAtPeriodEnd", "access"]);

export function note(notes: Map<string, Noted>, what: string, line: number): void {
  const noted = notes.get(what);
  if (noted) noted.count += 1;
  else notes.set(what, { count: 1, first: line });
}

/** What spreadsheets make of a long number: which one it was is lost. */
const SHORTENED = /^\d([.,]\d+)?E\+\d+$/i;

/**
 * Reads rows into values, and counts what it cannot read. `required`: a row without this value is left out. `deciding`: the field
 * that says who has access; a row in which it is not understood is left out, since nothing would be known of that user.
 */
export function createRowReader(notes: RowNotes, deciding: CsvField | null = null) {
  return (
    file: string,
    { fields, header }: FileColumns,
    { line, values }: CsvRow,
    required?: CsvField,
  ): CsvValues | null => {
    const hasMore = values.slice(header.length).some((value) => value.trim() !== "");
    if (values.length < header.length || hasMore) {
      note(
        notes.skipped,
        `${file}: it has ${values.length < header.length ? "fewer" : "more"} columns than the first line`,
        line,
      );
      return null;
    }
    const read: CsvValues = {};
    const skip = (why: string) => {
      note(notes.skipped, `${file}: ${why}`, line);
      return null;
    };
    for (const [field, at] of fields) {
      const value = readValue(field, values[at]);
      if (value === UNREADABLE && field === deciding)
        return skip(`column ${header[at]}, which says who has access, is not understood`);
      if (value === UNREADABLE) note(notes.unreadable, `${file}, column ${header[at]}`, line);
      if ((field === "id" || field === "owner") && typeof value === "string" && SHORTENED.test(value))
        return skip(`a spreadsheet has shortened the number in column ${header[at]}`);
      read[field] = value === UNREADABLE ? null : value;
    }
    if (required === undefined || read[required] != null) return read;
    return skip(`it has no ${required}`);
  };
}

/** The value as its field has it; `UNREADABLE` where it is none. */
export function readValue(field: CsvField, value: string | undefined) {
  if (TIMES.has(field)) return readTime(value);
  return BOOLEANS.has(field) ? readBoolean(value) : readText(value);
}
