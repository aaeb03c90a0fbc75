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
