import type { TableName } from "../places";

/** A name as PostgreSQL takes it literally. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const qualify = ({ schema, name }: TableName): string => `${ident(schema)}.${ident(name)}`;

/** A text as PostgreSQL takes it literally, whatever the setting of backslashes. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

export const textArray = (texts: readonly string[]): string =>
  `ARRAY[${texts.map(literal).join(", ")}]::pg_catalog.text[]`;

/** Moves every line but the first to the right. */
export const indent = (text: string, by = 2): string => text.replaceAll("\n", `\n${" ".repeat(by)}`);

/** Words that are no name without quotes (PostgreSQL's appendix C, reserved). */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently
  constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner
  intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or
  order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`.split(
    /\s+/,
  ),
);

/** A name in a statement for a person, in quotes only where it needs them. */
export const shownName = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : ident(name);

/** The statement that makes an index on a column, or on a value in its JSON. */
export function writeIndex(
  { schema, name }: TableName,
  column: string,
  path: readonly string[] = [],
): string {
  const value =
    path.length > 0 ? `(${shownName(column)} #>> ${literal(`{${path.join(",")}}`)})` : shownName(column);
  return `CREATE INDEX CONCURRENTLY ON ${shownName(schema)}.${shownName(name)} (${value})`;
}
