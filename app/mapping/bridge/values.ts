import type { Catalog, CatalogColumn, CatalogTable } from "../catalog.server";
import type { ValueKind } from "../file-fields";
import type { Mapping } from "../mapping.server";
import { type ColumnPlace, isColumnPlace, type Place, type TimeFormat } from "../places";
import { ident, literal, textArray } from "./sql-text";

/** What the SQL is made of: the file, and what the database has. */
export type BridgeParts = { mapping: Mapping; catalog: Catalog };

export function findTable({ catalog }: BridgeParts, alias: string): CatalogTable {
  const table = catalog.tables[alias];
  if (!table) throw new Error(`The table of ${alias} does not exist`);
  return table;
}

export function findColumn(parts: BridgeParts, alias: string, name: string): CatalogColumn {
  const column = findTable(parts, alias).columns.find((one) => one.name === name);
  if (!column) throw new Error(`The table of ${alias} has no column ${name}`);
  return column;
}

const INTEGER = "^(0|-?[1-9][0-9]{0,18})$";
const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/**
 * An id, which is text for us, as the column that holds it compares it, so that the application's own index serves. NULL
 * for a text that is no such id.
 */
export function toKey(text: string, { kind }: Pick<CatalogColumn, "kind">): string {
  if (kind === "uuid") return `CASE WHEN ${text} ~ ${literal(UUID)} THEN ${text}::pg_catalog.uuid END`;
  if (kind === "integer")
    return `CASE WHEN ${text} ~ ${literal(INTEGER)} THEN CASE WHEN ${text}::pg_catalog.numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ${text}::pg_catalog.int8 END END`;
  return text;
}

/** A condition: the column holds one of the ids in the array. */
export function isAmong(column: string, ids: string, type: CatalogColumn): string {
  if (type.kind === "text") return `${column} = ANY (${ids})`;
  return `${column} = ANY (ARRAY(SELECT ${toKey("asked.id", type)} FROM pg_catalog.unnest(${ids}) AS asked(id)))`;
}

/** A condition: two columns hold the same id, perhaps in different types. The second is the one that is looked up. */
export function isSameKey(
  left: string,
  leftType: CatalogColumn,
  right: string,
  rightType: CatalogColumn,
): string {
  if (leftType.kind === rightType.kind) return `${right} = ${left}`;
  return `${right} = ${toKey(`${left}::pg_catalog.text`, rightType)}`;
}

/** A column of a date without its time: days are those of UTC. */
const inZone = (kind: CatalogColumn["kind"], { timeZone }: Mapping): string =>
  literal(kind === "date" ? "UTC" : timeZone);

/** No date of JSON or of a number of seconds is infinite, and Parity knows no infinite date. */
const finite = (value: string, { kind }: CatalogColumn, converted: string): string =>
  `CASE WHEN pg_catalog.isfinite(${value}) THEN ${converted} WHEN ${value} > ${literal("2000-01-01")}::pg_catalog.${kind} THEN '9999-12-31 23:59:59+00'::pg_catalog.timestamptz END`;

const DATE_TIME = String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$`;

function readTimeText(text: string, format: TimeFormat, { timeZone }: Mapping): string {
  if (format !== "iso")
    return readSeconds(`CASE WHEN ${text} ~ '^-?[0-9]{1,15}$' THEN ${text}::pg_catalog.int8 END`, format);
  const hasZone = `${text} ~ '(Z|[+-]\\d\\d(:?\\d\\d)?)$'`;
  return `CASE WHEN ${text} ~ ${regex(DATE_TIME)} THEN CASE WHEN ${hasZone} THEN ${text}::pg_catalog.timestamptz ELSE ${text}::pg_catalog.timestamp AT TIME ZONE ${literal(timeZone)} END END`;
}

const regex = (pattern: string): string => `'${pattern}'`;

const readSeconds = (value: string, format: TimeFormat): string =>
  format === "milliseconds"
    ? `pg_catalog.to_timestamp(${value} / 1000.0)`
    : `pg_catalog.to_timestamp(${value}::pg_catalog.float8)`;

/** The value of a place as the engine reads it; `from`: the row that its column is of. */
export function readValue(parts: BridgeParts, kind: ValueKind, place: Place, from?: string): string {
  if (!isColumnPlace(place)) return `(${place.sql})::${LOGICAL_TYPES[kind]}`;
  const type = findColumn(parts, place.alias, place.column);
  const column = `${from ?? ident(place.alias)}.${ident(place.column)}`;
  if (place.path.length > 0)
    return readText(kind, `(${column} #>> ${textArray(place.path)})`, place, parts.mapping);
  if (kind === "text") return `${column}::pg_catalog.text`;
  if (type.kind === "text" || type.kind === "enum")
    return readText(kind, `${column}::pg_catalog.text`, place, parts.mapping);
  if (kind === "number") return `${column}::pg_catalog.int8`;
  if (kind === "boolean") return readBoolean(column, type);
  return readTime(column, type, place, parts.mapping);
}

