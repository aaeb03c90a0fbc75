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

/** Reads rows into values, and counts what it cannot read. `required`: a row without this value is left out. */
export function createRowReader(notes: RowNotes) {
  return (
    file: string,
    { fields, header }: FileColumns,
    { line, values }: CsvRow,
    required?: CsvField,
  ): CsvValues | null => {
    if (values.length !== header.length) {
      note(
        notes.skipped,
        `${file}: it has ${values.length < header.length ? "fewer" : "more"} columns than the first line`,
        line,
      );
      return null;
    }
    const read: CsvValues = {};
    for (const [field, at] of fields) {
      const value = readValue(field, values[at]);
      if (value === UNREADABLE) note(notes.unreadable, `${file}, column ${header[at]}`, line);
      read[field] = value === UNREADABLE ? null : value;
    }
    if (required === undefined || read[required] != null) return read;
    note(notes.skipped, `${file}: it has no ${required}`, line);
    return null;
  };
}

function readValue(field: CsvField, value: string | undefined) {
  if (TIMES.has(field)) return readTime(value);
  return BOOLEANS.has(field) ? readBoolean(value) : readText(value);
}
