import {
  FIELDS,
  type Field,
  type FieldType,
  type ListedField,
  listFields,
  type RecordFields,
  type TableName,
} from "~/billing/fields";
import { type FieldRow, leftOutValue } from "~/billing/record";
import { type Cell, epoch, flag, nullable, number, text } from "~/platform/json-tables.server";
import { quoteName, raw, type Sql, sql } from "~/platform/sql.server";
import { type Columns, type ColumnType, listNames } from "~/platform/write-rows.server";

const COLUMN_TYPES: Record<FieldType, ColumnType> = {
  text: "text",
  number: "int",
  bigint: "bigint",
  money: "bigint",
  boolean: "boolean",
  time: "time",
};

/** The columns of one of the application's tables, for what writes, hashes and selects rows of it. */
export function toWriteColumns<Table extends TableName>(
  table: Table,
  fields: RecordFields = FIELDS,
): Columns<FieldRow<Table>> {
  const columns = listFields(table, fields).map(({ name, field }) => {
    const column = { type: COLUMN_TYPES[field.type], column: field.column ?? name };
    return [name, column] as const;
  });
  // The type of each column follows from the type of its field, as the type of each value does.
  return Object.fromEntries(columns) as Columns<FieldRow<Table>>;
}

type ReadColumns<Row> = { [Name in keyof Row]: readonly [expression: Sql, cell: Cell<Row[Name]>] };

/** The columns that `selectRecordColumns` selected, as `json-tables` reads them. */
export function toReadColumns<Table extends TableName>(
  table: Table,
  fields: RecordFields = FIELDS,
): ReadColumns<FieldRow<Table>> {
  const columns = [...listFields(table, fields), ...listLeftOut(table, fields)].map(({ name, field }) => {
    const column = quoteName(field.column ?? name);
    return [name, [field.type === "time" ? epoch(column) : column, cellFor(field)]] as const;
  });
  // Each field of the table is here with the cell of its own type.
  return Object.fromEntries(columns) as ReadColumns<FieldRow<Table>>;
}

/** All columns of a table of the application's that are evaluated; those that are left out are read as empty. */
export const selectRecordColumns = (table: TableName, fields: RecordFields): Sql[] => [
  ...listNames(toWriteColumns(table, fields)),
  ...listLeftOut(table, fields).map(
    ({ name, field }) => sql`${writeEmpty(field)} AS ${quoteName(field.column ?? name)}`,
  ),
];

function listLeftOut(table: TableName, fields: RecordFields): readonly ListedField[] {
  if (fields === FIELDS) return [];
  const kept = new Set(listFields(table, fields).map(({ name }) => name));
  return listFields(table).filter(({ name }) => !kept.has(name));
}

function writeEmpty(field: Field): Sql {
  if (field.type === "time") return sql`NULL::timestamptz`;
  const value = leftOutValue(field);
  if (value === null) return sql`NULL::text`;
  return typeof value === "string" ? sql`''::text` : raw(String(value));
}

const CELLS: Record<FieldType, Cell<string | number | boolean>> = {
  text,
  number,
  bigint: number,
  money: number,
  boolean: flag,
  time: number,
};

const cellFor = ({ type, nullable: isNullable }: Field): Cell<unknown> =>
  isNullable ? nullable(CELLS[type]) : CELLS[type];
