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

/** A name in a statement for a person, in quotes only where it needs them. */
export const shownName = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : ident(name));

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
