import type pg from "pg";
import { z } from "zod";
import { ident, qualify } from "../bridge/sql-text";
import type { BridgeParts } from "../bridge/values";
import { listTables } from "../mapping.server";
import { listNeededRights, type TableRights } from "./needed-rights";

type Client = Pick<pg.ClientBase, "query">;

const factsRow = z.object({
  sequences: z.array(z.string()),
  secured: z.boolean(),
  triggers: z.array(z.string()),
});

const FACTS = `
  SELECT c.relrowsecurity AS secured,
    ARRAY(SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, s.relname) FROM pg_catalog.pg_attrdef d
      JOIN pg_catalog.pg_depend used ON used.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND used.objid = d.oid
      JOIN pg_catalog.pg_class s ON s.oid = used.refobjid AND s.relkind = 'S' JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
      WHERE d.adrelid = c.oid) AS sequences,
    ARRAY(SELECT t.tgname::pg_catalog.text FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'parity'
      WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND NOT p.prosecdef ORDER BY 1) AS triggers
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
  WHERE cn.nspname = $1 AND c.relname = $2`;

/**
 * The statements by which the owner of a database gives a role what Parity needs with this mapping, and no more: a schema of
 * its own, and of the application's tables the columns that it writes. They change no table.
 */
export async function listGrants(client: Client, parts: BridgeParts, role: string): Promise<string[]> {
  const to = ident(role);
  const rights = listNeededRights(parts);
  const tables = [];
  for (const one of rights) tables.push(...(await grantTable(client, one, to)));
  const { owners } = parts.mapping.tables;
  const sources = [...owners.map((kind) => [kind.as, kind] as const), ...listTables(parts.mapping)];
  const queries = sources.filter(([, { query }]) => query !== undefined);
  return [
    `CREATE SCHEMA parity AUTHORIZATION ${to};`,
    ...[...new Set(rights.map(({ table }) => table.schema))].map(
      (schema) => `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${to};`,
    ),
    ...tables,
    ...queries.map(([alias]) => `-- Also GRANT SELECT on each table that the query of ${alias} reads.`),
  ];
}

async function grantTable(client: Client, rights: TableRights, to: string): Promise<string[]> {
  const { table, update, insert, isOnlyLocked } = rights;
  const name = qualify(table);
  const columns = (names: ReadonlySet<string>) => [...names].map(ident).join(", ");
  const { rows } = await client.query<unknown[]>(FACTS, [table.schema, table.name]);
  const { sequences, secured, triggers } = factsRow.parse(rows[0]);
  const writes = update.size > 0 || insert.size > 0 || rights.delete;
  const commands = [
    "SELECT",
    ...(update.size > 0 ? [`UPDATE (${columns(update)})`] : []),
    ...(insert.size > 0 ? [`INSERT (${columns(insert)})`] : []),
    ...(rights.delete ? ["DELETE"] : []),
  ];
  return [
    ...(isOnlyLocked
      ? [`-- Nothing in ${name} is written; without a right to update, its rows cannot be locked.`]
      : []),
    `GRANT ${commands.join(", ")} ON ${name} TO ${to};`,
    ...(insert.size > 0 ? sequences.map((sequence) => `GRANT USAGE ON SEQUENCE ${sequence} TO ${to};`) : []),
    // Without a policy the role sees no row, and takes the table for empty.
    ...(secured
      ? [`CREATE POLICY parity ON ${name} TO ${to} USING (true)${writes ? " WITH CHECK (true)" : ""};`]
      : []),
    ...(writes && triggers.length > 0
      ? [`-- Triggers of ${name} run with the rights of ${to}: ${triggers.join(", ")}. Grant what they need.`]
      : []),
  ];
}
