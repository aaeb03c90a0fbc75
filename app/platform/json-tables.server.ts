import { forEachInSlices } from "./event-loop/in-slices";
import { join, type Sql, sql } from "./sql.server";

/** Says whether a cell of JSON is what it should be: everything from outside is checked, also what we stored. */
export type Cell<T> = (value: unknown) => value is T;

export const text: Cell<string> = (value) => typeof value === "string";
export const number: Cell<number> = (value): value is number =>
  typeof value === "number" && Number.isFinite(value);
export const flag: Cell<boolean> = (value) => typeof value === "boolean";
export const nullable =
  <T>(cell: Cell<T>): Cell<T | null> =>
  (value): value is T | null =>
    value === null || cell(value);

/** A time as whole epoch seconds, whatever parts of a second the application wrote. */
export const epoch = (column: Sql): Sql => sql`floor(date_part('epoch', ${column}))`;

type Columns = Record<string, readonly [expression: Sql, cell: Cell<unknown>]>;
type RowOf<C extends Columns> = { [Name in keyof C]: C[Name][1] extends Cell<infer T> ? T : never };

/** Rows that come as one cell of JSON, and how they are read. */
export type Table<Rows> = { json: Sql; read(json: unknown): Rows };

/**
 * Rows of `from`: names, expressions and kinds of its columns. They come as an array for each column: the driver converts
 * nothing, no name is sent with each row, and PostgreSQL writes arrays several times faster than objects.
 */
export function selectRows<C extends Columns>(from: Sql, columns: C): Table<RowOf<C>[]> {
  const names = Object.keys(columns);
  return {
    json: columnsJson(
      from,
      Object.values(columns).map(([expression]) => expression),
    ),
    read: (json) => readRows(columns, readColumns(json, names.length)),
  };
}

/** The same by a key that is not among the columns: one row for each. */
export function selectRowByKey<C extends Columns>(
  from: Sql,
  key: Sql,
  columns: C,
): Table<Map<string, RowOf<C>>> {
  const keyed = keyedList(from, key, columns);
  return {
    json: keyed.json,
    read(json) {
      const { keys, rows } = keyed.read(json);
      const map = new Map<string, RowOf<C>>();
      rows.forEach((row, at) => {
        map.set(keys[at] ?? "", row);
      });
      return map;
    },
  };
}

/** The same by a key that several rows may have. */
export function selectRowsByKey<C extends Columns>(
  from: Sql,
  key: Sql,
  columns: C,
): Table<Map<string, RowOf<C>[]>> {
  const keyed = keyedList(from, key, columns);
  return {
    json: keyed.json,
    read(json) {
      const { keys, rows } = keyed.read(json);
      const groups = new Map<string, RowOf<C>[]>();
      rows.forEach((row, at) => {
        const group = groups.get(keys[at] ?? "");
        if (group) group.push(row);
        else groups.set(keys[at] ?? "", [row]);
      });
      return groups;
    },
  };
}

type Tables = Record<string, Table<unknown>>;

/** The rows of several tables, by their names. */
export type RowsOf<T extends Tables> = { [Name in keyof T]: ReturnType<T[Name]["read"]> };
type TablesFor<Rows> = { [Name in keyof Rows]: Table<Rows[Name]> };

/** All these tables as one cell of text, to be read by `readTables`. */
export function selectTables(tables: Tables): Sql {
  return sql`json_build_array(${join(Object.values(tables).map(({ json }) => json))})::text`;
}

/**
 * Reads the cell that `selectTables` selected, and lets the process do other work between the tables.
 * @throws when a cell is not of its column's kind.
 */
export async function readTables<Rows extends object>(
  tables: TablesFor<Rows>,
  cell: string | undefined,
): Promise<Rows> {
  const json = readColumns(JSON.parse(cell ?? "null"), Object.keys(tables).length);
  const rows: Partial<Rows> = {};
  const names: (keyof Rows)[] = [];
  for (const name in tables) names.push(name);
  await forEachInSlices(names.entries(), ([index, name]) => {
    rows[name] = tables[name].read(json[index]);
  });
  if (!hasAllTables(rows, tables)) throw new Error("A table was not read");
  return rows;
}

function hasAllTables<Rows extends object>(rows: Partial<Rows>, tables: TablesFor<Rows>): rows is Rows {
  return Object.keys(tables).every((name) => Object.hasOwn(rows, name));
}

const columnsJson = (from: Sql, expressions: readonly Sql[]): Sql =>
  sql`(SELECT json_build_array(${join(expressions.map((one) => sql`json_agg(${one})`))}) FROM ${from})`;

function keyedList<C extends Columns>(from: Sql, key: Sql, columns: C) {
  const expressions = Object.values(columns).map(([expression]) => expression);
  return {
    json: columnsJson(from, [key, ...expressions]),
    read(json: unknown): { keys: string[]; rows: RowOf<C>[] } {
      const [keys = [], ...cells] = readColumns(json, expressions.length + 1);
      if (!keys.every(text)) throw new Error("A key is no text");
      const rows = readRows(columns, cells);
      if (rows.length !== keys.length) throw new Error("The columns have different lengths");
      return { keys, rows };
    },
  };
}

/** `json_agg` of no rows is null. */
function readColumns(json: unknown, count: number): unknown[][] {
  if (!Array.isArray(json) || json.length !== count) throw new Error("The rows have other columns");
  return json.map((column: unknown) => (Array.isArray(column) ? column : []));
}

function readRows<C extends Columns>(columns: C, cells: readonly unknown[][]): RowOf<C>[] {
  const kinds = Object.entries(columns).map(([name, [, cell]]) => ({ name, cell }));
  const isRow = (row: Record<string, unknown>): row is Record<string, unknown> & RowOf<C> => {
    for (const { name, cell } of kinds) if (!cell(row[name])) return false;
    return true;
  };
  const count = cells[0]?.length ?? 0;
  if (cells.some(({ length }) => length !== count)) throw new Error("The columns have different lengths");
  const rows: RowOf<C>[] = [];
  for (let at = 0; at < count; at += 1) {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < kinds.length; index += 1) row[kinds[index]?.name ?? ""] = cells[index]?.[at];
    if (!isRow(row)) throw new Error(describeBadCell(kinds, row));
    rows.push(row);
  }
  return rows;
}

/** Names the column and never the value: it may be an address, and errors are logged. */
function describeBadCell(
  kinds: readonly { name: string; cell: Cell<unknown> }[],
  row: Record<string, unknown>,
): string {
  const bad = kinds.find(({ name, cell }) => !cell(row[name]));
  return `The column ${bad?.name} holds a ${typeof row[bad?.name ?? ""]} that it may not`;
}
