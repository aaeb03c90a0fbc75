import { join, quoteName, raw, type Sql, sql } from "./sql.server";

/** What a column holds. `time`: epoch seconds in the row, `timestamptz` in the table, compared at whole seconds. */
export type ColumnType = "text" | "smallint" | "int" | "bigint" | "float8" | "boolean" | "jsonb" | "time";

type TypeFor<Value> =
  NonNullable<Value> extends string
    ? "text" | "bigint"
    : NonNullable<Value> extends number
      ? "smallint" | "int" | "bigint" | "float8" | "time"
      : NonNullable<Value> extends boolean
        ? "boolean"
        : "jsonb";

/** Type of a column; with its name in the table where that is not its name in the rows. */
type Column<Type extends ColumnType = ColumnType> = Type | { type: Type; column: string };
type AnyColumns = Readonly<Record<string, Column | undefined>>;

/** The columns of rows that are written, by their names in the rows. The compiler checks names and types. */
export type Columns<Row> = { readonly [Name in keyof Row]?: Column<TypeFor<Row[Name]>> };

type Listed = { name: Sql; column: Sql; type: ColumnType };

const listColumns = (columns: AnyColumns): Listed[] =>
  Object.entries(columns).flatMap(([name, column]): Listed[] => {
    if (column === undefined) return [];
    if (typeof column === "string") return [{ name: quoteName(name), column: quoteName(name), type: column }];
    return [{ name: quoteName(name), column: quoteName(column.column), type: column.type }];
  });

/**
 * Rows as a table `r` of a statement. They are sent as one value of JSON, so that a statement has the same text for one
 * row as for thousands.
 */
export function toRecordset<Row extends object>(rows: readonly Row[], columns: Columns<Row>): Sql {
  const types = listColumns(columns).map(
    ({ name, type }) => sql`${name} ${raw(type === "time" ? "float8" : type)}`,
  );
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(${join(types)})`;
}

/** A value of the recordset as the table holds it. */
const toValue = ({ name, type }: Listed): Sql =>
  type === "time" ? sql`to_timestamp(r.${name})` : sql`r.${name}`;

/** `"userId"`, `"plan"`: the columns of the table. */
export const listNames = (columns: AnyColumns): Sql[] => listColumns(columns).map(({ column }) => column);

export const joinNames = (columns: AnyColumns): Sql => join(listNames(columns));

/** `r."userId", to_timestamp(r."since")`: the values of the recordset, in the same order. */
export const joinValues = (columns: AnyColumns): Sql => join(listColumns(columns).map(toValue));

/** `"plan" = excluded."plan"`, for each column: after `ON CONFLICT … DO UPDATE SET`. */
export const assignExcluded = (columns: AnyColumns): Sql =>
  join(listColumns(columns).map(({ column }) => sql`${column} = excluded.${column}`));

const compareDistinct = (columns: readonly Listed[], read: (column: Listed) => Sql): Sql => {
  const stored = columns.map(({ column, type }) =>
    type === "time" ? sql`date_trunc('second', t.${column})` : sql`t.${column}`,
  );
  return sql`(${join(stored)}) IS DISTINCT FROM (${join(columns.map(read))})`;
};

export type WrittenRows<Row extends object> = {
  table: string;
  /** Where the table stands; `parity` unless given. */
  schema?: string;
  /** The column that says which row is meant; unique in the table. */
  key: NoInfer<Columns<Row>>;
  /** The columns that are written. At least one. */
  columns: NoInfer<Columns<Row>>;
  rows: readonly Row[];
  /** Column that is set to the time of the statement in each row that is written. */
  touch?: string;
};

const quoteTable = (table: string, schema = "parity"): Sql => sql`${quoteName(schema)}.${quoteName(table)}`;

const touchColumn = (touch: string | undefined): Sql => (touch ? sql`, ${quoteName(touch)} = now()` : sql``);

/** Updates the rows that differ, and no others. A row that does not exist is left out. */
export function updateRows<Row extends object>({
  table,
  schema,
  key,
  columns,
  rows,
  touch,
}: WrittenRows<Row>): Sql {
  const written = listColumns(columns);
  const keys = listColumns(key).map((one) => sql`t.${one.column} = ${toValue(one)}`);
  const values = written.map((one) => sql`${one.column} = ${toValue(one)}`);
  return sql`
    UPDATE ${quoteTable(table, schema)} t SET ${join(values)}${touchColumn(touch)}
    FROM ${toRecordset(rows, { ...key, ...columns })}
    WHERE ${join(keys, " AND ")} AND ${compareDistinct(written, toValue)}`;
}

/** Inserts the rows that do not exist, in the order of their keys, and updates those that differ, and no others. */
export function upsertRows<Row extends object>({
  table,
  schema,
  key,
  columns,
  rows,
  touch,
}: WrittenRows<Row>): Sql {
  const all: Columns<Row> = { ...key, ...columns };
  const written = listColumns(columns);
  return sql`
    INSERT INTO ${quoteTable(table, schema)} AS t (${joinNames(all)})
    SELECT ${joinValues(all)} FROM ${toRecordset(rows, all)} ORDER BY ${joinValues(key)}
    ON CONFLICT (${joinNames(key)}) DO UPDATE SET ${assignExcluded(columns)}${touchColumn(touch)}
    WHERE ${compareDistinct(written, ({ column }) => sql`excluded.${column}`)}`;
}

/**
 * 64 bits of the columns of a row that is read; of times at whole seconds. The seed keeps equal rows of two tables apart.
 */
export function hashRow(columns: AnyColumns, seed: number): Sql {
  const values = listColumns(columns).map(({ column, type }) =>
    type === "time" ? sql`date_trunc('second', ${column})` : column,
  );
  return sql`hash_record_extended(ROW(${join(values)}), ${raw(String(seed))})`;
}
