import type { CatalogColumn } from "~/mapping/catalog.server";
import type { Scan, ScannedTable } from "../scan/scan-database.server";
import type { FoundPlaces } from "./find-places";
import type { SideRole } from "./find-tables";
import { isSameTable, isTime, toSnake, writeTableName } from "./names";

type Constant = string | number | boolean | null;
type Ensured = readonly [
  alias: string,
  table: { table: string; key: string; ensure: Record<string, Constant> },
];
type Insert = {
  insert: boolean | { set: Record<string, Constant> };
  /** Tables whose rows must exist first, in their order. */
  ensured: Ensured[];
  problem: string | null;
};

/** Whether Parity can insert a row, with which values for the columns that must have one. */
export function findInsert(side: SideRole, { scan, places }: { scan: Scan; places: FoundPlaces }): Insert {
  const { table, owner, alias } = side;
  const written = new Set([
    ...[owner, findTouchColumn(table)],
    ...Object.values(places).flatMap((one) => (one?.place.alias === alias ? [one.place.column] : [])),
  ]);
  const { set, missing } = findConstants(table, written);
  const ensured = findEnsured(side, scan, places);
  const notEnsured = ensured.filter(({ missing: columns }) => columns.length > 0);
  const problem =
    missing.length > 0
      ? `Which value has a new row of ${writeTableName(table)} in ${missing.join(", ")}? Until it is given under insert, only rows that exist are updated.`
      : notEnsured.length > 0
        ? `Which value has a new row of ${notEnsured.map((one) => `${one.name} in ${one.missing.join(", ")}`).join("; ")}?`
        : null;
  const insert = missing.length > 0 ? false : Object.keys(set).length > 0 ? { set } : true;
  return { insert, ensured: ensured.map(({ entry }) => entry), problem };
}

const findTouchColumn = ({ columns }: ScannedTable): string | undefined =>
  columns.find((one) => isTime(one) && /^(updated_?at|modified_at)$/.test(toSnake(one.name)))?.name;

/** Values for the columns that must have one and have no default. */
function findConstants(table: ScannedTable, written: ReadonlySet<string | undefined>) {
  const set: Record<string, Constant> = {};
  const missing: string[] = [];
  for (const column of table.columns) {
    if (written.has(column.name)) continue;
    const name = toSnake(column.name);
    if (isTime(column) && /^created_?(at|on)$/.test(name) && !column.hasDefault)
      set[column.name] = "$created";
    // A time that is now by default would say that a trial or a subscription ends with the insertion.
    if (
      isTime(column) &&
      column.hasDefault &&
      !column.notNull &&
      !/^(created|updated|modified|inserted)/.test(name)
    )
      set[column.name] = null;
    if (!column.notNull || column.hasDefault || set[column.name] !== undefined) continue;
    const value = guessValue(table, column);
    if (value === undefined) missing.push(column.name);
    else set[column.name] = value;
  }
  return { set, missing };
}

function guessValue(table: ScannedTable, column: CatalogColumn): Constant | undefined {
  if (isTime(column)) return "$now";
  if (column.kind === "uuid" && table.primaryKey[0] === column.name) return "$uuid";
  if (column.kind === "text" && table.primaryKey[0] === column.name) return "$uuid";
  const sample = table.samples[column.name];
  const [most] = sample?.values ?? [];
  const isUsual = most && sample && most[1] * 2 > sample.filled;
  if (column.kind === "boolean") return isUsual ? most[0] === "true" : undefined;
  if (column.kind === "text" && /^(type|name|kind)$/.test(toSnake(column.name)))
    return isUsual ? most[0] : "default";
  return isUsual && (column.kind === "text" || column.kind === "enum") ? most[0] : undefined;
}

/** The application's own tables of prices and products, where the subscription's row refers to them. */
function findEnsured({ table, alias }: SideRole, scan: Scan, places: FoundPlaces) {
  const ensured: { entry: Ensured; name: string; missing: string[] }[] = [];
  const visit = (from: ScannedTable, column: string, variable: "$price" | "$product") => {
    const reference = from.references.find((one) => one.column === column);
    const target = reference && scan.tables.find((one) => isSameTable(one, reference.table));
    if (!reference || !target || ensured.some(({ name }) => name === writeTableName(target))) return;
    const written = new Set([reference.target]);
    const set: Record<string, Constant> = {};
    for (const one of target.columns) {
      const isProduct = target.found.some(
        ({ column: name, class: found }) => name === one.name && found === "product",
      );
      if (one.name === reference.target || !isProduct) continue;
      set[one.name] = "$product";
      written.add(one.name);
      visit(target, one.name, "$product");
    }
    const { set: constants, missing } = findConstants(target, written);
    const active = target.columns.find(({ name, kind }) => name === "active" && kind === "boolean");
    const key = variable === "$product" ? { [reference.target]: "$product" } : {};
    ensured.push({
      name: writeTableName(target),
      missing,
      entry: [
        variable === "$price" ? "prices" : "products",
        {
          ...{ table: writeTableName(target), key: reference.target },
          ensure: { ...key, ...set, ...constants, ...(active ? { active: true } : {}) },
        },
      ],
    });
  };
  if (places.price?.place.alias === alias) visit(table, places.price.place.column, "$price");
  if (places.product?.place.alias === alias) visit(table, places.product.place.column, "$product");
  return ensured;
}
