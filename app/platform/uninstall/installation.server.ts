import { z } from "zod";
import { isMissingTable, type Query } from "~/platform/migrations/pg-client.server";

const tableRow = z.object({ name: z.string() });
const countRow = z.object({ rows: z.coerce.number() });
const lineRow = z.object({ line: z.string() });
const stateRow = z.object({
  database: z.string(),
  role: z.string(),
  owner: z.string().nullable(),
  mayRemove: z.boolean().nullable(),
  isOurs: z.boolean(),
});

/** What `npm run db:uninstall` finds in a database, and removes. */
export type Installation = {
  database: string;
  /** `none`: there is no schema parity. `foreign`: there is one, and it is not Parity's. */
  schema: "ours" | "foreign" | "none";
  /** Each table of the schema with its rows. */
  tables: { name: string; rows: number }[];
  views: string[];
  functions: number;
  /** Triggers in the application's tables that call functions of the schema: `orders_changed on public.users`. */
  triggers: string[];
  /** What stands in the way, with what to do about it; empty when it can be removed. */
  obstacles: string[];
  /** Connections of Parity's processes. */
  connected: string[];
};

const STATE = `
  SELECT current_database()::text AS database, current_user::text AS role,
    (SELECT nspowner::regrole::text FROM pg_namespace WHERE oid = to_regnamespace('parity')) AS owner,
    (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE oid = to_regnamespace('parity')) AS "mayRemove",
    to_regclass('parity."AppliedMigration"') IS NOT NULL AS "isOurs"`;

const NAMES = (kinds: string) => `
  SELECT c.relname::text AS name FROM pg_class c WHERE c.relnamespace = to_regnamespace('parity') AND c.relkind IN (${kinds}) ORDER BY 1`;

const FUNCTIONS = `SELECT count(*) AS rows FROM pg_proc WHERE pronamespace = to_regnamespace('parity')`;

const TRIGGERS = `
  SELECT format('%I on %I.%I', t.tgname, n.nspname, c.relname) AS line FROM pg_trigger t
  JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = to_regnamespace('parity')
  JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'parity'
  WHERE NOT t.tgisinternal ORDER BY 1`;

const EXTENSIONS = `
  SELECT format('The extension %1$s is in the schema parity, and is not Parity''s. Move it: ALTER EXTENSION %1$I SET SCHEMA public;', extname) AS line
  FROM pg_extension WHERE extnamespace = to_regnamespace('parity') ORDER BY 1`;

/**
 * What outside the schema would be removed together with it: views, columns, constraints, policies and functions of others that
 * use what is in it. Our triggers are no such thing.
 */
const DEPENDENTS = `
  WITH RECURSIVE inside AS (
    SELECT 'pg_class'::regclass AS class, oid FROM pg_class WHERE relnamespace = to_regnamespace('parity')
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = to_regnamespace('parity')
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = to_regnamespace('parity')),
  part AS (
    SELECT class, oid FROM inside
    UNION SELECT d.classid::regclass, d.objid FROM pg_depend d JOIN part ON d.refclassid = part.class AND d.refobjid = part.oid
    WHERE d.deptype IN ('i', 'a', 'P', 'S') OR d.classid = 'pg_rewrite'::regclass)
  SELECT DISTINCT format('%s %s uses %s, and would be removed with it. Remove it first, if nothing needs it.', found.type, found.identity, used.identity) AS line
  FROM pg_depend d JOIN part ON d.refclassid = part.class AND d.refobjid = part.oid,
    LATERAL (SELECT CASE WHEN d.classid = 'pg_rewrite'::regclass THEN 'pg_class'::regclass::oid ELSE d.classid END AS class,
      CASE WHEN d.classid = 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid) ELSE d.objid END AS oid) AS owner,
    LATERAL pg_identify_object(owner.class, owner.oid, 0) AS found,
    LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS used
  WHERE d.deptype IN ('n', 'a') AND found.schema IS DISTINCT FROM 'parity' AND found.identity !~ '\\mparity\\.' AND found.schema IS DISTINCT FROM 'pg_toast' AND found.type NOT IN ('trigger', 'extension')
  ORDER BY 1`;

const CONNECTED = `
  SELECT format('%s (process %s%s)', application_name, pid, ' of ' || client_addr::text) AS line FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name ~ '^parity' ORDER BY 1`;

/** Reads what there is, and changes nothing. */
export async function readInstallation(query: Query): Promise<Installation> {
  const [row] = await query(STATE);
  const { database, role, owner, mayRemove, isOurs } = stateRow.parse(row);
  const readLines = async (text: string) => (await query(text)).map((one) => lineRow.parse(one).line);
  const readNames = async (kinds: string) =>
    (await query(NAMES(kinds))).map((one) => tableRow.parse(one).name);
  const nothing = { tables: [], views: [], functions: 0, triggers: [], obstacles: [], connected: [] };
  if (owner === null) return { database, schema: "none", ...nothing };
  if (!isOurs) return { database, schema: "foreign", ...nothing };
  const tables = [];
  for (const name of await readNames("'r', 'p'")) tables.push({ name, rows: await countRows(query, name) });
  const mayNot = `The schema parity belongs to the role ${owner}, and only that role may remove it. ${role} may not.`;
  return {
    ...{ database, schema: "ours", tables, views: await readNames("'v', 'm'") },
    functions: countRow.parse((await query(FUNCTIONS))[0]).rows,
    triggers: await readLines(TRIGGERS),
    obstacles: [
      ...(mayRemove ? [] : [mayNot]),
      ...(await readLines(EXTENSIONS)),
      ...(await readLines(DEPENDENTS)),
    ],
    connected: await readLines(CONNECTED),
  };
}

async function countRows(query: Query, table: string): Promise<number> {
  try {
    const [row] = await query(`SELECT count(*) AS rows FROM parity."${table.replaceAll('"', '""')}"`);
    return countRow.parse(row).rows;
  } catch (error) {
    // A process that is still at work may remove a table of its own meanwhile.
    if (isMissingTable(error)) return 0;
    throw error;
  }
}