export const LOGICAL_TYPES: Record<ValueKind, string> = {
  text: "pg_catalog.text",
  number: "pg_catalog.int8",
  boolean: "pg_catalog.bool",
  time: "pg_catalog.timestamptz",
};

function readText(kind: ValueKind, text: string, place: ColumnPlace, mapping: Mapping): string {
  if (kind === "text") return text;
  if (kind === "number") return `CASE WHEN ${text} ~ '^-?[0-9]{1,15}$' THEN ${text}::pg_catalog.int8 END`;
  if (kind === "boolean")
    return `CASE pg_catalog.lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`;
  return readTimeText(text, place.as ?? "iso", mapping);
}

function readBoolean(column: string, { kind }: CatalogColumn): string {
  if (kind === "boolean") return column;
  return kind === "integer" || kind === "numeric" ? `${column} <> 0` : `${column} IS NOT NULL`;
}

function readTime(column: string, type: CatalogColumn, place: ColumnPlace, mapping: Mapping): string {
  if (type.kind === "timestamptz") return finite(column, type, column);
  if (type.kind === "timestamp")
    return finite(column, type, `${column} AT TIME ZONE ${inZone(type.kind, mapping)}`);
  if (type.kind === "date") return finite(column, type, `${column}::pg_catalog.timestamp AT TIME ZONE 'UTC'`);
  return readSeconds(column, place.as ?? "epoch");
}

/** A value that the engine hands over, as text, in the type in which it is read. */
export function parseLogical(parts: BridgeParts, kind: ValueKind, place: ColumnPlace, text: string): string {
  if (kind === "text") return text;
  if (kind !== "time") return `${text}::${LOGICAL_TYPES[kind]}`;
  const time = `pg_catalog.to_timestamp(${text}::pg_catalog.float8)`;
  const isDate = place.path.length === 0 && findColumn(parts, place.alias, place.column).kind === "date";
  return isDate ? `pg_catalog.date_trunc('day', ${time}, 'UTC')` : time;
}

/** A value that the engine hands over, as text, as it stands in the column; in JSON, as JSON. */
export function writeValue(parts: BridgeParts, kind: ValueKind, place: ColumnPlace, text: string): string {
  const { mapping } = parts;
  const time = `pg_catalog.to_timestamp(${text}::pg_catalog.float8)`;
  const iso = `pg_catalog.to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  const factor = place.as === "milliseconds" ? " * 1000" : "";
  const seconds = `(${text}::pg_catalog.numeric${factor})`;
  if (place.path.length > 0) {
    const json =
      kind === "text"
        ? text
        : kind === "time"
          ? (place.as ?? "iso") === "iso"
            ? iso
            : `${seconds}::pg_catalog.int8`
          : `${text}::${LOGICAL_TYPES[kind]}`;
    return `coalesce(pg_catalog.to_jsonb(${json}), 'null'::pg_catalog.jsonb)`;
  }
  const type = findColumn(parts, place.alias, place.column);
  if (kind === "boolean" && (type.kind === "integer" || type.kind === "numeric"))
    return `${text}::pg_catalog.bool::pg_catalog.int4::${type.type}`;
  if (kind === "boolean" && type.kind === "text")
    return `(${text}::pg_catalog.bool)::pg_catalog.text::${type.type}`;
  if (kind !== "time") return type.kind === "text" ? text : `${text}::${type.type}`;
  if (type.kind === "timestamptz") return time;
  if (type.kind === "timestamp" || type.kind === "date")
    return `(${time} AT TIME ZONE ${inZone(type.kind, mapping)})::${type.type}`;
  if (type.kind === "text")
    return (place.as ?? "iso") === "iso" ? iso : `${seconds}::pg_catalog.int8::pg_catalog.text`;
  return `${seconds}::${type.type}`;
}

/** The time of the statement, as the column holds times. */
export function writeNow(parts: BridgeParts, alias: string, column: string): string {
  const type = findColumn(parts, alias, column);
  const place = { alias, column, path: [] };
  return writeValue(
    parts,
    "time",
    place,
    `pg_catalog.date_part('epoch', pg_catalog.now())::pg_catalog.text`,
  ) && type.kind === "timestamptz"
    ? "pg_catalog.now()"
    : writeValue(parts, "time", place, "pg_catalog.date_part('epoch', pg_catalog.now())::pg_catalog.text");
}
