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
