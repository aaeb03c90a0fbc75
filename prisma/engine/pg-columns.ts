import { type ColumnType, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

type Parse = (text: string) => unknown;
type Column = readonly [type: ColumnType, parse: Parse];

const keepText: Parse = (text) => text;
const parseBoolean: Parse = (text) => text === "t";
const textArray: number = 1009;
const parseTextArray: (text: string) => (string | null)[] = pg.types.getTypeParser(textArray, "text");
const parseArray = (parse: Parse): Parse => {
  return (text) => parseTextArray(text).map((item) => (item === null ? null : parse(item)));
};

/** PostgreSQL writes `2026-11-02 10:00:00.5+02`; the engine wants RFC 3339 with a colon in the offset. */
const toRfc3339: Parse = (text) => {
  const iso = text.replace(" ", "T");
  if (/[+-]\d{2}$/.test(iso)) return `${iso}:00`;
  return /[+-]\d{2}:\d{2}$/.test(iso) ? iso : `${iso}+00:00`;
};

// By type OID (`select oid, typname from pg_type`). The engine reads the system catalogue, so the catalogue's own
// types ("char", oid, int2vector, name and their arrays) are here, too.
const columns = new Map<number, Column>([
  [16, [ColumnTypeEnum.Boolean, parseBoolean]],
  [18, [ColumnTypeEnum.Character, keepText]],
  [20, [ColumnTypeEnum.Int64, keepText]],
  [21, [ColumnTypeEnum.Int32, Number]],
  [23, [ColumnTypeEnum.Int32, Number]],
  [26, [ColumnTypeEnum.Int64, keepText]],
  [114, [ColumnTypeEnum.Json, keepText]],
  [700, [ColumnTypeEnum.Float, Number]],
  [701, [ColumnTypeEnum.Double, Number]],
  [1082, [ColumnTypeEnum.Date, keepText]],
  [1114, [ColumnTypeEnum.DateTime, toRfc3339]],
  [1184, [ColumnTypeEnum.DateTime, toRfc3339]],
  [1700, [ColumnTypeEnum.Numeric, keepText]],
  [2950, [ColumnTypeEnum.Uuid, keepText]],
  [3802, [ColumnTypeEnum.Json, keepText]],
  [1000, [ColumnTypeEnum.BooleanArray, parseArray(parseBoolean)]],
  [1002, [ColumnTypeEnum.CharacterArray, parseArray(keepText)]],
  [1003, [ColumnTypeEnum.TextArray, parseArray(keepText)]],
  [1005, [ColumnTypeEnum.Int32Array, parseArray(Number)]],
  [1007, [ColumnTypeEnum.Int32Array, parseArray(Number)]],
  [1009, [ColumnTypeEnum.TextArray, parseArray(keepText)]],
  [1014, [ColumnTypeEnum.TextArray, parseArray(keepText)]],
  [1015, [ColumnTypeEnum.TextArray, parseArray(keepText)]],
  [1016, [ColumnTypeEnum.Int64Array, parseArray(keepText)]],
  [1028, [ColumnTypeEnum.Int64Array, parseArray(keepText)]],
]);

/** The engine's name for a PostgreSQL type; text for a type that is not listed. */
export function findColumnType(oid: number): ColumnType {
  return columns.get(oid)?.[0] ?? ColumnTypeEnum.Text;
}

/** Type parsers in the shape that `pg` takes with a query. */
export const columnParsers = {
  getTypeParser: (oid: number): Parse => columns.get(oid)?.[1] ?? keepText,
};
