import { listTables, type MappedTable } from "../mapping.server";
import { isColumnPlace } from "../places";
import { ident, qualify } from "./sql-text";
import { type BridgeParts, findColumn, toKey } from "./values";
import {
  assignPlaces,
  asWrittenRows,
  listInserted,
  listSources,
  listVariables,
  listWrittenPlaces,
  type Target,
  type WrittenPlace,
} from "./written-places";
import {
  addFilter,
  COUNTING,
  type Constants,
  clearAtEnd,
  listColumns,
  listValues,
  omitDefaults,
  RECORDS,
  type Statement,
  toTarget,
} from "./written-records";

/** Updates the owners' own tables. */
export function updateOwners(parts: BridgeParts): Statement[] {
  return parts.mapping.tables.owners.flatMap((kind) => {
    const places = listWrittenPlaces(parts, kind.as, [kind]);
    const isCleared = ({ isBilling }: WrittenPlace) => kind.end === "clear" && isBilling;
    const target = toTarget(kind.as, kind, clearAtEnd(places, isCleared));
    return target ? updateRows(parts, target, kind.key) : [];
  });
}

/** Writes the tables beside the owners' that have one row for each owner, except the subscriptions. */
export const writeTablesBeside = (parts: BridgeParts): Statement[] =>
  listTables(parts.mapping).flatMap(([alias, table]) =>
    alias === "subscriptions" || alias === "workspaces" || table.ensure
      ? []
      : writeOwnerRows(parts, alias, table),
  );

function updateRows(parts: BridgeParts, target: Target, keyColumn: string, condition?: string): Statement[] {
  if (target.places.length === 0) return [];
  const name = qualify(target.table);
  const { assignments, differs } = assignPlaces(parts, target);
  const key = toKey('r."userId"', findColumn(parts, target.alias, keyColumn));
  const sql = `UPDATE ${name} AS t SET ${assignments.join(",\n    ")}
  FROM ${asWrittenRows(`SELECT ${key} AS k,
    ${listSources(target.places)}
    FROM ${RECORDS}${condition === undefined ? "" : `\n    WHERE ${condition}`}`)}
  WHERE t.${ident(keyColumn)} = v.k${addFilter(target)}
    AND (${differs})`;
  return [{ table: name, sql }];
}

/** A table with one row for each owner: updated, made where it is missing, cleared or removed at the end. */
export function writeOwnerRows(parts: BridgeParts, alias: string, table: MappedTable): Statement[] {
  const { owner, end, insert } = table;
  const all = listWrittenPlaces(parts, alias, parts.mapping.tables.owners);
  const isCleared = ({ isBilling }: WrittenPlace) =>
    end === "clear" && (alias === "subscriptions" || isBilling);
  const target = toTarget(alias, table, clearAtEnd(all, isCleared));
  if (!target || owner === undefined || target.places.length === 0) return [];
  return [
    ...takeOverRows(parts, target, owner, { onlyWithoutOwn: true }),
    ...updateRows(parts, target, owner, end === "delete" ? `r."ends" IS NOT TRUE` : undefined),
    ...(insert === false ? [] : [insertRows(parts, target, owner, { constants: insert.set, end })]),
    ...(end === "delete" ? [deleteRows(parts, target, owner)] : []),
  ];
}

function insertRows(
  parts: BridgeParts,
  target: Target,
  owner: string,
  { constants, end }: { constants: Constants; end: MappedTable["end"] },
): Statement {
  const name = qualify(target.table);
  const inserted = listInserted(parts, target, omitDefaults(parts, target.alias, constants));
  const given = target.places.map((_, index) => `v.p${index + 1}`).join(", ");
  const isNeeded =
    target.alias === "subscriptions" ? "v.subscription IS NOT NULL" : `coalesce(${given}) IS NOT NULL`;
  const sql = `INSERT INTO ${name} (${[ident(owner), listColumns(inserted)].join(", ")})
  SELECT v.k, ${listValues(inserted)}
  FROM ${asWrittenRows(`SELECT ${toKey('r."userId"', findColumn(parts, target.alias, owner))} AS k, r."ends",
    ${listVariables("record")},
    ${listSources(target.places)}
    FROM ${RECORDS}
    ${COUNTING}`)}
  WHERE v.k IS NOT NULL AND ${isNeeded}${end === "keep" ? "" : ` AND v."ends" IS NOT TRUE`}
    AND NOT EXISTS (SELECT FROM ${name} AS t WHERE t.${ident(owner)} = v.k${addFilter(target)})
  ORDER BY v.k`;
  return { table: name, sql };
}

function deleteRows(parts: BridgeParts, target: Target, owner: string): Statement {
  const name = qualify(target.table);
  const key = toKey('r."userId"', findColumn(parts, target.alias, owner));
  const sql = `DELETE FROM ${name} AS t USING (SELECT ${key} AS k FROM ${RECORDS} WHERE r."ends") AS v
  WHERE t.${ident(owner)} = v.k${addFilter(target)}`;
  return { table: name, sql };
}

/** Gives the rows of owners who were deleted to the owners who have their subscriptions now. */
export function takeOverRows(
  parts: BridgeParts,
  target: Target,
  owner: string,
  { onlyWithoutOwn }: { onlyWithoutOwn: boolean },
): Statement[] {
  const { subscription } = parts.mapping.fields;
  if (!isColumnPlace(subscription) || subscription.alias !== target.alias || subscription.path.length > 0)
    return [];
  const name = qualify(target.table);
  const key = toKey('r."userId"', findColumn(parts, target.alias, owner));
  const hasNone = `\n    AND NOT EXISTS (SELECT FROM ${name} AS own WHERE own.${ident(owner)} = v.k)`;
  const sql = `UPDATE ${name} AS t SET ${ident(owner)} = v.k
  FROM (SELECT ${key} AS k, r."billing" ->> 'stripeSubscriptionId' AS id
    FROM ${RECORDS} WHERE r."takesOverRow") AS v
  WHERE t.${ident(subscription.column)} = v.id AND t.${ident(owner)} <> v.k${addFilter(target)}
    AND NOT EXISTS (SELECT FROM parity.users_by_id(ARRAY[t.${ident(owner)}::pg_catalog.text]))${onlyWithoutOwn ? hasNone : ""}`;
  return [{ table: name, sql }];
}
