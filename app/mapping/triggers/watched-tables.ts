import type { BridgeParts } from "../bridge/values";
import type { CatalogColumn } from "../catalog.server";
import { listAllPlaces } from "../check-references.server";
import { listTables } from "../mapping.server";
import { isColumnPlace, type TableName } from "../places";

/** A table whose changes can be told at their source. */
export type WatchedTable = {
  alias: string;
  table: TableName;
  /** The column that holds the owner's key. */
  owner: string;
  /** The columns on which an evaluation depends. */
  columns: CatalogColumn[];
};

/** They change without changing what an evaluation says, some of them with each request of a user. */
const NOT_EVALUATED = new Set(["name", "createdAt", "updatedAt"]);

/** The tables of a mapping that belong to an owner, with the columns that matter. What is no table of its own is left out. */
export function listWatchedTables({ mapping, catalog }: BridgeParts): WatchedTable[] {
  const sources = [
    ...mapping.tables.owners.map((kind) => ({ alias: kind.as, table: kind.table, owner: kind.key })),
    ...listTables(mapping).flatMap(([alias, { table, owner, ensure }]) =>
      owner === undefined || ensure !== undefined ? [] : [{ alias, table, owner }],
    ),
  ];
  const expressions = listExpressions({ mapping, catalog });
  return sources.flatMap(({ alias, table, owner }): WatchedTable[] => {
    const found = catalog.tables[alias];
    if (!table || found?.relation !== "table") return [];
    const named = new Set(
      listAllPlaces(mapping).flatMap(({ path, place }) =>
        isColumnPlace(place) && place.alias === alias && !NOT_EVALUATED.has(String(path.at(-1)))
          ? [place.column]
          : [],
      ),
    );
    const isWatched = ({ name }: CatalogColumn) =>
      name === owner || named.has(name) || expressions.some((text) => hasWord(text, name));
    return [{ alias, table, owner, columns: found.columns.filter(isWatched) }];
  });
}

/** Conditions and expressions may speak of any column. */
function listExpressions({ mapping }: BridgeParts): string[] {
  const tables = [...mapping.tables.owners, ...listTables(mapping).map(([, table]) => table)];
  const conditions = tables.flatMap((table) => [table.where, "premade" in table ? table.premade : undefined]);
  const places = listAllPlaces(mapping).flatMap(({ place }) => (isColumnPlace(place) ? [] : [place.sql]));
  return [...conditions.filter((one) => one !== undefined), ...places];
}

const hasWord = (text: string, word: string): boolean =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(word.toLowerCase());
