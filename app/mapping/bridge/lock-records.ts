import { listTables } from "../mapping.server";
import { ident, indent, qualify } from "./sql-text";
import { type BridgeParts, findColumn, findTable, isAmong } from "./values";
import { findWrittenTable } from "./written-places";

type Locked = { name: string; owner: string; condition: string };

/** The tables that are locked, in this order: the owners', those beside them, subscriptions, workspaces. */
function listLocked(parts: BridgeParts): Locked[] {
  const { owners, subscriptions, workspaces } = parts.mapping.tables;
  const beside = listTables(parts.mapping).filter(
    ([alias, { ensure }]) => ensure === undefined && alias !== "subscriptions" && alias !== "workspaces",
  );
  const ordered = [
    ...owners.map((kind) => [kind.as, kind, kind.key] as const),
    ...[...beside, ["subscriptions", subscriptions] as const, ["workspaces", workspaces] as const].map(
      ([alias, table]) => [alias, table, table?.owner] as const,
    ),
  ];
  return ordered.flatMap(([alias, table, owner]) => {
    const written = table && findWrittenTable(table);
    if (!written || owner === undefined || !findTable(parts, alias).canLock) return [];
    const column = `t.${ident(owner)}`;
    return [
      {
        name: qualify(written),
        owner: column,
        condition: isAmong(column, "$1", findColumn(parts, alias, owner)),
      },
    ];
  });
}

/** The function that locks records, or says which of them others have locked. */
export function createLockFunction(parts: BridgeParts): string {
  const tables = listLocked(parts);
  const locks = tables.map(
    ({ name, owner, condition }) =>
      `PERFORM 1 FROM ${name} AS t WHERE ${condition} ORDER BY ${owner} FOR NO KEY UPDATE;`,
  );
  const looks = tables.map(
    ({ name, owner, condition }) => `RETURN QUERY WITH free AS MATERIALIZED (
      SELECT t.tableoid AS relation, t.ctid AS place FROM ${name} AS t WHERE ${condition} FOR NO KEY UPDATE SKIP LOCKED)
    SELECT DISTINCT ${owner}::pg_catalog.text FROM ${name} AS t WHERE ${condition}
      AND NOT EXISTS (SELECT FROM free WHERE free.relation = t.tableoid AND free.place = t.ctid);`,
  );
  return `-- Locks the rows of these owners until the transaction ends. With "skip" it waits for none, and returns the owners of rows
-- that others have locked.
CREATE FUNCTION parity.lock_records(ids pg_catalog.text[], skip pg_catalog.bool) RETURNS SETOF pg_catalog.text
LANGUAGE plpgsql AS $parity$
#variable_conflict use_column
BEGIN
  IF skip THEN
    ${indent(looks.join("\n"), 4)}
  ELSE
    ${indent(locks.join("\n"), 4)}
  END IF;
END
$parity$;`;
}
