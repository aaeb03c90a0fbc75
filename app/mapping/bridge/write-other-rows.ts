import { listTables } from "../mapping.server";
import { isColumnPlace } from "../places";
import { ident, literal, qualify } from "./sql-text";
import { type BridgeParts, findColumn, toKey } from "./values";
import {
  assignPlaces,
  asWrittenRows,
  findWrittenTable,
  listSources,
  listVariables,
  type WrittenPlace,
  writeConstant,
} from "./written-places";
import { addFilter, ENTRIES, omitDefaults, type Statement, toTarget } from "./written-records";

/** Makes rows that others refer to, such as prices and products, where they are missing. */
export function ensureRows(parts: BridgeParts): Statement[] {
  return listTables(parts.mapping).flatMap(([alias, table]) => {
    const written = findWrittenTable(table);
    const { key, ensure } = table;
    if (!written || key === undefined || ensure === undefined) return [];
    const { [key]: own = "$price", ...others } = omitDefaults(parts, alias, ensure);
    const columns = Object.entries({ [key]: own, ...others });
    const values = columns.map(
      ([column, value]) => `${writeConstant(parts, alias, column, value)} AS ${ident(column)}`,
    );
    const name = qualify(written);
    const isMany = parts.mapping.tables.subscriptions?.rows === "many";
    const sql = `INSERT INTO ${name} (${columns.map(([column]) => ident(column)).join(", ")})
  SELECT DISTINCT ON (needed.${ident(key)}) needed.* FROM (SELECT ${values.join(", ")}
    FROM (SELECT ${listVariables("subscription")}
      FROM ${ENTRIES} WHERE r."ends" IS NOT TRUE${isMany ? "" : ` AND r."counts"`}) AS v) AS needed
  WHERE needed.${ident(key)} IS NOT NULL
    AND NOT EXISTS (SELECT FROM ${name} AS t WHERE t.${ident(key)} = needed.${ident(key)})
  ORDER BY needed.${ident(key)}
  ON CONFLICT DO NOTHING`;
    return [{ table: name, sql }];
  });
}

/** Updates the workspaces. */
export function updateWorkspaces(parts: BridgeParts): Statement[] {
  const { access, tables } = parts.mapping;
  const { workspaces } = tables;
  if (access.by !== "workspaces" || !access.workspaces || !workspaces?.key) return [];
  const { status, seats, active, locked } = access.workspaces;
  const word = `CASE w."status" #>> '{}' WHEN 'active' THEN ${literal(active)} WHEN 'locked' THEN ${literal(locked)} ELSE w."status" #>> '{}' END`;
  const isOurs = active === "active" && locked === "locked";
  const common = { isBilling: false };
  const places: WrittenPlace[] = [
    ...(isColumnPlace(status)
      ? [
          {
            ...common,
            name: "status",
            place: status,
            kind: "text" as const,
            source: isOurs ? `w."status"` : `pg_catalog.to_jsonb(${word})`,
          },
        ]
      : []),
    ...(isColumnPlace(seats)
      ? [{ ...common, name: "seats", place: seats, kind: "number" as const, source: `w."seats"` }]
      : []),
  ];
  const target = toTarget("workspaces", workspaces, places);
  if (!target || places.length === 0) return [];
  const name = qualify(target.table);
  const { assignments, differs } = assignPlaces(parts, target);
  const sql = `UPDATE ${name} AS t SET ${assignments.join(",\n    ")}
  FROM ${asWrittenRows(`SELECT ${toKey('w."id"', findColumn(parts, "workspaces", workspaces.key))} AS k,
    ${listSources(places)}
    FROM pg_catalog.jsonb_to_recordset(pg_catalog.jsonb_path_query_array($1, '$[*].workspaces[*]')) AS w("id" pg_catalog.text, "status" pg_catalog.jsonb, "seats" pg_catalog.jsonb)`)}
  WHERE t.${ident(workspaces.key)} = v.k${addFilter(target)}
    AND (${differs})`;
  return [{ table: name, sql }];
}
