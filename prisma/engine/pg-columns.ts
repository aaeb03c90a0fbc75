import { type ColumnType, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

type Parse = (text: string) => unknown;
type Column = readonly [type: ColumnType, parse: Parse];

const asIs: Parse = (text) => text;
const asBoolean: Parse = (text) => text === "t";
const textArray: number = 1009;
const parseTextArray: (text: string) => (string | null)[] = pg.types.getTypeParser(textArray, "text");
const arrayOf = (parse: Parse): Parse => {
  return (text) => parseTextArray(text).map((item) => (item === null ? null : parse(item)));
};

/** PostgreSQL writes `2026-11-02 10:00:00.5+02`; the engine wants RFC 3339 with a colon in the offset. */
const asInstant: Parse = (text) => {
  const iso = text.replace(" ", "T");
  if (/[+-]\d{2}$/.test(iso)) return `${iso}:00`;
  return /[+-]\d{2}:\d{2}$/.test(iso) ? iso : `${iso}+00:00`;
};

// By type OID (`select oid, typname from pg_type`). The engine reads the system catalogue, so the catalogue's own
// types ("char", oid, int2vector, name and their arrays) matter as much as those of our tables.
const columns = new Map<number, Column>([
  [16, [ColumnTypeEnum.Boolean, asBoolean]],
  [18, [ColumnTypeEnum.Character, asIs]],
  [20, [ColumnTypeEnum.Int64, asIs]],
  [21, [ColumnTypeEnum.Int32, Number]],
  [23, [ColumnTypeEnum.Int32, Number]],
  [26, [ColumnTypeEnum.Int64, asIs]],
  [114, [ColumnTypeEnum.Json, asIs]],
  [700, [ColumnTypeEnum.Float, Number]],
  [701, [ColumnTypeEnum.Double, Number]],
  [1082, [ColumnTypeEnum.Date, asIs]],
  [1114, [ColumnTypeEnum.DateTime, asInstant]],
  [1184, [ColumnTypeEnum.DateTime, asInstant]],
  [1700, [ColumnTypeEnum.Numeric, asIs]],
  [2950, [ColumnTypeEnum.Uuid, asIs]],
  [3802, [ColumnTypeEnum.Json, asIs]],
  [1000, [ColumnTypeEnum.BooleanArray, arrayOf(asBoolean)]],
  [1002, [ColumnTypeEnum.CharacterArray, arrayOf(asIs)]],
  [1003, [ColumnTypeEnum.TextArray, arrayOf(asIs)]],
  [1005, [ColumnTypeEnum.Int32Array, arrayOf(Number)]],
  [1007, [ColumnTypeEnum.Int32Array, arrayOf(Number)]],
  [1009, [ColumnTypeEnum.TextArray, arrayOf(asIs)]],
  [1014, [ColumnTypeEnum.TextArray, arrayOf(asIs)]],
  [1015, [ColumnTypeEnum.TextArray, arrayOf(asIs)]],
  [1016, [ColumnTypeEnum.Int64Array, arrayOf(asIs)]],
  [1028, [ColumnTypeEnum.Int64Array, arrayOf(asIs)]],
]);

/** The engine's name for a PostgreSQL type; text for what is not listed. */
export function columnType(oid: number): ColumnType {
  return columns.get(oid)?.[0] ?? ColumnTypeEnum.Text;
}

/** Type parsers in the shape that `pg` takes with a query. */
export const columnParsers = {
  getTypeParser: (oid: number): Parse => columns.get(oid)?.[1] ?? asIs,
};
