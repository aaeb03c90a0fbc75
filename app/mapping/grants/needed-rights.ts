import { type BridgeParts, findTable } from "../bridge/values";
import { findWrittenTable, listInserted, listWrittenPlaces } from "../bridge/written-places";
import { omitDefaults } from "../bridge/written-records";
import { listTables, type MappedTable, type OwnerTable } from "../mapping.server";
import { describeTable, isColumnPlace, type TableName } from "../places";

/** What the role of Parity's processes needs on one table of the application's. All of it is read. */
export type TableRights = {
  table: TableName;
  update: Set<string>;
  /** A row is locked by a right to update one of its columns, also where none is written. */
  isOnlyLocked: boolean;
  insert: Set<string>;
  delete: boolean;
};

type Columns = { update?: readonly string[]; insert?: readonly string[]; delete?: boolean };

/** The rights that the functions of the bridge need, and no other; by the columns that a mapping writes. */
export function listNeededRights(parts: BridgeParts): TableRights[] {
  const { mapping } = parts;
  const found = new Map<string, TableRights>();
  const add = (table: TableName, { update = [], insert = [], delete: removes = false }: Columns) => {
    const name = describeTable(table);
    const rights = found.get(name) ?? {
      ...{ table, update: new Set<string>(), isOnlyLocked: false, insert: new Set<string>(), delete: false },
    };
    for (const column of update) rights.update.add(column);
    for (const column of insert) rights.insert.add(column);
    rights.delete ||= removes;
    found.set(name, rights);
    return rights;
  };
  const addTable = (
    alias: string,
    source: OwnerTable | MappedTable,
    owner: string | undefined,
    columns: Columns,
  ) => {
    if (source.table) add(source.table, {});
    const written = findWrittenTable(source);
    if (!written) return;
    const rights = add(written, columns);
    if (owner === undefined || rights.update.size > 0 || !findTable(parts, alias).canLock) return;
    rights.update.add(owner);
    rights.isOnlyLocked = true;
  };
  for (const kind of mapping.tables.owners)
    addTable(kind.as, kind, kind.key, { update: listUpdated(parts, kind.as, kind, [kind]) });
  for (const [alias, table] of listTables(mapping))
    addTable(alias, table, table.ensure ? undefined : table.owner, listColumns(parts, alias, table));
  return [...found.values()];
}

function listColumns(parts: BridgeParts, alias: string, table: MappedTable): Columns {
  if (table.ensure) {
    const { key = "", ensure } = table;
    return { insert: [...new Set([key, ...Object.keys(omitDefaults(parts, alias, ensure))])] };
  }
  if (alias === "workspaces") return { update: listWorkspaceColumns(parts, table) };
  const updated = listUpdated(parts, alias, table, parts.mapping.tables.owners);
  if (updated.length === 0) return {};
  const { subscription } = parts.mapping.fields;
  const isTakenOver =
    isColumnPlace(subscription) && subscription.alias === alias && subscription.path.length === 0;
  const owners = table.owner === undefined ? [] : [table.owner];
  return {
    update: [...updated, ...(isTakenOver ? owners : [])],
    insert: table.insert === false ? [] : [...owners, ...listInsertedColumns(parts, alias, table)],
    delete: table.end === "delete",
  };
}

function listInsertedColumns(parts: BridgeParts, alias: string, table: MappedTable): string[] {
  const written = findWrittenTable(table);
  if (!written || table.insert === false) return [];
  const places = listWrittenPlaces(parts, alias, parts.mapping.tables.owners);
  const target = { alias, table: written, where: table.where, touch: table.touch, places };
  return listInserted(parts, target, omitDefaults(parts, alias, table.insert.set)).map(([column]) => column);
}

/** The columns of the places, and the one that says when the row was last written. */
function listUpdated(
  parts: BridgeParts,
  alias: string,
  { touch }: OwnerTable | MappedTable,
  kinds: readonly OwnerTable[],
): string[] {
  const columns = listWrittenPlaces(parts, alias, kinds).map(({ place }) => place.column);
  return columns.length > 0 && touch !== undefined ? [...columns, touch] : columns;
}

function listWorkspaceColumns({ mapping }: BridgeParts, { touch }: MappedTable): string[] {
  const { access } = mapping;
  if (access.by !== "workspaces" || !access.workspaces) return [];
  const { status, seats } = access.workspaces;
  const columns = [status, seats].flatMap((place) =>
    isColumnPlace(place) && place.alias === "workspaces" ? [place.column] : [],
  );
  return columns.length > 0 && touch !== undefined ? [...columns, touch] : columns;
}
