import { shownName } from "./bridge/sql-text";
import type { CatalogColumn, CatalogTable } from "./catalog.server";
import type { MappedTable, OwnerTable } from "./mapping.server";
import { suggest } from "./nearest-names";

/** A table of the mapping that exists. */
export type Checked = {
  alias: string;
  path: PropertyKey[];
  source: OwnerTable | MappedTable;
  /** What the table is called, for messages. */
  name: string;
  table: CatalogTable;
};

/** A column of it. */
export const findChecked = ({ table }: Checked, column: string): CatalogColumn | undefined =>
  table.columns.find(({ name }) => name === column);

/** That there is no such column, and which may be meant. */
export const describeMissing = ({ name, table }: Checked, column: string): string =>
  `${name} has no column ${column}${suggest(
    column,
    table.columns.map((one) => one.name),
  )}`;

/** That the role may not read a column, and the statement that gives it the right. */
export const describeUnreadable = ({ name, source }: Checked, column: CatalogColumn): string =>
  `the role of Parity may not read ${name}.${column.name}${
    source.table
      ? `: GRANT SELECT (${shownName(column.name)}) ON ${shownName(source.table.schema)}.${shownName(source.table.name)} TO it`
      : ""
  }`;
