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

/** Types of text that are compared in their own way, so that an index on them serves nothing else. */
const hasOwnOrder = ({ kind, type }: CatalogColumn): boolean =>
  kind === "text" && (type === "pg_catalog.bpchar" || /\.(citext|"citext")$/.test(type));

/** A condition: the column holds one of the ids in the array. */
export function isAmong(column: string, ids: string, type: CatalogColumn): string {
  if (hasOwnOrder(type)) return `${column} = ANY ((${ids})::${type.type}[])`;
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
  if (hasOwnOrder(rightType) && leftType.type !== rightType.type)
    return `${right} = ${left}::pg_catalog.text::${rightType.type}`;
  if (leftType.kind === rightType.kind) return `${right} = ${left}`;
  return `${right} = ${toKey(`${left}::pg_catalog.text`, rightType)}`;
}

/** A column of a date without its time: days are those of UTC. */
const inZone = (kind: CatalogColumn["kind"], { timeZone }: Mapping): string =>
  literal(kind === "date" ? "UTC" : timeZone);

/** A date before the first year or after the last one of ISO 8601, of which infinity is one, is the last moment or none. */
const finite = (value: string, { kind }: Pick<CatalogColumn, "kind">, converted: string): string => {
  const at = (text: string) => `${literal(text)}::pg_catalog.${kind}`;
  return `CASE WHEN ${value} >= ${at("9999-12-31")} THEN '9999-12-31 23:59:59+00'::pg_catalog.timestamptz WHEN ${value} >= ${at("0001-01-02")} THEN ${converted} END`;
};

/** Days that a calendar has: PostgreSQL refuses every row of a query in which one text is none. */
const DAY = String.raw`(?!0000)(\d{4}-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d{4}-(0[469]|11)-(0[1-9]|[12]\d|30)|\d{4}-02-(0[1-9]|1\d|2[0-8])|(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)`;
const ZONE = String.raw`(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)`;
const DATE_TIME = String.raw`^${DAY}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?${ZONE}?)?$`;
const WITH_ZONE = String.raw`:\d\d(\.\d+)?${ZONE}$`;

function readTimeText(text: string, format: TimeFormat, { timeZone }: Mapping): string {
  if (format !== "iso")
    return readSeconds(`CASE WHEN ${text} ~ '^-?[0-9]{1,15}$' THEN ${text}::pg_catalog.int8 END`, format);
  return `CASE WHEN ${text} ~ ${regex(DATE_TIME)} THEN CASE WHEN ${text} ~ ${regex(WITH_ZONE)} THEN ${text}::pg_catalog.timestamptz ELSE ${text}::pg_catalog.timestamp AT TIME ZONE ${literal(timeZone)} END END`;
}

const regex = (pattern: string): string => `'${pattern}'`;

/** Seconds of the years 1 to 9999; a number beyond them, or none such as NaN, is no time. */
const [FIRST_SECOND, LAST_SECOND] = [-62_135_510_400, 253_402_300_799];

function readSeconds(value: string, format: TimeFormat): string {
  const factor = format === "milliseconds" ? 1000 : 1;
  const seconds = format === "milliseconds" ? `${value} / 1000.0` : `${value}::pg_catalog.float8`;
  return `CASE WHEN ${value} BETWEEN ${FIRST_SECOND * factor} AND ${LAST_SECOND * factor} THEN pg_catalog.to_timestamp(${seconds}) END`;
}

/** The whole numbers that JSON can hand over. */
const LARGEST = Number.MAX_SAFE_INTEGER;

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
  // NaN and infinity are numbers to PostgreSQL, and greater than all others.
  if (kind === "number" && type.kind === "numeric")
    return `CASE WHEN ${column} BETWEEN -${LARGEST} AND ${LARGEST} THEN ${column}::pg_catalog.int8 END`;
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
