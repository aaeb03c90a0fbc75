import type pg from "pg";
import { z } from "zod";
import { ident, qualify } from "../bridge/sql-text";
import type { BridgeParts } from "../bridge/values";
import { listNeededRights, type TableRights } from "./needed-rights";

type Client = Pick<pg.ClientBase, "query">;

const rightsRow = z.object({
  role: z.string(),
  mayUse: z.boolean(),
  select: z.boolean(),
  update: z.array(z.string()),
  insert: z.array(z.string()),
  delete: z.boolean(),
  isHidden: z.boolean(),
});

const RIGHTS = `
  SELECT current_user::pg_catalog.text AS role,
    pg_catalog.has_schema_privilege($1::pg_catalog.text, 'USAGE') AS "mayUse",
    pg_catalog.has_table_privilege(c.oid, 'SELECT') OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AS select,
    ARRAY(SELECT name FROM pg_catalog.unnest($3::pg_catalog.text[]) name
      WHERE pg_catalog.has_column_privilege(c.oid, name, 'UPDATE') IS NOT TRUE) AS update,
    ARRAY(SELECT name FROM pg_catalog.unnest($4::pg_catalog.text[]) name
      WHERE pg_catalog.has_column_privilege(c.oid, name, 'INSERT') IS NOT TRUE) AS insert,
    pg_catalog.has_table_privilege(c.oid, 'DELETE') AS delete,
    pg_catalog.row_security_active(c.oid) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid
      AND p.polpermissive AND p.polcmd IN ('*', 'r') AND pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true' AND EXISTS (SELECT 1 FROM pg_catalog.unnest(p.polroles) AS named(role)
        WHERE named.role = 0 OR pg_catalog.pg_has_role(named.role, 'USAGE'))) AS "isHidden"
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2`;

/** The statements that give the role of this connection what the mapping needs and it does not have; empty when nothing is missing. */
export async function listMissingGrants(client: Client, parts: BridgeParts): Promise<string[]> {
  const missing = new Set<string>();
  for (const rights of listNeededRights(parts))
    for (const grant of await findMissing(client, rights)) missing.add(grant);
  return [...missing];
}

async function findMissing(client: Client, { table, ...needed }: TableRights): Promise<string[]> {
  const { rows } = await client.query<unknown[]>(RIGHTS, [
    ...[table.schema, table.name, [...needed.update], [...needed.insert]],
  ]);
  const [has] = z.array(rightsRow).parse(rows);
  if (!has) return [];
  const [name, to] = [qualify(table), ident(has.role)];
  const columns = (names: readonly string[]) => names.map(ident).join(", ");
  const rights = [
    ...(has.select ? [] : ["SELECT"]),
    ...(has.update.length > 0 ? [`UPDATE (${columns(has.update)})`] : []),
    ...(has.insert.length > 0 ? [`INSERT (${columns(has.insert)})`] : []),
    ...(needed.delete && !has.delete ? ["DELETE"] : []),
  ];
  return [
    ...(has.mayUse ? [] : [`GRANT USAGE ON SCHEMA ${ident(table.schema)} TO ${to};`]),
    ...(rights.length > 0 ? [`GRANT ${rights.join(", ")} ON ${name} TO ${to};`] : []),
    ...(has.isHidden ? [`CREATE POLICY parity ON ${name} TO ${to} USING (true) WITH CHECK (true);`] : []),
  ];
}
