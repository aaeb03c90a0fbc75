import { z } from "zod";
import { type Query, queryOn, withPgClient } from "~/platform/migrations/pg-client.server";

/** Everything that a dump would hold of what is outside the schema `parity`: definitions, rights, and rows. */
const DEFINITIONS = `
  WITH outside AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'parity')),
  class AS (SELECT c.*, n.nspname FROM pg_class c JOIN outside n ON n.oid = c.relnamespace)
  SELECT concat_ws(' ', 'schema', nspname, (SELECT nspacl::text FROM pg_namespace n WHERE n.oid = o.oid)) AS line FROM outside o
  UNION ALL SELECT concat_ws(' ', 'relation', nspname, relname, relkind, relowner::regrole, relacl::text, reloptions::text,
    CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) WHEN relkind = 'i' THEN pg_get_indexdef(oid) END) FROM class
  UNION ALL SELECT concat_ws(' ', 'column', c.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, a.attgenerated, a.attacl::text, pg_get_expr(d.adbin, d.adrelid)) FROM class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  UNION ALL SELECT concat_ws(' ', 'constraint', c.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) FROM class c JOIN pg_constraint k ON k.conrelid = c.oid
  UNION ALL SELECT concat_ws(' ', 'trigger', c.nspname, c.relname, pg_get_triggerdef(t.oid)) FROM class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
  UNION ALL SELECT concat_ws(' ', 'function', n.nspname, p.oid::regprocedure, p.prosrc, p.proacl::text) FROM outside n JOIN pg_proc p ON p.pronamespace = n.oid
  UNION ALL SELECT concat_ws(' ', 'type', n.nspname, t.typname, t.typtype, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
    FROM outside n JOIN pg_type t ON t.typnamespace = n.oid WHERE t.typtype <> 'b' OR t.typelem = 0
  UNION ALL SELECT concat_ws(' ', 'extension', extname, extversion, extnamespace::regnamespace) FROM pg_extension
  UNION ALL SELECT concat_ws(' ', 'sequence', s.*::text) FROM pg_sequences s WHERE schemaname <> 'parity'
  UNION ALL SELECT concat_ws(' ', 'settings', setrole::regrole, setconfig::text) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
  ORDER BY 1`;
const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'parity') ORDER BY 1`;
const lineRow = z.object({ line: z.string() });

/** A dump of all that is not Parity's in a database, in lines; two of them are equal when nothing was changed. */
export async function dumpOutside(url: string): Promise<string[]> {
  return withPgClient(url, async (client) => {
    const query: Query = queryOn(client);
    const read = async (text: string) => (await query(text)).map((row) => lineRow.parse(row).line);
    const lines = await read(DEFINITIONS);
    for (const table of await read(TABLES))
      lines.push(
        ...(await read(
          `SELECT concat_ws(' ', 'row', '${table.replaceAll("'", "''")}', t.xmin, t::text) AS line FROM ${table} t ORDER BY 1`,
        )),
      );
    return lines;
  });
}
