/** Where a value stands: a column of one of the mapping's tables, a path in a column of JSON, or an expression that is only read. */
export type Place =
  | { alias: string; column: string; path: string[]; as?: TimeFormat }
  | { sql: string; writes: false };

export type ColumnPlace = Extract<Place, { column: string }>;

/** How a time is kept where the column has no type of its own for it. */
export const TIME_FORMATS = ["iso", "epoch", "milliseconds"] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

export const isColumnPlace = (place: Place | undefined): place is ColumnPlace =>
  place !== undefined && "column" in place;

/** `alias.column`, `alias."Odd column"`, `alias.column->json->path`; null when it is none of these. */
export function parsePlace(text: string): ColumnPlace | null {
  const [, alias, rest = ""] = /^\s*([A-Za-z_][\w-]*)\s*\.\s*(.+?)\s*$/s.exec(text) ?? [];
  if (alias === undefined) return null;
  const quoted = /^"((?:[^"]|"")+)"\s*(?:->(.*))?$/s.exec(rest);
  const [first = "", ...more] = quoted
    ? [quoted[1]?.replaceAll('""', '"') ?? "", ...split(quoted[2])]
    : split(rest);
  const path = more.map(unquoteKey);
  return first === "" || path.includes("") ? null : { alias, column: first, path };
}

const split = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(/->>?/).map((part) => part.trim());

const unquoteKey = (key: string): string => /^(['"])(.*)\1$/s.exec(key)?.[2] ?? key;

/** The place as a person reads it. */
export const describePlace = (place: Place): string =>
  isColumnPlace(place) ? [`${place.alias}.${place.column}`, ...place.path].join("->") : place.sql;

export type TableName = { schema: string; name: string };

/** `users`, `app.users`, `"My schema"."Table"`; the schema is `public` unless given. Null when it is no name. */
export function parseTableName(text: string): TableName | null {
  const part = '(?:"((?:[^"]|"")+)"|([^".]+))';
  const match = new RegExp(`^\\s*${part}(?:\\.${part})?\\s*$`, "s").exec(text);
  if (!match) return null;
  const first = match[1]?.replaceAll('""', '"') ?? match[2]?.trim() ?? "";
  const second = match[3]?.replaceAll('""', '"') ?? match[4]?.trim();
  return second === undefined ? { schema: "public", name: first } : { schema: first, name: second };
}

export const describeTable = ({ schema, name }: TableName): string => `${schema}.${name}`;
